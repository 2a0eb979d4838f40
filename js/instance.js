// An instance of the module, and what becomes of its calls if it traps.

import { ZitadelError } from "./error.js";

/** @typedef {Awaited<ReturnType<typeof instantiate>>} Instance */

/** Exports that only the module itself has called: a trap in one of them is one in the export that was called first. */
const INNER = /^__(wbindgen_(malloc|realloc|free|exn_store)|externref)/;

/** @param {import("./load.js").Source} source */
export async function instantiate(source) {
  const glue = source.createGlue({ ZitadelError });
  const { exports } = await WebAssembly.instantiate(await source.compile(), { a: glue });
  /** @type {any} */
  const exported = Object.fromEntries(
    Object.entries(glue.names).map(([name, short]) => [name, exports[short]]),
  );
  /** @type {Set<(reason: unknown) => void>} */
  const calls = new Set();
  /** @type {ZitadelError | undefined} */
  let crash;

  /** @param {unknown} cause */
  function trapped(cause) {
    source.loading = source.instance = undefined;
    crash = new ZitadelError({
      kind: "protocol",
      code: 13,
      message:
        "The WebAssembly module failed: please report it with its cause. The change may have been made; the next call starts afresh.",
      mayHaveChanged: true,
      cause,
    });
    calls.forEach((reject) => reject(crash));
    calls.clear();
  }

  /**
   * The module should never trap. If it does, also in a callback of a timer or a promise, all calls under way fail, and
   * nothing more is asked of this instance.
   *
   * @param {Function} real
   */
  const watched =
    (real) =>
    (/** @type {unknown[]} */ ...args) => {
      if (crash) {
        return undefined;
      }
      try {
        return real(...args);
      } catch (cause) {
        return trapped(cause);
      }
    };

  const entries = Object.entries(exported).map(([name, value]) => [
    name,
    typeof value === "function" && !INNER.test(name) ? watched(value) : value,
  ]);
  glue.__wbg_set_wasm(Object.fromEntries(entries));
  exported.__wbindgen_start();
  return {
    /**
     * @param {import("./call.js").Rpc} rpc
     * @param {unknown[]} args
     * @returns {Promise<unknown>}
     */
    run: (rpc, args) =>
      new Promise((resolve, reject) => {
        calls.add(reject);
        /** @param {(value: unknown) => void} settle */
        const ended = (settle) => (/** @type {unknown} */ value) => {
          calls.delete(reject);
          settle(value);
        };
        // Nothing, if it has trapped.
        glue[rpc](...args)?.then(ended(resolve), ended(reject));
        if (crash) {
          reject(crash);
        }
      }),
  };
}
