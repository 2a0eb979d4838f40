// The calls that were made, the last one first.

import { isZitadelError } from "zitadel-org-web";

import { element, make } from "./dom.js";

/**
 * Notes a call and passes its outcome on.
 *
 * @template T
 * @param {string} name
 * @param {string | null} subject
 * @param {Promise<T>} call
 * @returns {Promise<T>}
 */
export async function logged(name, subject, call) {
  const startedAt = performance.now();
  try {
    const value = await call;
    note(name, subject, "OK", startedAt);
    return value;
  } catch (error) {
    const { codeName = String(error), id = "" } = isZitadelError(error) ? error : {};
    note(name, subject, id ? `${codeName} (${id})` : codeName, startedAt);
    throw error;
  }
}

/**
 * @param {string} name
 * @param {string | null} subject
 * @param {string} result
 * @param {number} startedAt
 */
function note(name, subject, result, startedAt) {
  element("log-empty", HTMLElement).hidden = true;
  const ms = `${(performance.now() - startedAt).toFixed(1)} ms`;
  const time = new Date().toLocaleTimeString();
  const log = element("log", HTMLOListElement);
  log.prepend(
    make(
      "li",
      {},
      make("b", {}, name),
      ` ${subject ?? "own"} `,
      make("span", { class: "result" }, result),
      make("span", { class: "hint" }, ` ${ms}, ${time}`),
    ),
  );
  log.children[MAX_NOTED]?.remove();
}

const MAX_NOTED = 50;
