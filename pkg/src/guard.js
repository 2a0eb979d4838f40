// One clock over a whole call: its deadline, the caller's signal, and the fetch that both of them end.

import { failure } from "./error.js";

/** Longest delay of setTimeout; anything longer would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** @typedef {ReturnType<typeof startGuard>} Guard */

/**
 * Starts the clock: `timeoutMs` from now (0 is no deadline), or the abort of the caller's signal, whichever comes first.
 *
 * @param {number} timeoutMs
 * @param {AbortSignal | undefined} callersSignal
 */
export function startGuard(timeoutMs, callersSignal) {
  const controller = new AbortController();
  const endsAt = timeoutMs ? performance.now() + timeoutMs : Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {(error: unknown) => void} */
  let reject;
  const ended = new Promise((_, rejectEnded) => (reject = rejectEnded));
  // It may end while nothing waits for it.
  ended.catch(() => {});

  const guard = {
    /** To hand to fetch. */
    signal: controller.signal,
    /** What ended the call before its answer. @type {import("./error.js").ZitadelError | undefined} */
    end: undefined,
    /** Whether the answer has been read to its end, so that there is no fetch to abort. */
    isFinished: false,
    /**
     * Waits for the promise, or for the end of the call, whichever comes first.
     *
     * @template T
     * @param {T | PromiseLike<T>} promise
     * @returns {Promise<Awaited<T>>}
     */
    race: (promise) => Promise.race([ended, promise]),
    stop() {
      clearTimeout(timer);
      callersSignal?.removeEventListener("abort", tick);
      if (!guard.isFinished) {
        controller.abort();
      }
    },
  };

  function tick() {
    const leftMs = endsAt - performance.now();
    // A deadline that has passed is told as one, even if the abort came to be handled first.
    if (leftMs <= 0) {
      end(
        failure(
          "timeout",
          4,
          `The deadline of ${Math.ceil(timeoutMs)} ms passed. The change may have been made: read the organization before trying again, or set a longer timeoutMs.`,
        ),
      );
    } else if (callersSignal?.aborted) {
      end(
        failure(
          "aborted",
          1,
          "The caller's signal aborted the call. The change may have been made.",
          { cause: callersSignal.reason },
        ),
      );
    } else if (timeoutMs) {
      // A long deadline takes several timers.
      timer = setTimeout(tick, Math.min(Math.ceil(leftMs), MAX_DELAY_MS));
    }
  }

  /** @param {import("./error.js").ZitadelError} error */
  function end(error) {
    guard.end ??= error;
    reject(guard.end);
    controller.abort();
  }

  callersSignal?.addEventListener("abort", tick);
  tick();
  return guard;
}
