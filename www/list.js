// The list of organizations: filtered, in pages, each with its state and the one change that its state allows.

import { listMyZitadelPermissions, listOrganizations } from "zitadel-org-web";

import { disable, element, day, make, onClick, showState } from "./dom.js";
import { logged } from "./log.js";
import * as session from "./session.js";

/** @typedef {import("zitadel-org-web").Organization} Organization */

const PAGE_SIZE = 10;
const SEARCH_DELAY_MS = 250;

let offset = 0;
let total = 0;
/** The list that was asked for last; another's answer is too late. */
let asked = 0;
/** Shows whether a change of an organization is under way. @param {string} id @param {boolean} isBusy */
export function busy(id, isBusy) {
  const action = table.querySelector(`tr[data-id="${CSS.escape(id)}"] [data-action]`);
  if (action) {
    action.toggleAttribute("data-busy", isBusy);
    showDisabled(action);
  }
}

/** Whether a button can be pressed: not while its change is under way, and not by who may not make it. @param {Element} action */
function showDisabled(action) {
  disable(action, action.hasAttribute("data-busy") || action.hasAttribute("data-refused"));
}

/** Whether the caller may change an organization, by its id. @type {Map<string, Promise<boolean>>} */
const permissions = new Map();
/** The picked, by their ids. @type {Map<string, Organization>} */
export const picked = new Map();

const table = element("rows", HTMLTableElement);
const status = element("list-status", HTMLElement);
const search = element("search", HTMLInputElement);
const filter = element("state", HTMLSelectElement);
const pickPage = element("pick-page", HTMLInputElement);

/** @typedef {(action: "open" | "reactivate" | "deactivate" | "pick", organization: Organization) => void} Listener */
/** @type {Listener} */
let listener = () => {};

/** Asks for permissions of rows once they are in view. */
const inView = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      inView.unobserve(target);
      void showPermission(/** @type {HTMLTableRowElement} */ (target));
    }
  }
});

/** @param {Listener} given */
export function listen(given) {
  listener = given;
}

/** Begins anew, as with another token. */
export function reset() {
  permissions.clear();
  picked.clear();
  offset = 0;
}

/** Lists a page. */
export async function load() {
  const turn = ++asked;
  status.dataset.busy = "";
  status.textContent = "Listing …";
  try {
    const list = await logged("listOrganizations", search.value, fetchPage());
    if (turn !== asked) {
      return;
    }
    total = Number(list.details?.totalResult ?? 0);
    show(list.result);
  } finally {
    if (turn === asked) {
      delete status.dataset.busy;
    }
  }
}

function fetchPage() {
  /** @type {import("zitadel-org-web").OrganizationQuery[]} */
  const queries = [];
  if (search.value.trim()) {
    const method = "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE";
    queries.push({ nameQuery: { name: search.value.trim(), method } });
  }
  if (filter.value) {
    const state = /** @type {import("zitadel-org-web").OrganizationState} */ (filter.value);
    queries.push({ stateQuery: { state } });
  }
  const query = { offset, limit: PAGE_SIZE, asc: true };
  const request = {
    query,
    sortingColumn: /** @type {const} */ ("ORGANIZATION_FIELD_NAME_NAME"),
    queries,
  };
  return listOrganizations(session.token(), request, session.options());
}

/** @param {Organization[]} organizations */
function show(organizations) {
  inView.disconnect();
  const rows = organizations.map(row);
  table.tBodies[0]?.replaceChildren(...rows);
  table.hidden = rows.length === 0;
  rows.forEach((it) => inView.observe(it));
  const last = Math.min(offset + PAGE_SIZE, total);
  element("page", HTMLElement).textContent = total > 0 ? `${offset + 1}–${last} of ${total}` : "";
  disable(element("previous", HTMLButtonElement), offset === 0);
  disable(element("next", HTMLButtonElement), last >= total);
  showPicked();
  const missing = last - offset - rows.length;
  const kind = filter.selectedOptions[0]?.text ?? "";
  const what = kind === "all" ? "organizations" : `${kind} organizations`;
  status.textContent =
    total === 0
      ? `There are no ${what} of that name.`
      : missing > 0
        ? `${total} ${what}; ${missing} of this page may not be read with this token.`
        : `${total} ${what}.`;
}

