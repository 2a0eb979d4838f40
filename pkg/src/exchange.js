// The one place that calls fetch and reads its answer. Nothing that fetch hands back is trusted to be what it should, because
// the caller may bring their own.

import { ZitadelError, failure } from "./error.js";

/** @typedef {import("./guard.js").Guard} Guard */
/** @typedef {import("./module.js").Outcome} Outcome */
/** @typedef {import("./module.js").Request} Request */
/** @typedef {import("./options.js").Call} Call */

/** How many bytes of a body may come between two looks at it. */
const LOOK_EVERY = 65_536;
/** How much of the body a look has; see `decode` in `src/module.rs`. */
const OPEN = 0;
const COMPLETE = 1;
const BROKEN_OFF = 2;

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
  const isJson = call.protocol === "json";
  const { index, [call.protocol]: request } = module.methods[method];
  const { status, head, body } = await send(request, call, token, guard);
  /** @type {Uint8Array[]} */
  const chunks = [];
  /** @param {number} ending */
  const look = (ending) =>
    module.decode(index, isJson, status, ending, head, isJson && ending ? json(chunks) : chunks);
  /** @param {Outcome | undefined} outcome @param {{ cause: unknown }} [options] */
  const settle = (outcome, options) => {
    if (outcome?.error) {
      throw new ZitadelError({ ...outcome.error, httpStatus: status }, options);
    }
    return outcome?.value;
  };

  // The head alone may tell that the call failed.
  let outcome = status < 200 || status > 299 ? look(OPEN) : undefined;
  if (outcome) {
    return settle(outcome);
  }
  let length = 0;
  let nextLook = 1;
  /** How long the body was when the outcome was told. */
  let toldAt = -1;
  try {
    for (;;) {
      const { done, value } = body ? await guard.race(body.read()) : { done: true };
      if (done) {
        guard.isFinished = true;
        return settle(toldAt === length ? outcome : look(COMPLETE));
      }
      if (!ArrayBuffer.isView(value)) {
        throw new TypeError("the stream of the body gave a chunk that is not a Uint8Array");
      }
      chunks.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      length += value.byteLength;
      if (length >= nextLook) {
        nextLook = length + LOOK_EVERY;
        outcome = look(OPEN);
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
    // Trailers that arrived whole count: nothing could have followed them.
    outcome = look(BROKEN_OFF);
    if (outcome?.error?.kind === "transport" && cause === guard.end) {
      throw cause;
    }
    return settle(outcome, outcome?.error?.kind === "transport" ? { cause } : undefined);
  }
}

/**
 * There was no answer; the browser does not tell a page why.
 *
 * @param {Call} call
 * @param {{ cause: unknown }} [options]
 */
export function noAnswer({ baseUrl, isCrossOrigin }, options) {
  const cors = isCrossOrigin ? ", or its CORS headers do not allow this origin or a header" : "";
  return failure(
    "transport",
    14,
    `${baseUrl} gave no answer: it cannot be reached, its certificate is not trusted, it redirects${cors}. Check baseUrl; the browser's network log tells more.`,
    options,
  );
}

/**
 * Sends a request and waits for the answer's head.
 *
 * @param {Request} request
 * @param {Call} call
 * @param {string} token
 * @param {Guard} guard
 */
async function send({ method, path, headers, body }, call, token, guard) {
  const { baseUrl, isCrossOrigin, timeoutMs, fetch } = call;
  let response;
  try {
    response = await guard.race(
      fetch(baseUrl + path, {
        method,
        headers: {
          ...call.headers,
          ...headers,
          // ZITADEL's preflight refuses this header, so only calls without a preflight can carry it.
          ...(timeoutMs &&
            !isCrossOrigin &&
            call.protocol === "grpc-web" && { "grpc-timeout": grpcTimeout(timeoutMs) }),
          authorization: `Bearer ${token}`,
        },
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
    let lines = "";
    response.headers.forEach((value, name) => {
      lines += `${name}: ${value}\r\n`;
    });
    // fetch shows each byte as a character.
    const head = new Uint8Array(lines.length);
    for (let at = 0; at < lines.length; at += 1) {
      head[at] = lines.charCodeAt(at);
    }
    // A 204 has no body in some runtimes and an empty one in others.
    return { status, head, body: response.body?.getReader() };
  } catch (cause) {
    throw cause instanceof ZitadelError
      ? cause
      : failure(
          "transport",
          14,
          "fetch did not give a Response. Check the option fetch and whatever replaces the global one.",
          { cause },
        );
  }
}

/**
 * Whole milliseconds, or a coarser unit where 8 digits do not suffice; always rounded up.
 *
 * Source: grpc `doc/PROTOCOL-HTTP2.md`, Timeout.
 *
 * @param {number} timeoutMs
 */
function grpcTimeout(timeoutMs) {
  for (const [unit, unitMs] of Object.entries({ m: 1, S: 1e3, M: 6e4, H: 36e5 })) {
    const value = Math.ceil(timeoutMs / unitMs);
    if (value < 1e8) {
      return value + unit;
    }
  }
  return "99999999H";
}

/**
 * A body as the module reads JSON: written anew without white space, and empty if it is none.
 *
 * @param {Uint8Array[]} chunks
 */
function json(chunks) {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
    return [new TextEncoder().encode(JSON.stringify(JSON.parse(text + decoder.decode())))];
  } catch {
    return [];
  }
}
