// One organization: its state, the response to the last call, or why the call failed.

import { isZitadelError } from "zitadel-org-web";

import * as api from "./api.js";
import { confirmed } from "./dialog.js";
import { copy, disable, element, onClick } from "./dom.js";
import { describe, showFailure } from "./failure.js";
import { showOutcome } from "./list.js";
import { curl } from "./log.js";
import { changedState, current, remember, showState, word } from "./states.js";

/** @typedef {import("./states.js").Org} Org */

/** @type {AbortController | undefined} */
let running;
/** The RPC of the last call. @type {string | undefined} */
let lastRpc;
/** The organization in view, where more than its id is known. @type {Org | undefined} */
let orgInView;
/** The organization of the token's user, if the token may read it. @type {Org | undefined} */
let own;
/** Ends the latest {@link learnOwn}. */
let learning = new AbortController();

const orgId = element("org-id", HTMLInputElement);
const progress = element("progress");
const badge = element("badge");
const BUTTONS = ["reactivate", "deactivate", "refresh"];

/** Ends a call and removes everything that the previous token could see. */
export function reset() {
  running?.abort();
  running = undefined;
  learning.abort();
  orgId.value = "";
  showOwn(undefined);
  showBusy("", false);
  clear();
}

/** Removes the organization in view and what was said about it, unless a call is in progress. */
export function clear() {
  if (!running) {
    lastRpc = undefined;
    show(undefined);
    clearCall();
    progress.textContent = "";
  }
}

function clearCall() {
  element("response").hidden = true;
  element("copied").textContent = "";
  showFailure("error");
}

/** Reads which organization the token's user belongs to. */
export async function learnOwn() {
  learning.abort();
  const { signal } = (learning = new AbortController());
  showOwn(undefined);
  const { org } = await api.read(null, { signal }).catch(() => ({ org: undefined }));
  if (!signal.aborted) {
    showOwn(org);
  }
}

/** @param {Org | undefined} org */
function showOwn(org) {
  own = org;
  element("own").textContent = org ? ` (${org.name})` : "";
}

/** Opens an organization of the list. @param {Org} org */
export function open(org) {
  if (isBusy(org.id)) {
    return;
  }
  orgId.value = org.id;
  clear();
  show(org);
  element("single").scrollIntoView();
  element("refresh").focus();
}

/** @param {Org | undefined} org */
function show(org) {
  orgInView = org;
  element("shown").hidden = !org;
  showState(badge, org && current(org).state);
  element("org-name").textContent = org ? `${org.name} (${org.primaryDomain}, ${org.id})` : "";
}

/** Shows an organization that was read, here and in the list. @param {Org} org */
function learn(org) {
  if (!current(org).listed) {
    remember(org.id, { state: String(org.state), date: org.details?.changeDate });
  }
  show(org);
}

// A bulk run or a row's button changed the organization in view.
document.addEventListener("changed", (event) => {
  const id = /** @type {CustomEvent<string>} */ (event).detail;
  if (orgInView?.id === id && !running) {
    clearCall();
    show(orgInView);
    progress.textContent = `${orgInView.name} is ${word(changedState(id))}.`;
  }
});

/** Reads the organization in the field. */
async function read() {
  if (!running) {
    await run(orgId.value.trim() || null, "Reading …", (task, id) => api.read(id, task));
  }
}

/**
 * Changes an organization after a confirmation.
 *
 * @param {"Reactivate" | "Deactivate"} action
 * @param {Org} org
 * @param {boolean} isRow - the button of the list's row was pressed
 */
export async function change(action, org, isRow = true) {
  const { id, name } = org;
  const isReactivation = action === "Reactivate";
  const text = isReactivation
    ? `The users of ${name} can log in again.`
    : `The users of ${name} can no longer log in. Its projects stop working for them. Nothing is deleted.`;
  const isOwn = !isReactivation && id === own?.id;
  const question = { title: `${action} ${name}?`, text, action, isOwn };
  if (isBusy(id) || !(await confirmed(question)) || running) {
    return;
  }
  if (orgInView?.id !== id) {
    orgId.value = id;
    clear();
    show(org.primaryDomain ? org : undefined);
  }
  const doing = isReactivation ? "Reactivating …" : "Deactivating …";
  const send = isReactivation ? api.reactivate : api.deactivate;
  await run(id, doing, (task) => send(id, task), { isRow, seen: org.details?.changeDate });
}

