// Hands a call to the module, or ends it if there is no working module.

import { CallRecord, Ids, mergedOptions, Options } from "../src/js/arguments.js";
import { isAborted, nextTurn, now } from "../src/platform/browser.js";
import texts from "../src/call_texts.json" with { type: "json" };
import { RPCS } from "#rpcs";
import { ZitadelError } from "./error.js";
import { loaded } from "./load.js";

/** @typedef {import("./load.js").Source} Source */
/** @typedef {keyof import("./index.js").OrgClient} Rpc */

/**
 * Makes a call. Options are read now, so that later changes to them have no effect.
 *
 * @param {Source} source @param {Rpc} rpc @param {unknown} token @param {unknown} target - an id, ids or a request
 * @param {unknown} options @param {Options} [defaults] - of a client
 * @returns {Promise<any>}
 */
export function call(source, rpc, token, target, options, defaults) {
  const record = new CallRecord(now());
  const own = new Options("options", options);
  const ids = rpc === "ensureOrgsActive" ? new Ids(target) : undefined;
  const values = [token, ids ?? target, own, defaults];
  const { instance } = source;
  // The loader reports an abort before the module checks the arguments, so every call that starts aborted goes there.
  const result =
    instance && !isAborted(mergedOptions(defaults, own)["signal"])
      ? instance.run(rpc, values, record)
      : loaded(source, own, defaults, ids).then(({ run }) => run(rpc, values, record));
  return ids ? result.catch((error) => bulkResults(ids, record, error)) : result;
}

/**
 * The results of a bulk run that the module could not finish.
 *
 * @param {Ids} ids @param {CallRecord} record @param {any} error
 */
async function bulkResults({ values }, record, error) {
  if (error.kind === "invalid-argument") {
    throw error;
  }
  /** @type {Map<string, any>} */
  const results = new Map();
  let blockStart = now();
  for (const [position, orgId] of values.entries()) {
    const result = record.results[position];
    const wasStarted = result === null;
    const failure = () => ({ orgId, error: wasStarted ? error : unsent(error) });
    results.set(orgId, results.get(orgId) ?? result ?? failure());
    // Many results at once must not block the page.
    if (now() - blockStart > texts.MAX_BLOCK_MS) {
      await nextTurn();
      blockStart = now();
    }
  }
  return values.map((orgId) => results.get(orgId));
}

/** The same error for an organization that was not started. @param {any} error */
const unsent = ({ message, cause, ...fields }) =>
  new ZitadelError({
    ...fields,
    message: message.replace(texts.MAY_HAVE_CHANGED, ""),
    mayHaveChanged: false,
    cause,
  });

/**
 * Binds a token and options, which are read now.
 *
 * @param {Source} source @param {any} options @returns {any}
 */
export function createClient(source, options) {
  const defaults = new Options("defaults", options ?? {});
  const token = defaults.attempt("token", () => options?.token);
  return Object.fromEntries(
    RPCS.map((rpc) => [
      rpc,
      async (/** @type {unknown} */ target, /** @type {unknown} */ options) =>
        call(source, rpc, token, target, options, defaults),
    ]),
  );
}
