// Hands a call to the module, which decides everything about it.

import { ZitadelError } from "./error.js";
import { loaded } from "./load.js";

/** @typedef {import("./load.js").Source} Source */
/** @typedef {import("./index.js").CallOptions} CallOptions */
/** @typedef {keyof import("./index.js").OrgClient} Rpc */

/**
 * @param {Source} source
 * @param {Rpc} rpc
 * @param {[token: unknown, subject: unknown, options: any]} args
 * @param {any} [defaults] - a client's
 * @returns {Promise<any>}
 */
export function call(source, rpc, args, defaults) {
  const all = [...args, defaults, performance.now()];
  // Nobody waits for the load of a module that is there.
  return source.instance
    ? source.instance.run(rpc, all)
    : loaded(source, args[2], defaults).then((instance) => instance.run(rpc, all));
}

/** @type {Rpc[]} */
const RPCS = [
  "reactivateOrg",
  "deactivateOrg",
  "getMyOrg",
  "activateOrganization",
  "deactivateOrganization",
  "listOrganizations",
  "listMyZitadelPermissions",
  "ensureOrgActive",
  "ensureOrgsActive",
];

/** @type {(keyof CallOptions)[]} */
const OPTIONS = [
  "baseUrl",
  "protocol",
  "timeoutMs",
  "signal",
  "language",
  "headers",
  "fetch",
  "allowInsecure",
];

/**
 * Binds a token and options, read now: what becomes of them later does not matter.
 *
 * @param {Source} source @param {any} given @returns {any}
 */
export function createClient(source, given) {
  /** @type {any} */
  const defaults = {};
  /** @type {ZitadelError | undefined} */
  let failure;
  try {
    defaults.token = given?.token;
    for (const name of OPTIONS) {
      defaults[name] = copy(given?.[name]);
    }
  } catch (cause) {
    failure = new ZitadelError({
      kind: "invalid-argument",
      code: 3,
      message: "The client's defaults cannot be read: see cause.",
      cause,
    });
  }
  return Object.fromEntries(
    RPCS.map((rpc) => [
      rpc,
      async (/** @type {unknown} */ subject, /** @type {unknown} */ options) => {
        if (failure) {
          throw failure;
        }
        return call(source, rpc, [defaults.token, subject, options], defaults);
      },
    ]),
  );
}

/** What can change within an option: a URL, headers. @param {any} value */
function copy(value) {
  if (typeof value !== "object" || value === null || "aborted" in value) {
    return value;
  }
  if (typeof value.href === "string") {
    return value.href;
  }
  return Symbol.iterator in value ? Array.from(value, (pair) => [...pair]) : { ...value };
}
