// What the entries share. A source tells where the module comes from; see instance.js.

import { ZitadelError, failure } from "./error.js";
import { exchange } from "./exchange.js";
import { startGuard } from "./guard.js";
import { load } from "./instance.js";
import { checkToken, readCall } from "./options.js";

/** @typedef {import("./index.js").CallOptions} CallOptions */
/** @typedef {import("./index.js").TokenSource} TokenSource */
/** @typedef {import("./instance.js").Source} Source */
/** @typedef {import("./module.js").Method} Method */

/**
 * One call from its arguments to its value or error.
 *
 * @param {Source} source
 * @param {Method} method
 * @param {TokenSource} token
 * @param {string | null | undefined} orgId
 * @param {CallOptions | undefined} options
 * @param {CallOptions} [defaults]
 * @returns {Promise<any>}
 */
export async function call(source, method, token, orgId, options, defaults) {
  let guard;
  try {
    const checked = readCall(orgId, options, defaults);
    guard = startGuard(checked.timeoutMs, checked.signal);
    const module = await guard.race(load(source));
    const bearer = await bearerToken(token, guard);
    const run = (checked.protocol === "grpc-web" && source.exchange) || exchange;
    return await run(module, method, checked, bearer, guard);
  } catch (error) {
    // All else is the caller's: a getter or a signal may throw anything.
    throw error instanceof ZitadelError
      ? error
      : failure("invalid-argument", 3, "options cannot be used: see cause.", { cause: error });
  } finally {
    guard?.stop();
  }
}

/**
 * Binds a token and options.
 *
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
 * The token, or what the caller's function makes of it, checked.
 *
 * @param {TokenSource} token
 * @param {import("./guard.js").Guard} guard
 */
async function bearerToken(token, guard) {
  if (typeof token !== "function") {
    return checkToken(token);
  }
  let given;
  try {
    given = await guard.race(token());
  } catch (cause) {
    throw (
      guard.end ??
      failure(
        "invalid-argument",
        16,
        "The function token failed, so nothing was sent. See cause.",
        { cause },
      )
    );
  }
  return checkToken(given);
}
