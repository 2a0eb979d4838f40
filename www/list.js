// The list of organizations: filtered, in pages, each with its state and the change that its state allows.

import { isZitadelError } from "zitadel-org-web";

import * as api from "./api.js";
import { copy, counted, disable, element, isDisabled, onClick } from "./dom.js";
import { showFailure } from "./failure.js";
import { changedState, current, showState, word } from "./states.js";

/** @typedef {import("zitadel-org-web").Organization} Organization */
/** @typedef {{ from: number, span: number, total: number, hasMore: boolean, hasLess: boolean, rows: Organization[] }} Page */

const PAGE_SIZE = 50;
const SEARCH_DELAY_MS = 250;

/** @type {Page} */
const NONE = { from: 0, span: PAGE_SIZE, total: 0, hasMore: false, hasLess: false, rows: [] };
let page = NONE;
/** Ends the latest load when the next one starts. */
let loading = new AbortController();
/** False if the server may report a page's length as the total, as ZITADEL does with relational tables. */
let hasTotals = false;
/** Permissions to change organizations, by their ids. @type {Map<string, Promise<boolean>>} */
const permissions = new Map();
/** The selected organizations, by their ids. @type {Map<string, Organization>} */
export const selected = new Map();

const table = element("rows", HTMLTableElement);
const status = element("list-status");
const search = element("search", HTMLInputElement);
const filter = element("state", HTMLSelectElement);
const pickPage = element("pick-page", HTMLInputElement);
const rowTemplate = element("row", HTMLTemplateElement);

/** @typedef {(organization: Organization) => unknown} Handler */
/** The functions that a row's controls call. @type {Record<"select" | "open" | "reactivate" | "deactivate", Handler>} */
let handlers;
/** @param {typeof handlers} functions */
export const listen = (functions) => (handlers = functions);

/** Reads the permissions of rows once they are in view. */
const inView = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      inView.unobserve(target);
      void showPermission(/** @type {HTMLElement} */ (target));
    }
  }
});

/** Removes everything that the previous token could see. */
export function reset() {
  loading.abort();
  permissions.clear();
  selected.clear();
  hasTotals = false;
  clear("Press “List organizations”.");
}

/** Removes the rows. @param {string} text */
function clear(text) {
  delete status.dataset.busy;
  page = NONE;
  show();
  status.textContent = text;
}

/**
 * Shows a page that is still to be found.
 *
 * @param {(signal: AbortSignal) => Promise<Page>} find
 */
async function load(find) {
  loading.abort();
  const { signal } = (loading = new AbortController());
  status.dataset.busy = "";
  status.textContent = "Loading …";
  showFailure("list-error");
  try {
    const newPage = await find(signal);
    if (!signal.aborted) {
      delete status.dataset.busy;
      page = newPage;
      show();
    }
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    clear("The organizations could not be listed.");
    if (!isZitadelError(error)) {
      throw error;
    }
    showFailure("list-error", error);
  }
}

/** Lists from an offset on, by default that of the page in view. */
export function list(from = page.from) {
  return load((signal) => around(from, signal));
}

/** @param {boolean} isForward */
function turn(isForward) {
  const { from, span } = page;
  // Rows that no longer match the filter leave the server's list, so the ones after them move up.
  const next = from + Math.max(1, span - countGone());
  return load(async (signal) => {
    const nextPage = await scan(isForward ? next : from, isForward, signal);
    if (nextPage.rows.length > 0) {
      return nextPage;
    }
    return { ...(await around(from, signal)), [isForward ? "hasMore" : "hasLess"]: false };
  });
}

/** Returns the nearest page with rows, on or after an offset if there is one. @param {number} from @param {AbortSignal} signal */
async function around(from, signal) {
  const nextPage = await scan(from, true, signal);
  return nextPage.rows.length > 0 || from === 0 ? nextPage : scan(from, false, signal);
}

/**
 * Returns the next or previous page with rows. Pages without an organization that the token may read are skipped. Their span
 * doubles each time, so that one readable organization of 10,000 takes 8 requests.
 *
 * @param {number} at
 * @param {boolean} isForward - from the offset on, else before it
 * @param {AbortSignal} signal
 * @returns {Promise<Page>} without rows if there is no such page
 */
