// States of organizations. A list can lag behind a change, and in ZITADEL versions before September 2026 a row can stay wrong
// until the organization's next change (https://github.com/zitadel/zitadel/issues/8517). The page therefore remembers changes.

/** @typedef {{ id: string, name: string, primaryDomain: string, state: unknown, details?: { changeDate?: string | undefined } | undefined }} Org */

/** The state that a call returned, and when it was reached: at `date`, or after the `seen` date of the list's row. */
/** @typedef {{ state: string, date?: string | undefined, seen?: string | undefined }} Change */

/** @type {Map<string, Change>} */
const changes = new Map();

/** Forgets all changes. */
export const forget = () => changes.clear();

/** Remembers a change and shows it in every view of the organization. @param {string} id @param {Change} change */
export function remember(id, change) {
  changes.set(id, change);
  document.dispatchEvent(new CustomEvent("changed", { detail: id }));
}

/** Returns the state after the last change, if there was one. @param {string} id */
export const changedState = (id) => changes.get(id)?.state;

/**
 * Returns an organization's state. `listed` is the state that was read or listed, if it is older than the last change.
 *
 * @param {Org} org
 * @returns {{ state: unknown, listed?: unknown }}
 */
export function current({ id, state, details }) {
  const change = changes.get(id);
  const date = details?.changeDate;
  if (!change || !date || word(change.state) === word(state)) {
    return { state };
  }
  const isOlder = change.date ? key(date) < key(change.date) : date === change.seen;
  return isOlder ? { state: change.state, listed: state } : { state };
}

/** Makes dates comparable as text: they have 0, 3, 6 or 9 fraction digits. @param {string} date */
const key = (date) => date.replace(/(\.\d+)?Z$/, (_, fraction = ".") => fraction.padEnd(10, "0"));

/** Returns the word for a state of either API version. @param {unknown} state */
export function word(state) {
  const name = String(state ?? "unknown").replace(/^ORG(ANIZATION)?_STATE_/, "");
  // ZITADEL responds with UNSPECIFIED for a removed organization.
  return { INACTIVE: "deactivated", UNSPECIFIED: "removed" }[name] ?? name.toLowerCase();
}

/** @param {HTMLElement} badge @param {unknown} state */
export function showState(badge, state) {
  badge.textContent = badge.dataset.state = word(state);
}
