// Loads the module once. A load that fails, or that a call stops waiting for, is retried by the next call.

import { AbortSubscription, Timer } from "../src/platform/browser.js";
import { mergedOptions, wrongReading } from "../src/js/arguments.js";
import texts from "../src/call_texts.json" with { type: "json" };
import { ZitadelError } from "./error.js";
import { instantiate } from "./instance.js";

/** @typedef {import("./instance.js").Instance} Instance */
/** @typedef {import("../src/js/arguments.js").Options} Options */
/** @typedef {import("../src/js/arguments.js").Ids} Ids */
/**
 * The origin of the module, and its state.
 *
 * @typedef {{
 *   createGlue: typeof import("#glue").createGlue,
 *   compile: () => Promise<WebAssembly.Module>,
 *   loading?: Promise<Instance> | undefined,
 *   instance?: Instance | undefined,
 * }} Source
 */

/** Longest delay of setTimeout. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** @param {Source} source @returns {Promise<Instance>} */
function load(source) {
  source.loading ??= instantiate(source).then(
    (instance) => (source.instance ??= instance),
    (cause) => {
      const { text, retriable } = loadFailure(cause);
      throw new ZitadelError({
        kind: "transport",
        code: 14,
        message: `The WebAssembly module could not be loaded, so nothing was sent: ${text} See cause.`,
        retriable,
        cause,
      });
    },
  );
  return source.loading;
}

/**
 * Waits for the module under the deadline and the signal of a call. A call whose arguments could not be read fails at once.
 *
 * @param {Source} source @param {Options} [own] - overrides the defaults
 * @param {Options} [defaults] - of a client @param {Ids} [ids] - of a bulk run
 * @returns {Promise<Instance>}
 */
export async function loaded(source, own, defaults, ids) {
  const wrong = wrongReading([defaults, own, ids]);
  if (wrong) {
    const { problem: message = "", cause } = wrong;
    throw new ZitadelError({ kind: "invalid-argument", code: 3, message, cause });
  }
  /** @type {Record<string, any>} */
  const options = mergedOptions(defaults, own);
  const timeoutMs = options.timeoutMs >= 0 ? options.timeoutMs : texts.DEFAULT_TIMEOUT_MS;
  /** @type {(error: ZitadelError) => void} */
  let interrupt = () => {};
  const interrupted = new Promise((_, reject) => (interrupt = reject));
  // A signal may abort while it is subscribed to.
  interrupted.catch(() => {});
  const abortError = (/** @type {unknown} */ cause) =>
    new ZitadelError({ kind: "aborted", code: 1, message: texts.ABORTED + texts.UNSENT, cause });
  const onTimeout = () =>
    interrupt(
      new ZitadelError({
        kind: "timeout",
        code: 4,
        message: texts.TIMED_OUT + Math.ceil(timeoutMs) + texts.TIMED_OUT_END + texts.UNSENT,
        retriable: true,
      }),
    );
  const subscription = new AbortSubscription(options.signal, (cause) =>
    interrupt(abortError(cause)),
  );
  if (subscription.isValid && subscription.isAborted) {
    subscription.close();
    throw abortError(subscription.reason);
  }
  // No load takes longer than the longest delay.
  const timer = timeoutMs > 0 ? new Timer(Math.min(timeoutMs, MAX_DELAY_MS), onTimeout) : undefined;
  const loading = load(source);
  try {
    return await Promise.race([interrupted, loading]);
  } catch (error) {
    // It failed or may hang, so the next call loads again. Another load may be under way by now.
    if (source.loading === loading && !source.instance) {
      source.loading = undefined;
    }
    throw error;
  } finally {
    timer?.cancel();
    subscription.close();
    loading.catch(() => {});
  }
}

/**
 * Loads the module ahead of the first call. A failure that is not awaited is not reported as unhandled.
 *
 * @param {Source} source
 * @returns {Promise<void>}
 */
export function preloaded(source) {
  const ready = loaded(source).then(() => {});
  ready.catch(() => {});
  return ready;
}

/** The parts of anything that can be thrown. @param {any} cause */
function partsOf(cause) {
  try {
    const { name, message = cause, isPermanent } = Object(cause);
    return { name, message: `${message}`.replace(/\.$/, ""), isPermanent: isPermanent === true };
  } catch {
    return { name: "", message: "an exception was thrown", isPermanent: false };
  }
}

/** The reason why loading failed, and whether a retry can help. @param {unknown} cause */
function loadFailure(cause) {
  const { name, message, isPermanent } = partsOf(cause);
  if (typeof globalThis.WebAssembly !== "object") {
    return { text: "this environment does not support WebAssembly.", retriable: false };
  }
  switch (name) {
    case "ReferenceError":
      return { text: `${message}; this environment lacks that global.`, retriable: false };
    case "CompileError":
    case "EvalError":
      return { text: compilationAdvice(), retriable: false };
    default:
      return { text: `${message}.`, retriable: !isPermanent };
  }
}

/** Environments forbid the compilation of WebAssembly by a policy. */
function compilationAdvice() {
  const { EdgeRuntime, chrome } = /** @type {any} */ (globalThis);
  if (EdgeRuntime) {
    return 'edge routes cannot compile WebAssembly; set `export const runtime = "nodejs"`.';
  }
  if (chrome?.runtime?.id) {
    return "the extension's manifest must set content_security_policy.extension_pages with script-src 'self' 'wasm-unsafe-eval'.";
  }
  return "a Content-Security-Policy must allow script-src 'wasm-unsafe-eval'.";
}
