// Checks of what the caller passes in, before anything is sent. No message repeats a value: it might be a secret in the wrong
// place.

import { failure } from "./error.js";

/** @typedef {import("./index.js").CallOptions} CallOptions */
/**
 * A call, checked.
 *
 * @typedef {{
 *   base: { url: string, isCrossOrigin: boolean },
 *   protocol: "grpc-web" | "json",
 *   timeoutMs: number,
 *   signal: AbortSignal | undefined,
 *   headers: Record<string, string>,
 *   fetch: typeof globalThis.fetch | undefined,
 * }} Call
 */

/** Headers that belong to the protocol or have an argument of their own. */
const RESERVED =
  /^(authorization|x-zitadel-orgid|content-type|accept|accept-language|x-grpc-web|x-user-agent|grpc-.*)$/;
/** Source: RFC 9110, section 5.6.2 (token). */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** What fetch can send as a header's value: Latin-1 without control characters. */
const HEADER_VALUE = /^[\t -~\xa0-\xff]*$/;
/** Hosts that are this machine, as the URL parser writes them. Source: W3C Secure Contexts, section 3.1. */
const LOOPBACK = /^((.*\.)?localhost|127\.[\d.]+|\[::1\])$/;

/**
 * The token, if a header can carry it.
 *
 * @param {unknown} token
 * @returns {string}
 */
export function checkToken(token) {
  check(typeof token === "string", "token is neither a string nor a function that gives one");
  check(!/^bearer /i.test(token), 'token starts with "Bearer ": pass the bare token');
  check(/^[!-~]+$/.test(token), "token is not visible ASCII without blanks");
  return token;
}

/**
 * Checks everything but the token. Getters of the caller's may throw anything.
 *
 * @param {string | null | undefined} orgId
 * @param {any} options
 * @param {any} defaults
 * @returns {Call}
 */
export function readCall(orgId, options, defaults) {
  options ??= {};
  check(typeof options === "object", "options is not an object");
  const protocol = options.protocol ?? defaults?.protocol ?? "grpc-web";
  check(/^(grpc-web|json)$/.test(protocol), 'protocol is neither "grpc-web" nor "json"');
  const timeoutMs = options.timeoutMs ?? defaults?.timeoutMs ?? 30_000;
  check(
    typeof timeoutMs === "number" && timeoutMs >= 0 && timeoutMs < Infinity,
    "timeoutMs is not a number of milliseconds from 0 (no deadline) up",
  );
  const signal = options.signal ?? defaults?.signal;
  // Not instanceof: it may come from another realm.
  check(
    !signal || (typeof signal.aborted === "boolean" && signal.addEventListener),
    "signal is not an AbortSignal",
  );
  const fetch = options.fetch ?? defaults?.fetch;
  check(typeof (fetch ?? globalThis.fetch) === "function", "fetch is not a function");
  return {
    base: readBaseUrl(
      options.baseUrl ?? defaults?.baseUrl,
      options.allowInsecure ?? defaults?.allowInsecure,
    ),
    protocol,
    timeoutMs,
    signal,
    fetch,
    headers: readHeaders(
      options.headers ?? defaults?.headers ?? {},
      options.language ?? defaults?.language,
      orgId,
    ),
  };
}

/** The base URL that was read last. Most callers have but one, and to parse it would be a tenth of a call. */
let last = { key: "", url: "", isCrossOrigin: false };

/**
 * @param {unknown} given
 * @param {unknown} allowInsecure
 */
function readBaseUrl(given, allowInsecure) {
  const key = `${allowInsecure} ${given}`;
  if (key === last.key) {
    return last;
  }
  const ownOrigin = globalThis.location?.origin;
  given ??= /^http/.test(ownOrigin) ? ownOrigin : undefined;
  check(given, "baseUrl is missing: there is no http(s) origin to default to");
  let url;
  try {
    url = new URL(String(given));
  } catch {
    // Told below.
  }
  check(url && /^https?:$/.test(url.protocol), "baseUrl is not an absolute http(s) URL");
  const { protocol, hostname, origin, username, password, href } = url;
  check(
    !username && !password && !/[?#]/.test(href),
    "baseUrl has a user name, a password, a query or a fragment",
  );
  check(
    protocol === "https:" || allowInsecure || LOOPBACK.test(hostname),
    "baseUrl is plain http, which shows the token to the network: use https or set allowInsecure",
  );
  let base = origin + url.pathname;
  while (base.endsWith("/")) {
    base = base.slice(0, -1);
  }
  last = { key, url: base, isCrossOrigin: origin !== ownOrigin };
  return last;
}

/**
 * The headers of a call besides the protocol's own and the token.
 *
 * @param {any} given
 * @param {unknown} language
 * @param {unknown} orgId
 */
function readHeaders(given, language, orgId) {
  check(typeof given === "object", "headers is not an object of strings");
  /** @type {Record<string, string>} */
  const headers = {};
  for (const [name, value] of Symbol.iterator in given ? given : Object.entries(given)) {
    check(HEADER_NAME.test(name), "headers has a name that no header can have");
    const lower = name.toLowerCase();
    check(
      !RESERVED.test(lower),
      `headers has ${name}, which belongs to the protocol or has an argument of its own`,
    );
    headers[lower] = checkValue(value, `headers["${name}"]`);
  }
  if (language !== undefined && language !== null) {
    headers["accept-language"] = checkValue(language, "language");
  }
  if (orgId !== undefined && orgId !== null) {
    headers["x-zitadel-orgid"] = checkValue(orgId, "orgId");
    // ZITADEL would take the caller's own organization, which is hardly what an empty form field means.
    check(
      /\S/.test(String(orgId)),
      "orgId is empty: leave it out for the caller's own organization",
    );
  }
  return headers;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function checkValue(value, name) {
  check(typeof value === "string", `${name} is not a string`);
  check(HEADER_VALUE.test(value), `${name} has a character that a header cannot carry`);
  return value;
}

/**
 * @param {unknown} isRight
 * @param {string} problem - begins with the argument's name
 * @returns {asserts isRight}
 */
function check(isRight, problem) {
  if (!isRight) {
    throw failure("invalid-argument", 3, `${problem}.`);
  }
}
