// One organization: what a call answers, or why it failed.

import { ensureOrgActive, getMyOrg, isZitadelError } from "zitadel-org-web";

import { advice } from "./advice.js";
import { curl } from "./curl.js";
import { confirmed } from "./dialog.js";
import { disable, element, onClick, showState } from "./dom.js";
import * as list from "./list.js";
import { logged } from "./log.js";
import * as session from "./session.js";

/** @type {AbortController | undefined} */
let running;
/** @type {import("./curl.js").Method} */
let lastMethod = "reactivateOrg";
/** The organization of the token's user, where the token may read it. @type {string | undefined} */
let ownId;

const orgId = element("org-id", HTMLInputElement);
const progress = element("progress", HTMLElement);
const BUTTONS = ["reactivate", "deactivate", "refresh"].map((id) => element(id, HTMLButtonElement));

/** Learns who the token's user belongs to. */
export async function learnOwn() {
  ownId = undefined;
  ownId = await getMyOrg(session.token(), null, session.options()).then(
    ({ org }) => org?.id,
    () => undefined,
  );
}

/** Opens the view of an organization. @param {import("zitadel-org-web").Organization} organization */
export function open({ id, name, primaryDomain, state }) {
  orgId.value = id;
  element("answer", HTMLElement).hidden = true;
  element("failure", HTMLElement).hidden = true;
  progress.textContent = "";
  show({ id, name, primaryDomain, state });
  element("single", HTMLElement).scrollIntoView();
  element("refresh", HTMLElement).focus();
}

/** @param {{ id: string, name: string, primaryDomain: string, state: unknown } | undefined} org */
function show(org) {
  showState(element("badge", HTMLElement), org?.state);
  element("org-name", HTMLElement).textContent = org
    ? `${org.name} (${org.primaryDomain}, ${org.id})`
    : "";
}

/** Shows what has become of an organization, if it is the one in view. @param {string} id @param {unknown} state */
export function update(id, state) {
  if (orgId.value.trim() === id) {
    showState(element("badge", HTMLElement), state);
    progress.textContent = "";
  }
}

/** Reads the organization in the field. */
export function read() {
  const id = orgId.value.trim() || null;
  return call("getMyOrg", id, "Reading the organization …", (signal) =>
    getMyOrg(session.token(), id, { ...session.options(), signal }),
  );
}

/**
 * Changes an organization, once that is confirmed, and shows what it is then.
 *
 * @param {"reactivate" | "deactivate"} action
 * @param {{ id: string, name: string }} organization
 */
export async function change(action, { id, name }) {
  const isReactivation = action === "reactivate";
  const isConfirmed = await confirmed({
    title: isReactivation ? `Reactivate ${name}?` : `Deactivate ${name}?`,
    text: isReactivation
      ? `The users of ${name} can log in again.`
      : `The users of ${name} can no longer log in. Its projects stop working for its users, and nothing is deleted.`,
    action: isReactivation ? "Reactivate" : "Deactivate",
    isOwn: !isReactivation && id === ownId,
  });
  if (!isConfirmed) {
    return;
  }
  orgId.value = id;
  if (isReactivation) {
    await call("reactivateOrg", id, "Reactivating …", (signal) =>
      ensureOrgActive(session.token(), id, { ...session.options(), signal }),
    );
  } else {
    await call("deactivateOrg", id, "Deactivating …", (signal) => session.deactivate(id, signal));
  }
}

/**
 * @param {import("./curl.js").Method} method
 * @param {string | null} id
 * @param {string} doing
 * @param {(signal: AbortSignal) => Promise<any>} make
 */
async function call(method, id, doing, make) {
  if (running) {
    return;
  }
  running = new AbortController();
  lastMethod = method;
  busy(doing, true);
  list.busy(id ?? "", true);
  try {
    const answer = await logged(method, id, make(running.signal));
    showAnswer(answer);
    const org = answer.org ?? (await session.readState(id ?? "").catch(() => undefined));
    show(org);
    if (org) {
      list.update(org.id, org.name, org.state);
    }
    busy(
      org ? `${org.name} is ${element("badge", HTMLElement).textContent}.` : "It worked.",
      false,
    );
  } catch (error) {
    if (!isZitadelError(error)) {
      throw error;
    }
    showError(error);
    busy("", false);
  } finally {
    running = undefined;
    list.busy(id ?? "", false);
  }
}

/** @param {string} text @param {boolean} isBusy */
function busy(text, isBusy) {
  progress.textContent = text;
  progress.toggleAttribute("data-busy", isBusy);
  BUTTONS.forEach((button) => disable(button, isBusy));
  element("cancel", HTMLElement).hidden = !isBusy;
}

/** @param {unknown} answer */
function showAnswer(answer) {
  element("failure", HTMLElement).hidden = true;
  element("answer", HTMLElement).hidden = false;
  element("json", HTMLElement).textContent = JSON.stringify(answer, null, 2);
}

/** @param {import("zitadel-org-web").ZitadelError} error */
export function showError(error) {
  const failure = element("failure", HTMLElement);
  element("answer", HTMLElement).hidden = true;
  failure.hidden = false;
  const texts = {
    "error-message": error.message,
    "error-advice": advice(error),
    "error-kind": error.httpStatus ? `${error.kind} (HTTP ${error.httpStatus})` : error.kind,
    "error-code": `${error.code} ${error.codeName}`,
    "error-id": error.id ?? "none",
    "error-request-id": error.requestId ?? "none",
    "error-json": JSON.stringify(error, null, 2),
  };
  for (const [id, text] of Object.entries(texts)) {
    element(id, HTMLElement).textContent = text;
  }
  failure.scrollIntoView({ block: "nearest" });
}

/** The organization in the field, by the name that is known. */
function inField() {
  const id = orgId.value.trim() || ownId || "";
  const shown = element("org-name", HTMLElement).textContent;
  return {
    id,
    name: shown.includes(id) && id ? shown.replace(/ \(.*$/, "") : id || "your own organization",
  };
}

/** @param {"reactivate" | "deactivate"} action */
async function changeInField(action) {
  const organization = inField();
  if (!organization.id) {
    progress.textContent = "Fill in the organization's id.";
    orgId.focus();
    return;
  }
  await change(action, organization);
}

async function copyCurl() {
  const text = curl(lastMethod, session.baseUrl(), orgId.value.trim() || null);
  const copied = element("copied", HTMLElement);
  try {
    await navigator.clipboard.writeText(text);
    copied.textContent = "Copied. Set TOKEN in your shell.";
  } catch {
    copied.textContent = text;
  }
}

element("call", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void read();
});
onClick("reactivate", () => changeInField("reactivate"));
onClick("deactivate", () => changeInField("deactivate"));
onClick("copy-curl", copyCurl);
onClick("cancel", () => running?.abort());