/** @param {Organization} organization */
function row(organization) {
  const { id, name, primaryDomain, details } = organization;
  const pick = make("input", { type: "checkbox", "aria-label": `Pick ${name}` });
  pick.addEventListener("change", () => {
    listener("pick", organization);
    showPicked();
  });
  const open = make("button", { type: "button", class: "link" }, name);
  open.addEventListener("click", () => listener("open", organization));
  const copy = make(
    "button",
    { type: "button", class: "small", "aria-label": `Copy the id of ${name}` },
    "Copy",
  );
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(id).then(
      () => (status.textContent = `The id of ${name} is copied.`),
      () => (status.textContent = `The id of ${name} is ${id}.`),
    );
  });
  const action = make("button", { type: "button", class: "small", "data-action": "" });
  action.addEventListener("click", () => {
    if (action.getAttribute("aria-disabled") === "true") {
      status.textContent = action.title;
      return;
    }
    listener(/** @type {"reactivate" | "deactivate"} */ (action.dataset.action), organization);
  });
  const made = make(
    "tr",
    { "data-id": id },
    make("td", { class: "pick" }, pick),
    make("th", { scope: "row" }, open, make("span", { class: "hint" }, primaryDomain)),
    make("td", {}, make("span", { class: "badge" })),
    make(
      "td",
      {},
      make(
        "time",
        { datetime: details?.changeDate ?? "", title: `created ${day(details?.creationDate)}` },
        day(details?.changeDate),
      ),
    ),
    make("td", { class: "id" }, make("code", {}, id), copy),
    make("td", {}, action, make("span", { class: "hint why" })),
  );
  showRow(made, name, organization.state);
  return made;
}

/** Shows a state in a row, and the change that it allows. @param {Element} row @param {string} name @param {unknown} state */
function showRow(row, name, state) {
  const badge = row.querySelector(".badge");
  const action = row.querySelector("[data-action]");
  if (badge instanceof HTMLElement && action instanceof HTMLElement) {
    showState(badge, state);
    const isActive = badge.dataset.state === "active";
    action.dataset.action = isActive ? "deactivate" : "reactivate";
    action.textContent = isActive ? "Deactivate" : "Reactivate";
    action.setAttribute("aria-label", `${action.textContent} ${name}`);
  }
}

/**
 * Shows the state that was read after a change.
 *
 * @param {string} id
 * @param {string} name
 * @param {unknown} state
 */
export function update(id, name, state) {
  const row = table.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
  if (row) {
    showRow(row, name, state);
  }
}

/** Whether the caller may change an organization: asked once. @param {string} id */
function mayChange(id) {
  const known = permissions.get(id);
  if (known) {
    return known;
  }
  const call = listMyZitadelPermissions(session.token(), id, session.options());
  // A call that fails keeps nobody from trying.
  const answer = logged("listMyZitadelPermissions", id, call).then(
    ({ result }) => result.includes("org.write"),
    () => true,
  );
  permissions.set(id, answer);
  return answer;
}

/** @param {HTMLTableRowElement} row */
async function showPermission(row) {
  const isAllowed = await mayChange(row.dataset.id ?? "");
  const action = row.querySelector("[data-action]");
  const why = row.querySelector(".why");
  if (!isAllowed && action instanceof HTMLElement && why) {
    action.toggleAttribute("data-refused", true);
    showDisabled(action);
    action.title = "Your token lacks the permission org.write here.";
    why.id = `why-${row.dataset.id}`;
    why.textContent = "needs org.write";
    action.setAttribute("aria-describedby", why.id);
  }
}

/** Shows which rows are picked. */
export function showPicked() {
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const boxes = rows.map((row) => {
    const box = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    box.checked = picked.has(row.dataset.id ?? "");
    return box;
  });
  const count = boxes.filter(({ checked }) => checked).length;
  pickPage.checked = count > 0 && count === boxes.length;
  pickPage.indeterminate = count > 0 && count < boxes.length;
}

pickPage.addEventListener("change", () => {
  const { checked } = pickPage;
  for (const row of table.tBodies[0]?.rows ?? []) {
    const box = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    if (box.checked !== checked) {
      box.click();
    }
  }
  showPicked();
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(filtered, SEARCH_DELAY_MS);
});
filter.addEventListener("change", filtered);
onClick("previous", () => turn(-PAGE_SIZE));
onClick("next", () => turn(PAGE_SIZE));

function filtered() {
  offset = 0;
  document.dispatchEvent(new Event("list"));
}

/** @param {number} by */
function turn(by) {
  offset = Math.max(0, offset + by);
  document.dispatchEvent(new Event("list"));
}
