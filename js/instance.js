// An instance of the module, and the recovery of its calls from a trap.

import texts from "../src/call_texts.json" with { type: "json" };
import { ZitadelError } from "./error.js";
import { snippets } from "#snippets";

/** @typedef {Awaited<ReturnType<typeof instantiate>>} Instance */
/** @typedef {import("../src/js/arguments.js").CallRecord} CallRecord */

/** Exports that only the module's own functions call: a trap in one of them is a trap in the export that was called first. */
const INNER = /^__(wbindgen_(malloc|realloc|free|exn_store)|externref)/;

/** @param {unknown} cause @param {boolean} mayHaveChanged */
function crashError(cause, mayHaveChanged) {
  const change = mayHaveChanged ? texts.MAY_HAVE_CHANGED : "";
  return new ZitadelError({
    kind: "protocol",
    code: 13,
    message: `The WebAssembly module crashed; please report this with the cause.${change} The next call uses a new instance.`,
    mayHaveChanged,
    cause,
  });
}

/** @param {import("./load.js").Source} source */
export async function instantiate(source) {
  const glue = source.createGlue(snippets());
  const module = await source.compile();
  const { exports } = await WebAssembly.instantiate(module, { a: glue });
  /** @type {any} */
  const exported = Object.fromEntries(
    Object.entries(glue.names).map(([name, short]) => [name, exports[short]]),
  );
  /** @type {Map<CallRecord, (reason: unknown) => void>} */
  const calls = new Map();
  /** @type {{ cause: unknown } | undefined} */
  let crash;

  /**
   * Wraps an export. The module should never trap. If it does, also in a callback of a timer or a promise, all calls under way
   * fail, and this instance is not used again.
   *
   * @param {Function} real
   */
  const watched =
    (real) =>
    (/** @type {unknown[]} */ ...values) => {
      if (!crash) {
        try {
          return real(...values);
        } catch (cause) {
          crash = { cause };
          source.loading = source.instance = undefined;
          calls.forEach((reject, record) => reject(crashError(cause, record.isChangeSent)));
          calls.clear();
        }
      }
      // wasm-bindgen reads several values from an array. None of them means that no exception was thrown.
      return [];
    };

  const entries = Object.entries(exported).map(([name, value]) => [
    name,
    typeof value === "function" && !INNER.test(name) ? watched(value) : value,
  ]);
  glue.__wbg_set_wasm(Object.fromEntries(entries));
  exported.__wbindgen_start();
  return {
    /**
     * Calls an export with a record as its last argument.
     *
     * @param {import("./call.js").Rpc} rpc @param {unknown[]} values @param {CallRecord} record
     * @returns {Promise<any>}
     */
    run: (rpc, values, record) =>
      new Promise((resolve, reject) => {
        calls.set(record, reject);
        /** @param {(value: unknown) => void} settle */
        const ended = (settle) => (/** @type {unknown} */ value) => {
          calls.delete(record);
          settle(value);
        };
        const result = glue[rpc](...values, record);
        if (crash) {
          reject(crashError(crash.cause, record.isChangeSent));
        } else {
          result.then(ended(resolve), ended(reject));
        }
      }),
  };
}
