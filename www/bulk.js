// The selected organizations, and their reactivation.

import * as api from "./api.js";
import { confirmed } from "./dialog.js";
import { counted, element, make, onClick } from "./dom.js";
import { describe } from "./failure.js";
import { list, selected, showSelected } from "./list.js";
import { remember } from "./states.js";

/** @typedef {import("zitadel-org-web").Organization} Organization */

const MAX_NAMED = 10;

/** @type {AbortController | undefined} */
let running;

const status = element("bulk-status");
const bar = element("bulk-progress", HTMLProgressElement);
const results = element("bulk-results");

/** Selects or deselects an organization. @param {Organization} organization */
export function toggle(organization) {
  if (!selected.delete(organization.id)) {
    selected.set(organization.id, organization);
  }
  if (!running) {
    status.textContent = selected.size > 0 ? `${selected.size} selected: ${names()}` : "";
  }
  show();
}

/** Stops a run and removes everything that the previous token could see. */
export function reset() {
  running?.abort();
  running = undefined;
  clear();
}

/** Removes the selection and the results of the last run. */
export function clear() {
  if (running) {
    return;
  }
  selected.clear();
  results.replaceChildren();
  status.textContent = "";
  show();
}

function show() {
  const isRunning = running !== undefined;
  element("bulk").hidden = selected.size === 0 && !isRunning && results.children.length === 0;
  element("bulk-run").hidden = selected.size === 0 || isRunning;
  element("bulk-stop").hidden = bar.hidden = !isRunning;
  element("bulk-clear").hidden = isRunning;
  showSelected();
}

function names() {
  const all = [...selected.values()].map(({ name }) => name);
  const more = all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : "";
  return all.slice(0, MAX_NAMED).join(", ") + more;
}

async function run() {
  const isConfirmed = await confirmed({
    title: `Reactivate ${counted(selected.size, "organization")}?`,
    text: `The users of ${names()} can log in again. Organizations that are active stay unchanged.`,
    action: "Reactivate",
  });
  if (!isConfirmed || running || selected.size === 0) {
    return;
  }
  const controller = (running = new AbortController());
  const chosen = new Map(selected);
  results.replaceChildren();
  bar.max = chosen.size;
  bar.value = 0;
  status.textContent = `0 of ${chosen.size}`;
  show();
  // The button that was pressed is hidden now.
  element("bulk-stop").focus();
  /** @param {import("zitadel-org-web").BulkProgress} progress */
  const onProgress = ({ done, total, last }) => {
    if (running === controller) {
      bar.value = done;
      status.textContent = `${done} of ${total}`;
      note(/** @type {Organization} */ (chosen.get(last.orgId)), last);
    }
  };
  const subject = counted(chosen.size, "organization");
  const options = { subject, signal: controller.signal, onProgress };
  try {
    const all = await api.call("ensureOrgsActive", chosen.keys(), options);
    if (running === controller) {
      const failed = all.filter(({ error }) => error).length;
      status.textContent = `${all.length - failed} of ${all.length} are active${failed ? `, ${failed} failed or unknown` : ""}.`;
    }
  } catch (/** @type {any} */ error) {
    // A wrong argument: the run itself does not reject otherwise.
    if (running === controller) {
      status.textContent = describe(error);
    }
  } finally {
    if (running === controller) {
      running = undefined;
      show();
      element("bulk-clear").focus();
      await list();
    }
  }
}

/** Shows an organization's result. @param {Organization} organization @param {import("zitadel-org-web").OrgActivationResult} result */
function note({ id, name, details }, { activation, error }) {
  let text = "";
  if (activation) {
    const { outcome, changeDate: date } = activation;
    text = { reactivated: "reactivated", "already-active": "was active", active: "is active" }[
      outcome
    ];
    selected.delete(id);
    remember(id, { state: "ORG_STATE_ACTIVE", date, seen: details?.changeDate });
    showSelected();
  } else {
    text = describe(error);
  }
  const kind = activation ? "good" : "bad";
  results.append(make("li", { class: kind }, make("b", {}, name), ` ${text}`));
}

onClick("bulk-run", run);
onClick("bulk-stop", () => running?.abort());
onClick("bulk-clear", clear);