/** Tells why a row's button does nothing during a call. @param {string} id */
function isBusy(id) {
  if (running) {
    showOutcome(id, "Another call is in progress.", id === orgId.value.trim());
  }
  return running !== undefined;
}

/**
 * Makes a call and shows the organization afterwards.
 *
 * @template {string | null} Id
 * @param {Id} id
 * @param {string} doing
 * @param {(task: api.Task, id: Id) => Promise<{ response: object, org?: Org | undefined } & Partial<api.Change>>} send
 * @param {{ isRow: boolean, seen: string | undefined }} [change] - set for a change
 */
async function run(id, doing, send, change) {
  const controller = (running = new AbortController());
  const { signal } = controller;
  /** @param {string} rpc */
  const onRequest = (rpc) => {
    // The reads that a change needs are not the call that the user made.
    if (!change || !/^(Get|List)/.test(rpc)) {
      lastRpc = rpc;
    }
  };
  const readBack = async () => {
    const { org } = await api.read(id, { signal }).catch(() => ({ org: undefined }));
    return running === controller ? org : undefined;
  };
  let text = "";
  let rowText = "";
  clearCall();
  lastRpc = undefined;
  showBusy(doing, true, change && id);
  try {
    const { response, state, date, note = "", ...done } = await send({ signal, onRequest }, id);
    if (running !== controller) {
      return;
    }
    element("response").hidden = false;
    element("json").textContent = JSON.stringify(response, null, 2);
    if (id && state) {
      remember(id, { state, date, seen: change?.seen });
    }
    const org = done.org ?? (await readBack());
    if (org) {
      learn(org);
    } else if (orgInView && state) {
      show({ ...orgInView, state });
    }
    text =
      `${orgInView?.name ?? id} is ${orgInView ? badge.textContent : word(state)}. ${note}`.trim();
    rowText = text;
  } catch (error) {
    if (!isZitadelError(error)) {
      throw error;
    }
    if (running !== controller) {
      return;
    }
    showFailure("error", error);
    rowText = `Request failed. ${describe(error)}`;
    if (change && (error.mayHaveChanged || error.code === 5)) {
      const org = signal.aborted ? undefined : await readBack();
      if (org) {
        learn(org);
      } else if (error.mayHaveChanged) {
        show(undefined);
      }
    }
    if (!change?.isRow) {
      element("error").scrollIntoView({ block: "nearest" });
    }
  } finally {
    if (running === controller) {
      running = undefined;
      showBusy(text, false, change && id, rowText);
    }
  }
}

/** @param {string} text @param {boolean} isOn @param {string | null} [id] - of the row @param {string} [rowText] */
function showBusy(text, isOn, id, rowText = text) {
  progress.textContent = text;
  progress.toggleAttribute("data-busy", isOn);
  orgId.readOnly = isOn;
  BUTTONS.forEach((button) => disable(element(button), isOn));
  element("cancel").hidden = !isOn;
  if (id) {
    showOutcome(id, rowText, isOn);
  }
}

/** @param {"Reactivate" | "Deactivate"} action */
async function changeInField(action) {
  const id = orgId.value.trim() || own?.id;
  if (id) {
    const org = [orgInView, own].find((candidate) => candidate?.id === id);
    await change(action, org ?? { id, name: id, primaryDomain: "", state: undefined }, false);
  } else {
    progress.textContent = "Enter an organization id.";
    orgId.focus();
  }
}

orgId.addEventListener("input", clear);
element("call").addEventListener("submit", (event) => {
  event.preventDefault();
  void read();
});
onClick("reactivate", () => changeInField("Reactivate"));
onClick("deactivate", () => changeInField("Deactivate"));
onClick("cancel", () => running?.abort());
onClick("copy-curl", () => {
  const text = curl(lastRpc ?? "GetMyOrg", api.baseUrl(), orgId.value.trim() || null);
  return copy(text, element("copied"), "Copied. Set TOKEN in your shell.");
});
