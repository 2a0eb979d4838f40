// Who calls, and where: what all calls of the page have in common.

import {
  deactivateOrg,
  deactivateOrganization,
  getMyOrg,
  listOrganizations,
} from "zitadel-org-web";

import { askForToken } from "./dialog.js";
import { element } from "./dom.js";

/** Longer than most calls take: somebody may have to fetch a token meanwhile. */
const TIMEOUT_MS = 120_000;

let current = "";
/** @type {Promise<string> | undefined} */
let renewing;

/** Takes what the form says. */
export function connect() {
  current = element("token", HTMLInputElement).value.trim();
}

/** Where ZITADEL is. */
export const baseUrl = () => element("base-url", HTMLInputElement).value.trim() || location.origin;

/** Options of a call. @returns {import("zitadel-org-web").CallOptions} */
export const options = () => ({
  baseUrl: baseUrl(),
  language: navigator.language,
  timeoutMs: TIMEOUT_MS,
});

/**
 * The token for one call. If the server refuses it, whoever sits here is asked for another one, once for all calls.
 *
 * @returns {import("zitadel-org-web").TokenSource}
 */
export function token() {
  let given = "";
  return async ({ previous }) => {
    if (previous && given === current) {
      renewing ??= askForToken(previous).finally(() => (renewing = undefined));
      current = await renewing;
      element("token", HTMLInputElement).value = current;
    }
    given = current;
    return given;
  };
}

/**
 * The organization as it is: by management v1, which knows at once, or by a list where the server has no v1.
 *
 * @param {string} id
 */
export async function readState(id) {
  try {
    return (await getMyOrg(token(), id, options())).org;
  } catch (error) {
    if (/** @type {any} */ (error).code !== 12) {
      throw error;
    }
    return (await listOrganizations(token(), { queries: [{ idQuery: { id } }] }, options()))
      .result[0];
  }
}

/**
 * Deactivates an organization on whichever version.
 *
 * @param {string} id
 * @param {AbortSignal} signal
 */
export async function deactivate(id, signal) {
  try {
    return await deactivateOrganization(token(), id, { ...options(), signal });
  } catch (error) {
    if (/** @type {any} */ (error).code !== 12) {
      throw error;
    }
    return deactivateOrg(token(), id, { ...options(), signal });
  }
}
