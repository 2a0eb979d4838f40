// Calls to ZITADEL with the address and the token of the form.

import * as zitadel from "zitadel-org-web";

import { askForToken } from "./dialog.js";
import { element } from "./dom.js";
import { note } from "./log.js";
import { word } from "./states.js";

/** @typedef {"deactivateOrg" | "deactivateOrganization" | "ensureOrgActive" | "ensureOrgsActive" | "getMyOrg" | "listMyZitadelPermissions" | "listOrganizations"} Name */
/** @typedef {{ signal?: AbortSignal, onRequest?: (rpc: string) => void }} Task */
/** @typedef {Task & zitadel.BulkOptions & { subject?: string }} Options */

/** Longer than most calls take, because the user may have to fetch a new token meanwhile. */
const TIMEOUT_MS = 120_000;

const tokenField = element("token", HTMLInputElement);

export const baseUrl = () => element("base-url", HTMLInputElement).value.trim() || location.origin;

/** The dialog that asks for a new token. @type {Promise<unknown> | undefined} */
let renewal;

/** Returns the token for one call. If ZITADEL rejects it, one dialog asks for a new one for all calls. */
function token() {
  let latest = "";
  /** @param {{ previous?: zitadel.ZitadelError }} context */
  return async ({ previous }) => {
    if (previous && latest === tokenField.value.trim()) {
      await (renewal ??= renew(previous).finally(() => (renewal = undefined)));
    }
    // Without a new token the call fails with ZITADEL's error.
    return (latest = tokenField.value.trim());
  };
}

/** @param {zitadel.ZitadelError} rejection */
async function renew(rejection) {
  const newToken = await askForToken(rejection);
  if (newToken) {
    tokenField.value = newToken;
    document.dispatchEvent(new Event("renewed"));
  }
}

/**
 * Calls a function of the package and logs the call.
 *
 * @template {Name} N
 * @param {N} name
 * @param {Parameters<typeof zitadel[N]>[1]} argument
 * @param {Options} [options] - `subject` is shown in the log
 * @returns {Promise<Awaited<ReturnType<typeof zitadel[N]>>>}
 */
export async function call(name, argument, { subject, onRequest, ...options } = {}) {
  const startedAt = performance.now();
  /** The number of requests by RPC. @type {Map<string, number>} */
  const requests = new Map();
  const allOptions = {
    baseUrl: baseUrl(),
    language: navigator.language,
    timeoutMs: TIMEOUT_MS,
    ...options,
    /** @param {string} url @param {RequestInit} init */
    fetch(url, init) {
      const rpc = url.slice(url.lastIndexOf("/") + 1);
      requests.set(rpc, (requests.get(rpc) ?? 0) + 1);
      onRequest?.(rpc);
      return fetch(url, init);
    },
  };
  let outcome = "OK";
  try {
    return await /** @type {any} */ (zitadel[name])(token(), argument, allOptions);
  } catch (error) {
    const { codeName = String(error), id = "" } = zitadel.isZitadelError(error) ? error : {};
    outcome = id ? `${codeName} (${id})` : codeName;
    throw error;
  } finally {
    const rpcs = [...requests]
      .map(([rpc, count]) => (count > 1 ? `${count} ${rpc}` : rpc))
      .filter((rpc) => rpc.toLowerCase() !== name.toLowerCase());
    const ms = `${(performance.now() - startedAt).toFixed(1)} ms`;
    const more = [...rpcs, ms, new Date().toLocaleTimeString()].join(", ");
    note(name, subject ?? String(argument ?? "own"), outcome, more);
  }
}

/** @param {unknown} error */
const isUnimplemented = (error) => zitadel.isZitadelError(error) && error.code === 12;

/**
 * Reads an organization by management v1, which is up to date, or by a list on servers without v1.
 *
 * @param {string | null} id - null for the caller's own organization
 * @param {Task} [task]
 * @returns {Promise<{ response: object, org?: import("./states.js").Org | undefined }>}
 */
export async function read(id, task) {
  try {
    const response = await call("getMyOrg", id, task);
    return { response, org: response.org };
  } catch (error) {
    if (id === null || !isUnimplemented(error)) {
      throw error;
    }
    const request = { queries: [{ idQuery: { id } }] };
    const response = await call("listOrganizations", request, { ...task, subject: id });
    return { response, org: response.result[0] };
  }
}

/**
 * The result of a change: the new state, its date and a note. `org` is set if it was read already.
 *
 * @typedef {{ response: object, state: string, date?: string | undefined, note: string, org?: import("./states.js").Org | undefined }} Change
 */

// A browser can repeat a request by itself when a connection closes. Its second response then says that nothing changed.
const ALREADY = "It already was when the request arrived.";
const LOST = "The response was lost, so it is unknown whether this call changed it.";

/** Reactivates an organization. @param {string} id @param {Task} task @returns {Promise<Change>} */
export async function reactivate(id, task) {
  const response = await call("ensureOrgActive", id, task);
  const note = { reactivated: "", "already-active": ALREADY, active: LOST }[response.outcome];
  return { response, state: "ORG_STATE_ACTIVE", date: response.changeDate, note };
}

/**
 * Deactivates an organization by either version of the API. An organization that is deactivated already is a success.
 *
 * @param {string} id
 * @param {Task} task
 * @returns {Promise<Change>}
 */
export async function deactivate(id, task) {
  const state = "ORG_STATE_INACTIVE";
  try {
    /** @type {any} of either version */
    const response = await call("deactivateOrganization", id, task).catch((error) => {
      if (!isUnimplemented(error)) throw error;
      return call("deactivateOrg", id, task);
    });
    return { response, state, date: (response.details ?? response).changeDate, note: "" };
  } catch (error) {
    if (!zitadel.isZitadelError(error) || !(error.code === 9 || error.mayHaveChanged)) {
      throw error;
    }
    const { org } = await read(id, task).catch(() => ({ org: undefined }));
    const isStated = ["EVENT-Dbs2g", "DOM-Z2dzsT"].includes(error.id ?? "");
    if (!isStated && word(org?.state) !== word(state)) {
      throw error;
    }
    const note = error.code === 9 ? ALREADY : LOST;
    return { response: error, state, date: org?.details?.changeDate, note, org };
  }
}
