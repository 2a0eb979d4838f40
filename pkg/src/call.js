// What the entries share. A source tells where an instance of the module comes from; see instance.js.

import { invalidOptions, toZitadelError } from "./error.js";
import { run } from "./instance.js";

/** @typedef {import("./index.js").CallOptions} CallOptions */
/** @typedef {import("./index.js").TokenSource} TokenSource */
/** @typedef {import("./instance.js").Source} Source */
/** @typedef {"reactivateOrg" | "deactivateOrg" | "getMyOrg"} Method */

/**
 * @param {Source} source
 * @param {Method} method
 * @param {TokenSource} token
 * @param {string | null | undefined} orgId
 * @param {CallOptions | undefined} options
 * @param {CallOptions} [defaults]
 * @returns {Promise<any>}
 */
export async function call(source, method, token, orgId, options, defaults) {
  try {
    const taken = take(options, defaults);
    /** @type {(module: import("./glue.js").Module) => Promise<unknown>} */
    const start = (module) => module[method](token, orgId, taken);
    return await run(source, start);
  } catch (error) {
    throw toZitadelError(error);
  }
}

/**
 * @param {Source} source
 * @param {CallOptions & { token: TokenSource }} defaults
 * @returns {import("./index.js").OrgClient}
 */
export function client(source, defaults) {
  const token = defaults?.token;
  /** @param {Method} method */
  const bound =
    (method) => (/** @type {string | null} */ orgId, /** @type {CallOptions} */ options) =>
      call(source, method, token, orgId, options, defaults);
  return {
    reactivateOrg: bound("reactivateOrg"),
    deactivateOrg: bound("deactivateOrg"),
    getMyOrg: bound("getMyOrg"),
  };
}

/**
 * @param {Source} source
 * @returns {Promise<void>}
 */
export async function load(source) {
  try {
    await run(source, () => undefined);
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