async function scan(at, isForward, signal) {
  for (let span = PAGE_SIZE; ;) {
    const from = isForward ? at : Math.max(0, at - span);
    const candidate = await fetchPage(from, isForward ? span : at - from, signal);
    const isLast = isForward ? !candidate.hasMore : !candidate.hasLess;
    if (candidate.rows.length > PAGE_SIZE) {
      span = PAGE_SIZE;
    } else if (candidate.rows.length > 0) {
      return candidate;
    } else if (isLast) {
      return { ...candidate, from: 0, hasLess: false };
    } else {
      at = isForward ? at + span : from;
      span *= 2;
    }
  }
}

/** @param {number} from @param {number} span @param {AbortSignal} signal @returns {Promise<Page>} */
async function fetchPage(from, span, signal) {
  const name = search.value.trim();
  const state = /** @type {import("zitadel-org-web").OrganizationState} */ (filter.value);
  const method = /** @type {const} */ ("TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE");
  /** @type {import("zitadel-org-web").ListOrganizationsRequest} */
  const request = {
    query: { offset: from, limit: span, asc: true },
    sortingColumn: "ORGANIZATION_FIELD_NAME_NAME",
    queries: [
      ...(name ? [{ nameQuery: { name, method } }] : []),
      ...(state ? [{ stateQuery: { state } }] : []),
    ],
  };
  const subject = `${from + 1}–${from + span}`;
  const { details, result } = await api.call("listOrganizations", request, { subject, signal });
  const total = Number(details?.totalResult ?? 0);
  hasTotals ||= total > result.length;
  const isFull = result.length === span;
  const hasMore = total > from + span || (isFull && !hasTotals);
  return { from, span, total, hasMore, hasLess: from > 0, rows: result };
}

/** Shows the page. */
function show() {
  inView.disconnect();
  const rows = page.rows.map(row);
  table.tBodies[0]?.replaceChildren(...rows);
  table.hidden = rows.length === 0;
  rows.forEach((tr) => inView.observe(tr));
  disable(element("previous"), !page.hasLess);
  disable(element("next"), !page.hasMore);
  showCount();
  showSelected();
}

/** Counts the rows whose state the filter excludes: they were changed after the list was read, or the list lags. */
function countGone() {
  const badges = [...table.querySelectorAll(".badge")];
  const isGone = (/** @type {Element} */ badge) => badge.textContent !== word(filter.value);
  return filter.value ? badges.filter(isGone).length : 0;
}

function showCount() {
  const { from, span, total, hasMore, rows } = page;
  const count = Math.max(total, from + rows.length) - countGone();
  const last = Math.min(from + span, count);
  const atLeast = hasMore && total <= from + span ? "at least " : "";
  element("page").textContent = last > from ? `${from + 1}–${last} of ${atLeast}${count}` : "";
  const kind = filter.value ? `${word(filter.value)} organization` : "organization";
  const hidden = Math.min(span, total - from) - rows.length;
  if (count === 0) {
    status.textContent = `There are no ${kind}s${search.value.trim() && " with that name"}.`;
  } else if (rows.length === 0) {
    status.textContent = `${counted(count, kind)}, not visible with this token.`;
  } else if (hidden > 0) {
    const are = hidden === 1 ? "is" : "are";
    status.textContent = `${counted(count, kind)}; ${hidden} on this page ${are} not visible with this token.`;
  } else {
    status.textContent = `${atLeast && "At least "}${counted(count, kind)}.`;
  }
}

/** @param {Element} row @param {string} selector @returns {HTMLElement} */
const part = (row, selector) => /** @type {HTMLElement} */ (row.querySelector(selector));

/** @param {string} id */
const rowOf = (id) => table.querySelector(`tr[data-id="${CSS.escape(id)}"]`);

