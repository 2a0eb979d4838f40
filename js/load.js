// Loads the module, once. A load that fails, or that a call has waited for until its deadline, is tried again by the next call.

import { ZitadelError } from "./error.js";
import { instantiate } from "./instance.js";

/** @typedef {import("./instance.js").Instance} Instance */
/**
 * Where the module comes from, and what has come of it.
 *
 * @typedef {{
 *   createGlue: typeof import("#glue").createGlue,
 *   compile: () => Promise<WebAssembly.Module>,
 *   loading?: Promise<Instance> | undefined,
 *   instance?: Instance | undefined,
 * }} Source
 */

const DEFAULT_TIMEOUT_MS = 30_000;
/** Longest delay of setTimeout. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** @param {Source} source @returns {Promise<Instance>} */
function load(source) {
  const loading = (source.loading ??= instantiate(source).then(
    (instance) => (source.instance = instance),
    (cause) => {
      forget(source, loading);
      throw new ZitadelError({
        kind: "transport",
        code: 14,
        message: `The WebAssembly module could not be loaded, so nothing was sent: ${reason(cause)} See cause.`,
        retriable: true,
        cause,
      });
    },
  ));
  return loading;
}

/** Has the next call load anew, unless one does already. @param {Source} source @param {unknown} loading */
function forget(source, loading) {
  source.loading = source.loading === loading ? undefined : source.loading;
}

/**
 * Waits for the module within a call's deadline, and for its signal. What they are worth is the module's to say.
 *
 * @param {Source} source @param {any} options @param {any} defaults @returns {Promise<Instance>}
 */
export async function loaded(source, options, defaults) {
  /** @type {(() => void)[]} */
  const cleanup = [];
  try {
    const loading = load(source);
    const late = () => forget(source, loading);
    return await Promise.race([loading, interrupted(late, options, defaults, cleanup)]);
  } finally {
    cleanup.forEach((undo) => undo());
  }
}

/**
 * Rejects when the signal or the deadline ends the wait; the deadline is reported to `late`.
 *
 * @param {() => void} late @param {any} options @param {any} defaults @param {(() => void)[]} cleanup
 * @returns {Promise<never>}
 */
function interrupted(late, options, defaults, cleanup) {
  return new Promise((_, reject) => {
    /** @type {any} */
    let signal;
    /** @type {any} */
    let timeoutMs;
    try {
      signal = options?.signal ?? defaults?.signal;
      timeoutMs = options?.timeoutMs ?? defaults?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const abort = () =>
        reject(
          new ZitadelError({
            kind: "aborted",
            code: 1,
            message: "The caller's signal aborted the call before the request was sent.",
            cause: signal.reason,
          }),
        );
      signal?.addEventListener("abort", abort);
      cleanup.push(() => signal?.removeEventListener?.("abort", abort));
      if (signal?.aborted === true) {
        abort();
      }
    } catch {
      // The module says what is wrong with it.
    }
    // A longer delay would fire at once, and no load takes that long.
    if (timeoutMs > 0 && timeoutMs <= MAX_DELAY_MS) {
      const timer = setTimeout(() => {
        late();
        reject(
          new ZitadelError({
            kind: "timeout",
            code: 4,
            message: `The deadline passed before the request was sent, while the WebAssembly module was loading. timeoutMs is ${Math.ceil(timeoutMs)}.`,
            retriable: true,
          }),
        );
      }, timeoutMs);
      cleanup.push(() => clearTimeout(timer));
    }
  });
}

/**
 * Has the module ready. Nobody has to wait for it, so a failure that nobody sees is none.
 *
 * @param {Source} source
 * @returns {Promise<void>}
 */
export function preloaded(source) {
  const ready = loaded(source, undefined, undefined).then(() => {});
  ready.catch(() => {});
  return ready;
}

/** What is likely to be wrong, and what to do. @param {any} cause */
function reason(cause) {
  const { EdgeRuntime, chrome } = /** @type {any} */ (globalThis);
  if (typeof WebAssembly !== "object") {
    return "there is no WebAssembly here.";
  }
  if (cause?.name === "ReferenceError") {
    return `${cause.message}; this runtime lacks that global.`;
  }
  if (EdgeRuntime) {
    return 'an edge route compiles no module at run time; it needs export const runtime = "nodejs".';
  }
  if (chrome?.runtime?.id) {
    return "the extension's manifest needs content_security_policy.extension_pages with script-src 'self' 'wasm-unsafe-eval'.";
  }
  return ["Error", "TypeError"].includes(cause?.name)
    ? `${cause.message}.`
    : "a Content-Security-Policy needs script-src 'wasm-unsafe-eval'.";
}
