import { invalidOptions, toZitadelError } from "./error.js";
import { run } from "./load.js";

export { ZitadelError, isZitadelError } from "./error.js";

/** @typedef {import("./index.js").CallOptions} CallOptions */
/** @typedef {import("./index.js").TokenSource} TokenSource */

/**
 * @param {TokenSource} token
 * @param {string | null} [orgId]
 * @param {CallOptions} [options]
 * @returns {Promise<import("./index.js").ReactivateOrgResponse>}
 */
export function reactivateOrg(token, orgId, options) {
  return call("reactivateOrg", token, orgId, options);
}

/**
 * @param {TokenSource} token
 * @param {string | null} [orgId]
 * @param {CallOptions} [options]
 * @returns {Promise<import("./index.js").DeactivateOrgResponse>}
 */
export function deactivateOrg(token, orgId, options) {
  return call("deactivateOrg", token, orgId, options);
}

/**
 * @param {TokenSource} token
 * @param {string | null} [orgId]
 * @param {CallOptions} [options]
 * @returns {Promise<import("./index.js").GetMyOrgResponse>}
 */
export function getMyOrg(token, orgId, options) {
  return call("getMyOrg", token, orgId, options);
}

/**
 * @param {CallOptions & { token: TokenSource }} defaults
 * @returns {import("./index.js").OrgClient}
 */
export function createOrgClient(defaults) {
  const token = defaults?.token;
  return {
    reactivateOrg: (orgId, options) => call("reactivateOrg", token, orgId, options, defaults),
    deactivateOrg: (orgId, options) => call("deactivateOrg", token, orgId, options, defaults),
    getMyOrg: (orgId, options) => call("getMyOrg", token, orgId, options, defaults),
  };
}

/** @returns {Promise<void>} */
export async function preload() {
  try {
    await run(() => undefined);
  } catch (error) {
    throw toZitadelError(error);
  }
}

/**
 * @param {"reactivateOrg" | "deactivateOrg" | "getMyOrg"} method
 * @param {TokenSource} token
 * @param {string | null | undefined} orgId
 * @param {CallOptions | undefined} options
 * @param {CallOptions} [defaults]
 * @returns {Promise<any>}
 */
async function call(method, token, orgId, options, defaults) {
  try {
    const taken = take(options, defaults);
    /** @type {(module: import("./glue.js").Module) => Promise<unknown>} */
    const start = (module) => module[method](token, orgId, taken);
    return await run(start);
  } catch (error) {
    throw toZitadelError(error);
  }
}

/**
 * The options as plain data. They are read here and not in the module, because a getter may throw.
 *
 * @param {CallOptions | undefined} options
 * @param {CallOptions} [defaults]
 * @returns {CallOptions}
 */
function take(options, defaults) {
  if (typeof (options ?? {}) !== "object") {
    throw invalidOptions("options is not an object.");
  }
  /** @type {any} */
  const taken = {};
  try {
    for (const name of /** @type {const} */ ([
      "baseUrl",
      "protocol",
      "timeoutMs",
      "signal",
      "language",
      "headers",
      "fetch",
      "allowInsecure",
    ])) {
      taken[name] = options?.[name] ?? defaults?.[name];
    }
    if (typeof taken.baseUrl === "object") {
      taken.baseUrl = String(taken.baseUrl);
    }
    if (typeof taken.headers === "object") {
      const { headers } = taken;
      taken.headers = Symbol.iterator in headers ? Object.fromEntries(headers) : { ...headers };
    }
  } catch (cause) {
    throw invalidOptions("options cannot be read: see cause.", cause);
  }
  return taken;
}