/** @param {Organization} organization */
function row(organization) {
  const { id, name, primaryDomain, details } = organization;
  const tr = /** @type {HTMLElement} */ (rowTemplate.content.firstElementChild?.cloneNode(true));
  tr.dataset.id = id;
  part(tr, "input").setAttribute("aria-label", `Select ${name}`);
  part(tr, "input").addEventListener("change", () => handlers.select(organization));
  part(tr, ".link").textContent = name;
  part(tr, ".link").addEventListener("click", () => handlers.open(organization));
  part(tr, ".domain").textContent = primaryDomain;
  part(tr, "time").textContent = day(details?.changeDate);
  part(tr, "time").title = `Created ${day(details?.creationDate)}`;
  part(tr, "code").textContent = id;
  part(tr, ".copy").setAttribute("aria-label", `Copy the id of ${name}`);
  part(tr, ".copy").addEventListener("click", () =>
    copy(id, status, `The id of ${name} was copied.`),
  );
  const action = part(tr, "[data-action]");
  action.addEventListener("click", () => {
    if (action.hasAttribute("data-denied")) {
      status.textContent = action.title;
    } else if (!isDisabled(action)) {
      handlers[/** @type {"reactivate"} */ (action.dataset.action)](organization);
    }
  });
  const { state, listed } = current(organization);
  showRow(tr, name, state);
  part(tr, ".stale").textContent = listed ? `The list still says “${word(listed)}”.` : "";
  return tr;
}

/** @param {string | undefined} date */
const day = (date) => (date ? new Date(date).toLocaleDateString() : "");

/** Shows a state in a row, and the change that it allows. @param {Element} row @param {string} name @param {unknown} state */
function showRow(row, name, state) {
  const action = part(row, "[data-action]");
  const isActive = word(state) === "active";
  showState(part(row, ".badge"), state);
  action.dataset.action = isActive ? "deactivate" : "reactivate";
  action.textContent = isActive ? "Deactivate" : "Reactivate";
  action.setAttribute("aria-label", `${action.textContent} ${name}`);
}

document.addEventListener("changed", (event) => {
  const id = /** @type {CustomEvent<string>} */ (event).detail;
  const tr = rowOf(id);
  if (tr) {
    showRow(tr, part(tr, ".link").textContent, changedState(id));
    part(tr, ".stale").textContent = "";
    if (!status.hasAttribute("data-busy")) {
      showCount();
    }
  }
});

/** Shows the outcome of a row's button next to it. @param {string} id @param {string} text @param {boolean} isBusy */
export function showOutcome(id, text, isBusy) {
  const tr = rowOf(id);
  if (tr) {
    const action = part(tr, "[data-action]");
    part(tr, ".outcome").textContent = text;
    action.toggleAttribute("data-busy", isBusy);
    disable(action, isBusy || action.hasAttribute("data-denied"));
  }
}

/** @param {HTMLElement} row */
async function showPermission(row) {
  const id = row.dataset.id ?? "";
  // An error does not keep the user from trying.
  const isAllowed =
    permissions.get(id) ??
    api.call("listMyZitadelPermissions", id).then(
      ({ result }) => result.includes("org.write"),
      () => true,
    );
  permissions.set(id, isAllowed);
  if (!(await isAllowed)) {
    const action = part(row, "[data-action]");
    const why = part(row, ".why");
    action.setAttribute("data-denied", "");
    disable(action, true);
    action.title = "Your token lacks the permission org.write here.";
    why.id = `why-${id}`;
    why.textContent = "needs org.write";
    action.setAttribute("aria-describedby", why.id);
  }
}

const boxes = () => /** @type {HTMLInputElement[]} */ ([...table.querySelectorAll("tbody input")]);

/** Shows which rows are selected. */
export function showSelected() {
  for (const box of boxes()) {
    box.checked = selected.has(box.closest("tr")?.dataset.id ?? "");
  }
  const count = boxes().filter(({ checked }) => checked).length;
  pickPage.checked = count > 0 && count === boxes().length;
  pickPage.indeterminate = count > 0 && !pickPage.checked;
}

pickPage.addEventListener("change", () => {
  const { checked } = pickPage;
  boxes()
    .filter((box) => box.checked !== checked)
    .forEach((box) => box.click());
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(list, SEARCH_DELAY_MS, 0);
});
filter.addEventListener("change", () => list(0));
onClick("previous", () => turn(false));
onClick("next", () => turn(true));
