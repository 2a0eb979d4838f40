// The picked organizations, and setting them active at once.

import { ensureOrgsActive } from "zitadel-org-web";

import { confirmed } from "./dialog.js";
import { element, make, onClick } from "./dom.js";
import * as list from "./list.js";
import { logged } from "./log.js";
import * as session from "./session.js";
import * as single from "./single.js";

/** @type {AbortController | undefined} */
let running;

const section = element("bulk", HTMLElement);
const status = element("bulk-status", HTMLElement);
const bar = element("bulk-progress", HTMLProgressElement);
const results = element("bulk-results", HTMLUListElement);

/** @param {import("zitadel-org-web").Organization} organization */
export function toggle(organization) {
  if (!list.picked.delete(organization.id)) {
    list.picked.set(organization.id, organization);
  }
  show();
}

/** Shows what is picked. */
export function show() {
  const names = [...list.picked.values()].map(({ name }) => name);
  section.hidden = names.length === 0 && results.children.length === 0;
  element("bulk-run", HTMLElement).hidden = names.length === 0 || running !== undefined;
  if (!running && names.length > 0) {
    const shown = names.length > MAX_NAMED ? [...names.slice(0, MAX_NAMED), "…"] : names;
    status.textContent = `${names.length} picked: ${shown.join(", ")}`;
  }
}

const MAX_NAMED = 10;

async function run() {
  const picked = new Map(list.picked);
  const count = picked.size === 1 ? "one organization" : `${picked.size} organizations`;
  if (running || picked.size === 0) {
    return;
  }
  const isConfirmed = await confirmed({
    title: `Reactivate ${count}?`,
    text: `The users of ${names(picked)} can log in again. Those that are active stay as they are.`,
    action: "Reactivate",
  });
  if (!isConfirmed) {
    return;
  }
  running = new AbortController();
  toggleRunning(true);
  results.replaceChildren();
  bar.max = picked.size;
  bar.value = 0;
  /** @param {import("zitadel-org-web").BulkProgress} progress */
  const onProgress = ({ done, total, last }) => {
    bar.value = done;
    status.textContent = `${done} of ${total}`;
    results.append(result(picked.get(last.orgId)?.name ?? last.orgId, last));
    if (last.activation) {
      list.update(last.orgId, picked.get(last.orgId)?.name ?? "", "ORG_STATE_ACTIVE");
      single.update(last.orgId, "ORG_STATE_ACTIVE");
    }
  };
  try {
    const options = { ...session.options(), signal: running.signal, onProgress };
    const call = ensureOrgsActive(session.token(), picked.keys(), options);
    const all = await logged("ensureOrgsActive", String(picked.size), call);
    const failed = all.filter(({ error }) => error).length;
    status.textContent = `${all.length - failed} of ${all.length} are active${failed ? `, ${failed} are not or nobody knows` : ""}.`;
    for (const { orgId, activation } of all) {
      if (activation) {
        list.picked.delete(orgId);
      }
    }
    list.showPicked();
  } finally {
    running = undefined;
    toggleRunning(false);
  }
}

/** @param {Map<string, { name: string }>} picked */
function names(picked) {
  const all = [...picked.values()].map(({ name }) => name);
  return all.length > MAX_NAMED
    ? `${all.slice(0, MAX_NAMED).join(", ")} and ${all.length - MAX_NAMED} more`
    : all.join(", ");
}

/** @param {string} name @param {import("zitadel-org-web").OrgActivationResult} result */
function result(name, { activation, error }) {
  const text = activation
    ? { reactivated: "reactivated", "already-active": "was active", active: "is active" }[
        activation.outcome
      ]
    : `${error?.codeName}: ${error?.message}`;
  return make("li", { class: activation ? "good" : "bad" }, make("b", {}, name), ` ${text}`);
}

/** @param {boolean} isRunning */
function toggleRunning(isRunning) {
  bar.hidden = !isRunning;
  element("bulk-stop", HTMLElement).hidden = !isRunning;
  element("bulk-run", HTMLElement).hidden = isRunning || list.picked.size === 0;
  element("bulk-clear", HTMLElement).hidden = isRunning;
  // The button that was pressed is gone.
  element(isRunning ? "bulk-stop" : "bulk-clear", HTMLElement).focus();
}

onClick("bulk-run", run);
onClick("bulk-stop", () => running?.abort());
onClick("bulk-clear", () => {
  list.picked.clear();
  results.replaceChildren();
  list.showPicked();
  show();
});
