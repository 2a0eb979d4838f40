// The one place that calls fetch and reads its answer. Nothing that fetch hands back is trusted to be what it should, because
// the caller may bring their own.

import { ZitadelError, failure } from "./error.js";
import { join } from "./instance.js";
import { readRest } from "./rest.js";

/** @typedef {import("./guard.js").Guard} Guard */
/** @typedef {import("./module.js").Outcome} Outcome */
/** @typedef {import("./module.js").Request} Request */
/** @typedef {import("./options.js").Call} Call */

/** More chunks than a network makes of a body; a stream of empty ones would let no timer run. */
const MAX_CHUNKS = 99_999;
/** How many chunks of a body are each looked at as they come, and how many bytes may come between two looks after them. */
const LOOKS = 99;
const LOOK_EVERY = 65_536;
/** Longest body that is read over REST, in bytes: as long as a message of gRPC-Web may be. */
const MAX_REST_BODY = 4_194_304;

/**
 * Sends a request and makes a value of its answer.
 *
 * @param {import("./module.js").Module} module
 * @param {import("./module.js").Method} method
 * @param {Call} call
 * @param {string} token
 * @param {Guard} guard
 * @returns {Promise<unknown>}
 */
export async function exchange(module, method, call, token, guard) {
  const { index, answer, [call.protocol]: request } = module.methods[method];
  const requestHeaders = module.methods.headers[call.protocol];
  const { status, headers, contentType, body } = await send(
    request,
    requestHeaders,
    call,
    token,
    guard,
  );
  const isSuccess = status >= 200 && status < 300;
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;

  /**
   * What has come of the answer so far, if that is decided.
   *
   * @param {boolean} isComplete
   * @returns {Outcome | undefined}
   */
  function look(isComplete) {
    if (call.protocol === "grpc-web") {
      return module.decode(index, status, isComplete, headers, chunks);
    }
    if (length > MAX_REST_BODY) {
      return { error: { kind: "protocol", code: 8, message: "The answer is longer than 4 MiB." } };
    }
    if (isComplete) {
      const text = new TextDecoder().decode(join(chunks));
      // The module knows what a HTTP status means.
      return (
        readRest(answer, isSuccess, contentType, text) ??
        module.decode(index, status, true, headers, [])
      );
    }
    return undefined;
  }

  /** @param {Outcome | undefined} outcome @param {{ cause: unknown }} [options] */
  function settle(outcome, options) {
    if (outcome?.error) {
      throw new ZitadelError({ metadata: headers, ...outcome.error, httpStatus: status }, options);
    }
    return outcome?.value;
  }

  // A HTTP error is told without its body.
  let outcome = isSuccess ? undefined : look(false);
  if (outcome) {
    return settle(outcome);
  }
  let nextLook = 0;
  /** How long the body was when the outcome was told. */
  let toldAt = -1;
  try {
    for (;;) {
      const { done, value } = body ? await guard.race(body.read()) : { done: true };
      if (done) {
        guard.isFinished = true;
        return settle(toldAt === length ? outcome : look(true));
      }
      if (!ArrayBuffer.isView(value) || chunks.length > MAX_CHUNKS) {
        throw new TypeError("bad chunks");
      }
      chunks.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      length += value.byteLength;
      if (chunks.length < LOOKS || length >= nextLook) {
        nextLook = length + LOOK_EVERY;
        outcome = look(false);
        toldAt = outcome ? length : -1;
        // Any other outcome holds only if nothing follows.
        if (outcome?.error?.kind === "protocol") {
          return settle(outcome);
        }
      }
    }
  } catch (error) {
    const cause = guard.end ?? error;
    if (cause instanceof ZitadelError && cause.kind !== "timeout") {
      throw cause;
    }
    // What the server said whole counts: trailers, behind which nothing could have come, or a status in the headers.
    outcome = look(false) ?? look(true);
    if (outcome?.value || outcome?.error?.kind === "status") {
      return settle(outcome);
    }
    if (cause === guard.end) {
      throw cause;
    }
    const message =
      "The connection broke off inside the answer. The change may have been made: read the organization before trying again.";
    return settle({ error: { kind: "transport", code: 14, message } }, { cause });
  }
}

/**
 * There was no answer; the browser does not tell a page why.
 *
 * @param {Call} call
 * @param {{ cause: unknown }} [options]
 */
export function noAnswer({ base: { url, isCrossOrigin } }, options) {
  const cors = isCrossOrigin ? ", or its CORS headers do not allow this origin or a header" : "";
  return failure(
    "transport",
    14,
    `${url} gave no answer: it cannot be reached, its certificate is not trusted, it redirects${cors}. Check baseUrl and the browser's network log.`,
    options,
  );
}

/**
 * Sends a request and waits for the answer's head.
 *
 * @param {Request} request
 * @param {Record<string, string>} headers
 * @param {Call} call
 * @param {string} token
 * @param {Guard} guard
 */
async function send({ method, path, body }, headers, call, token, guard) {
  const { base, timeoutMs, fetch = globalThis.fetch } = call;
  /** @type {Record<string, string>} */
  const sent = { ...call.headers, ...headers, authorization: `Bearer ${token}` };
  // ZITADEL's preflight refuses this header, so only calls without a preflight can carry it.
  if (timeoutMs && !base.isCrossOrigin && call.protocol === "grpc-web") {
    sent["grpc-timeout"] = grpcTimeout(timeoutMs);
  }
  let response;
  try {
    response = await guard.race(
      fetch(base.url + path, {
        method,
        headers: sent,
        body: body && Uint8Array.from(body),
        signal: guard.signal,
        // Not "error", which workerd does not have.
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
      }),
    );
  } catch (cause) {
    throw guard.end ?? noAnswer(call, { cause });
  }
  try {
    const { status } = response;
    // A browser shows a redirect as status 0 and no more of it, other runtimes as it is.
    if (status === 0 || (status >= 300 && status < 400)) {
      throw noAnswer(call);
    }
    /** @type {[name: string, value: string][]} */
    const headers = [];
    response.headers.forEach((value, name) => headers.push([name, value]));
    const contentType = response.headers.get("content-type");
    // A 204 has no body in some runtimes and an empty one in others.
    return { status, headers, contentType, body: response.body?.getReader() };
  } catch (cause) {
    throw cause instanceof ZitadelError
      ? cause
      : failure(
          "transport",
          14,
          "fetch did not give a Response: check the option fetch, or what replaces the global one.",
          { cause },
        );
  }
}

/**
 * Whole milliseconds, or seconds where 8 digits do not suffice; always rounded up.
 *
 * Source: grpc `doc/PROTOCOL-HTTP2.md`, Timeout.
 *
 * @param {number} timeoutMs
 */
function grpcTimeout(timeoutMs) {
  return timeoutMs <= 99_999_999
    ? `${Math.ceil(timeoutMs)}m`
    : `${Math.min(Math.ceil(timeoutMs / 1000), 99_999_999)}S`;
}
