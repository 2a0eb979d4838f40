// The second transport's place of exchange.js: the module calls fetch itself.

import { ZitadelError, failure } from "./error.js";
import { noAnswer } from "./exchange.js";

/** @typedef {import("./module.js").TonicGlue} TonicGlue */

/** @type {typeof import("./exchange.js").exchange} */
export async function tonicExchange(module, method, call, token, guard) {
  // Not a comparison with the global one, which is another at every look in a content script of Firefox's.
  if (call.fetch) {
    throw failure(
      "invalid-argument",
      3,
      "fetch cannot be set here: tonic-web-wasm-client calls the global one.",
    );
  }
  const { index } = module.methods[method];
  const headers = {
    ...call.headers,
    "x-user-agent": String(module.methods.headers["grpc-web"]["x-user-agent"]),
    authorization: `Bearer ${token}`,
  };
  const glue = /** @type {TonicGlue} */ (module.glue);
  const answer = glue.unary(index, { baseUrl: call.base.url, headers }, guard.signal);
  const outcome = await guard.race(answer.then(module.parse, module.crashed));
  if (!outcome) {
    throw noAnswer(call);
  }
  if (outcome.error) {
    throw new ZitadelError({ ...outcome.error, httpStatus: 200 });
  }
  return outcome.value;
}

/**
 * The same glue, but every call into the module is watched, also those of timers and promises, whose exceptions nobody else
 * would relate to a call: after the first one all calls under way fail, and none gets through any more.
 *
 * @param {TonicGlue} glue
 * @returns {TonicGlue}
 */
export function watch(glue) {
  /** @type {Set<(reason: unknown) => void>} */
  const calls = new Set();
  let hasTrapped = false;
  /** @param {Function} real */
  const watched =
    (real) =>
    (/** @type {unknown[]} */ ...args) => {
      if (hasTrapped) {
        return undefined;
      }
      try {
        return real(...args);
      } catch (error) {
        hasTrapped = true;
        calls.forEach((reject) => reject(error));
        throw error;
      }
    };
  return {
    ...glue,
    __wbg_set_wasm(exports) {
      const entries = Object.entries(exports).map(([name, value]) => [
        name,
        typeof value === "function" ? watched(value) : value,
      ]);
      glue.__wbg_set_wasm(Object.fromEntries(entries));
    },
    unary: (...args) =>
      new Promise((resolve, reject) => {
        calls.add(reject);
        glue
          .unary(...args)
          .then(resolve, reject)
          .finally(() => calls.delete(reject));
      }),
  };
}
