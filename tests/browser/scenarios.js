// Responses of servers and proxies with the expected outcomes. `scenario-server.js` plays them, and `scenarios.test.js` checks the
// outcomes with every transport.

const encoder = new TextEncoder();

/** Resets the connection. */
export const RESET = { reset: true };
/** Sends nothing more and keeps the connection open. */
export const SILENCE = { silence: true };

/**
 * @typedef {{ kind: string, code: number, text?: string, id?: string } | "ok"} Expectation
 * @typedef {Uint8Array | { wait: number } | { reset: boolean } | { silence: boolean } | { endless: Uint8Array }} Step
 * @typedef {{
 *   about: string,
 *   status?: number,
 *   headers?: [string, string][],
 *   body?: Step[],
 *   options?: Record<string, unknown>,
 *   before?: "headers",
 *   expect: Expectation,
 * }} Scenario
 */

/** @param {string} text */
const ascii = (text) => encoder.encode(text);
/** @param {string} digits */
const hex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (byte) => parseInt(byte, 16));
/** @param {...Uint8Array} parts */
const concat = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

/**
 * @param {number} flags
 * @param {Uint8Array} payload
 * @param {number} [declared]
 */
function frame(flags, payload, declared = payload.length) {
  const prefix = new DataView(new ArrayBuffer(5));
  prefix.setUint8(0, flags);
  prefix.setUint32(1, declared);
  return concat(new Uint8Array(prefix.buffer), payload);
}

/** @param {string} block */
const trailers = (block) => frame(0x80, ascii(block));
/** @param {Uint8Array} bytes */
const base64 = (bytes) => ascii(btoa(String.fromCharCode(...bytes)));

/** details { sequence: 7, change_date, resource_owner }, as ZITADEL sends it. */
const CHANGED = hex("0a2208071a0b08f881c3d206108094ef3a22113639363239303233393036343838333334");
const MESSAGE = frame(0, CHANGED);
const OK = trailers("grpc-status: 0\r\n");
const NOT_FOUND = trailers("grpc-status: 5\r\ngrpc-message: gone\r\n");
const BOTH = concat(MESSAGE, OK);

const BFNRH =
  "CAkSLE9yZ2FuaXNhdGlvbiBpcyBhbHJlYWR5IGFjdGl2ZSAoRVZFTlQtYmZucmgpGlsKKnR5cGUuZ29vZ2xlYXBpcy5jb20veml0YWRlbC52MS5FcnJvckRldGFpbBItCgtFVkVOVC1iZm5yaBIeT3JnYW5pc2F0aW9uIGlzIGFscmVhZHkgYWN0aXZl";

/** @type {[string, string]} */
const GRPC_WEB = ["content-type", "application/grpc-web+proto"];
/** @type {[string, string]} */
const JSON_TYPE = ["content-type", "application/json"];

/** @param {number} code @param {string} [text] @returns {Expectation} */
const status = (code, text) => ({ kind: "status", code, ...(text === undefined ? {} : { text }) });
/** @param {number} code @returns {Expectation} */
const protocol = (code) => ({ kind: "protocol", code });
/** @type {Expectation} */
const UNAVAILABLE = { kind: "transport", code: 14 };
/** @type {Expectation} */
const TIMEOUT = { kind: "timeout", code: 4 };
const SHORT = { timeoutMs: 1200 };
/** Long enough for the previous chunk to be read separately. */
const PAUSE = { wait: 100 };
const JSON_PROTOCOL = { protocol: "json" };

/** @type {Record<string, Scenario>} */
export const SCENARIOS = {
  // A success in any chunks.
  success: { about: "message and trailers in one chunk", body: [BOTH], expect: "ok" },
  "success-two-chunks": {
    about: "message and trailers in separate chunks",
    body: [MESSAGE, OK],
    expect: "ok",
  },
  "success-byte-by-byte": {
    about: "one chunk per byte",
    body: [...BOTH].map((byte) => Uint8Array.of(byte)),
    expect: "ok",
  },
  "cut-in-prefix": {
    about: "a chunk ends inside a frame's prefix",
    body: [BOTH.slice(0, 3), PAUSE, BOTH.slice(3)],
    expect: "ok",
  },
  "cut-in-message": {
    about: "a chunk ends inside the message",
    body: [BOTH.slice(0, 20), PAUSE, BOTH.slice(20)],
    expect: "ok",
  },
  "cut-in-trailers-prefix": {
    about: "a chunk ends inside the prefix of the trailers frame",
    body: [BOTH.slice(0, MESSAGE.length + 2), PAUSE, BOTH.slice(MESSAGE.length + 2)],
    expect: "ok",
  },
  "cut-in-trailers": {
    about: "a chunk ends inside the trailers",
    body: [BOTH.slice(0, MESSAGE.length + 9), PAUSE, BOTH.slice(MESSAGE.length + 9)],
    expect: "ok",
  },
  "slow-chunks": {
    about: "pauses between the chunks",
    body: [BOTH.slice(0, 7), PAUSE, BOTH.slice(7, 30), PAUSE, BOTH.slice(30)],
    expect: "ok",
  },
  "bare-content-type": {
    about: "application/grpc-web without +proto",
    headers: [["content-type", "application/grpc-web"]],
    body: [BOTH],
    expect: "ok",
  },
  "content-type-in-capitals-with-parameters": {
    about: "Application/GRPC-Web+Proto; charset=utf-8",
    headers: [["content-type", "Application/GRPC-Web+Proto; charset=utf-8"]],
    body: [BOTH],
    expect: "ok",
  },
  "status-201": {
    about: "HTTP 201 with a status and a message",
    status: 201,
    body: [BOTH],
    expect: "ok",
  },
  "unknown-encoding-unused": {
    about: "an unknown grpc-encoding, but no compressed frame",
    headers: [GRPC_WEB, ["grpc-encoding", "snappy"]],
    body: [BOTH],
    expect: "ok",
  },
  "trailers-without-space": {
    about: "grpc-status:0 without the space",
    body: [MESSAGE, trailers("grpc-status:0\r\n")],
    expect: "ok",
  },
  "trailers-without-last-crlf": {
    about: "the last trailer lacks its CRLF",
    body: [MESSAGE, trailers("grpc-status: 0")],
    expect: "ok",
  },
  "trailers-in-mixed-case": {
    about: "Grpc-Status in capitals",
    body: [MESSAGE, trailers("Grpc-Status: 0\r\nX-Custom: 1\r\n")],
    expect: "ok",
  },
  "trailers-with-empty-lines": {
    about: "empty lines between the trailers",
    body: [MESSAGE, trailers("\r\nx-a: 1\r\n\r\ngrpc-status: 0\r\n\r\n")],
    expect: "ok",
  },
  "trailers-with-lf-only": {
    about: "lines that end in LF only",
    body: [MESSAGE, trailers("x-a: 1\ngrpc-status: 0\n")],
    expect: "ok",
  },
  "trailers-with-bad-line": {
    about: "a line without a colon before the status",
    body: [MESSAGE, trailers("nonsense\r\ngrpc-status: 0\r\n")],
    expect: "ok",
  },
  "trailers-with-bad-name": {
    about: "a trailer's name with a space, before the status",
    body: [MESSAGE, trailers("bad name: x\r\ngrpc-status: 0\r\n")],
    expect: "ok",
  },
  "trailers-with-nul": {
    about: "a NUL in another trailer",
    body: [MESSAGE, trailers("x-a: \0\r\ngrpc-status: 0\r\n")],
    expect: "ok",
  },
  "trailers-with-raw-utf8": {
    about: "raw UTF-8 in another trailer",
    body: [MESSAGE, trailers("x-a: Zürich\r\ngrpc-status: 0\r\n")],
    expect: "ok",
  },
  "trailers-with-colons": {
    about: "a value with colons",
    body: [MESSAGE, trailers("x-a: a: b:c\r\ngrpc-status: 0\r\n")],
    expect: "ok",
  },
  "repeated-equal-status": {
    about: "grpc-status 0 twice",
    body: [MESSAGE, trailers("grpc-status: 0\r\ngrpc-status: 0\r\n")],
    expect: "ok",
  },
  "bad-details-on-success": {
    about: "status 0 with details that are not base64",
    body: [MESSAGE, trailers("grpc-status: 0\r\ngrpc-status-details-bin: %%%\r\n")],
    expect: "ok",
  },
  "error-details-on-success": {
    about: "status 0 with the details of an error",
    body: [MESSAGE, trailers(`grpc-status: 0\r\ngrpc-status-details-bin: ${BFNRH}\r\n`)],
    expect: "ok",
  },
  "unknown-fields": {
    about: "unknown fields in the message",
    body: [frame(0, concat(CHANGED, hex("7a03616263"))), OK],
    expect: "ok",
  },
  "broken-after-trailers": {
    about: "a reset after the trailers",
    body: [MESSAGE, OK, PAUSE, RESET],
    expect: "ok",
  },
  "silent-after-trailers": {
    about: "the connection stays open after the trailers",
    body: [MESSAGE, OK, SILENCE],
    options: SHORT,
    expect: "ok",
  },

  // Errors of the server, in the body or in the headers.
  "error-in-headers": {
    about: "trailers-only: status in the headers, no body",
    headers: [
      GRPC_WEB,
      ["grpc-status", "9"],
      ["grpc-message", "Organisation is already active (EVENT-bfnrh)"],
      ["grpc-status-details-bin", BFNRH],
    ],
    expect: {
      kind: "status",
      code: 9,
      id: "EVENT-bfnrh",
      text: "Organisation is already active (EVENT-bfnrh)",
    },
  },
  "error-in-trailers": {
    about: "status and padded details in a trailers frame",
    body: [
      trailers(
        `grpc-status: 9\r\ngrpc-message: Organisation is already active (EVENT-bfnrh)\r\ngrpc-status-details-bin: ${BFNRH}\r\n`,
      ),
    ],
    expect: {
      kind: "status",
      code: 9,
      id: "EVENT-bfnrh",
      text: "Organisation is already active (EVENT-bfnrh)",
    },
  },
  "error-without-content-type": {
    about: "trailers-only without a content type",
    headers: [["grpc-status", "7"]],
    expect: status(7),
  },
  "trailers-beat-headers": {
    about: "status 8 in the headers, 5 in the trailers",
    headers: [GRPC_WEB, ["grpc-status", "8"]],
    body: [NOT_FOUND],
    expect: status(5, "gone"),
  },
  "error-after-message": {
    about: "a message, then status 5",
    body: [MESSAGE, NOT_FOUND],
    expect: status(5, "gone"),
  },
  "error-after-two-messages": {
    about: "two messages, then status 5",
    body: [MESSAGE, MESSAGE, NOT_FOUND],
    expect: status(5, "gone"),
  },
  "error-then-garbage": {
    about: "status 5, then stray bytes",
    body: [NOT_FOUND, ascii("garbage")],
    expect: status(5, "gone"),
  },
  "message-percent-encoded": {
    about: "a percent-encoded text with line breaks and emoji",
    headers: [
      GRPC_WEB,
      ["grpc-status", "9"],
      ["grpc-message", "%0Ad%C3%A9j%C3%A0 %F0%9F%98%80%0D%0A"],
    ],
    expect: status(9, "\ndéjà 😀\r\n"),
  },
  "message-bad-escape": {
    about: "a malformed escape in the text",
    headers: [GRPC_WEB, ["grpc-status", "9"], ["grpc-message", "100% of %zz"]],
    expect: status(9, "100% of %zz"),
  },
  "message-bad-utf8": {
    about: "escapes that are not UTF-8",
    headers: [GRPC_WEB, ["grpc-status", "9"], ["grpc-message", "a%FFb"]],
    expect: status(9, "a\u{fffd}b"),
  },
  "message-raw-utf8": {
    about: "raw UTF-8 in the text",
    body: [trailers("grpc-status: 9\r\ngrpc-message: déjà\r\n")],
    expect: status(9, "déjà"),
  },
  "details-not-base64": {
    about: "details that are not base64",
    headers: [
      GRPC_WEB,
      ["grpc-status", "9"],
      ["grpc-message", "why"],
      ["grpc-status-details-bin", "%%%"],
    ],
    expect: status(9, "why"),
  },
  "details-not-protobuf": {
    about: "details that are not protobuf",
    headers: [
      GRPC_WEB,
      ["grpc-status", "9"],
      ["grpc-message", "why"],
      ["grpc-status-details-bin", "////"],
    ],
    expect: status(9, "why"),
  },
  "details-of-another-code": {
    about: "details whose code differs from grpc-status",
    headers: [
      GRPC_WEB,
      ["grpc-status", "5"],
      ["grpc-message", "why"],
      ["grpc-status-details-bin", BFNRH],
    ],
    expect: { kind: "status", code: 5, text: "why", id: "EVENT-bfnrh" },
  },
  "status-17": {
    about: "an undefined gRPC status code",
    headers: [GRPC_WEB, ["grpc-status", "17"], ["grpc-message", "why"]],
    expect: status(2),
  },
  "status-not-a-number": {
    about: "grpc-status: x",
    headers: [GRPC_WEB, ["grpc-status", "x"]],
    expect: status(2),
  },
  "status-with-leading-zero": {
    about: "grpc-status: 00",
    body: [MESSAGE, trailers("grpc-status: 00\r\n")],
    expect: status(2),
  },
  "status-with-suffix": {
    about: "grpc-status: 0x",
    body: [MESSAGE, trailers("grpc-status: 0x\r\n")],
    expect: status(2),
  },
  "status-empty": {
    about: "an empty grpc-status",
    body: [MESSAGE, trailers("grpc-status: \r\n")],
    expect: status(2),
  },
  "status-contradicts-itself": {
    about: "grpc-status 0 and 7",
    body: [MESSAGE, trailers("grpc-status: 0\r\ngrpc-status: 7\r\n")],
    expect: status(2),
  },
  "status-twice-in-headers": {
    about: "two grpc-status headers that differ",
    headers: [GRPC_WEB, ["grpc-status", "0"], ["grpc-status", "7"]],
    expect: status(2),
  },

  // The HTTP layer.
  ...Object.fromEntries(
    /** @type {[number, number][]} */ ([
      [400, 13],
      [401, 16],
      [403, 7],
      [404, 12],
      [409, 2],
      [412, 2],
      [429, 14],
      [431, 2],
      [500, 2],
      [502, 14],
      [503, 14],
      [504, 14],
    ]).map(([http, code]) => [
      `http-${http}`,
      {
        about: `HTTP ${http} with a proxy's page`,
        status: http,
        headers: [["content-type", "text/html"]],
        body: [ascii("<h1>proxy</h1>")],
        expect: status(code),
      },
    ]),
  ),
  "http-503-with-status": {
    about: "HTTP 503 with grpc-status 7",
    status: 503,
    headers: [GRPC_WEB, ["grpc-status", "7"], ["grpc-message", "no"]],
    expect: status(7, "no"),
  },
  "http-503-with-status-0": {
    about: "HTTP 503 with grpc-status 0",
    status: 503,
    headers: [GRPC_WEB, ["grpc-status", "0"]],
    expect: status(14),
  },
  "http-302": {
    about: "a redirect",
    status: 302,
    headers: [["location", "/elsewhere"]],
    expect: UNAVAILABLE,
  },
  "http-204": { about: "HTTP 204", status: 204, headers: [], expect: protocol(2) },
  "html-200": {
    about: "HTTP 200 with a page",
    headers: [["content-type", "text/html"]],
    body: [ascii("<h1>hello</h1>")],
    expect: protocol(2),
  },
  "no-content-type": {
    about: "HTTP 200 without a content type",
    headers: [],
    body: [BOTH],
    expect: protocol(2),
  },
  "native-content-type": {
    about: "HTTP 200 as application/grpc",
    headers: [["content-type", "application/grpc"]],
    body: [BOTH],
    expect: protocol(2),
  },
  "json-content-type": {
    about: "gRPC-Web with JSON messages (+json)",
    headers: [["content-type", "application/grpc-web+json"]],
    body: [frame(0, ascii("{}")), OK],
    expect: protocol(13),
  },
  "text-form": {
    about: "grpc-web-text, which was not requested",
    headers: [["content-type", "application/grpc-web-text+proto"]],
    body: [base64(MESSAGE), base64(OK)],
    expect: protocol(13),
  },
  "text-form-garbage": {
    about: "grpc-web-text that is not base64",
    headers: [["content-type", "application/grpc-web-text"]],
    body: [ascii("%%%%")],
    expect: protocol(13),
  },

  // Responses that violate the protocol.
  "empty-body": { about: "no body and no status", expect: protocol(2) },
  "no-trailers": { about: "a message and no trailers", body: [MESSAGE], expect: protocol(2) },
  "empty-trailers": {
    about: "empty trailers",
    body: [MESSAGE, trailers("")],
    expect: protocol(2),
  },
  "trailers-without-status": {
    about: "trailers without a status",
    body: [MESSAGE, trailers("x-a: 1\r\n")],
    expect: protocol(2),
  },
  "no-message": { about: "status 0 and no message", body: [OK], expect: protocol(12) },
  "no-message-in-headers": {
    about: "status 0 in the headers and no body",
    headers: [GRPC_WEB, ["grpc-status", "0"]],
    expect: protocol(12),
  },
  "two-messages": {
    about: "status 0 and two messages",
    body: [MESSAGE, MESSAGE, OK],
    expect: protocol(12),
  },
  "message-after-trailers": {
    about: "a message after the trailers",
    body: [MESSAGE, OK, MESSAGE],
    expect: protocol(13),
  },
  "second-trailers": {
    about: "a second trailers frame",
    body: [MESSAGE, OK, OK],
    expect: protocol(13),
  },
  "garbage-after-trailers": {
    about: "stray bytes after the trailers",
    body: [MESSAGE, OK, ascii("x")],
    expect: protocol(13),
  },
  "compressed-message": {
    about: "a compressed message without grpc-encoding",
    body: [frame(1, CHANGED), OK],
    expect: protocol(13),
  },
  "compressed-message-with-encoding": {
    about: "a compressed message in an unknown encoding",
    headers: [GRPC_WEB, ["grpc-encoding", "snappy"]],
    body: [frame(1, CHANGED), OK],
    expect: protocol(13),
  },
  "compressed-trailers": {
    about: "compressed trailers",
    body: [MESSAGE, frame(0x81, ascii("grpc-status: 0\r\n"))],
    expect: protocol(13),
  },
  "undefined-flags": {
    about: "a frame with undefined flags",
    body: [frame(0x02, CHANGED), OK],
    expect: protocol(13),
  },
  "undefined-trailers-flags": {
    about: "trailers with undefined flags",
    body: [MESSAGE, frame(0x82, ascii("grpc-status: 0\r\n"))],
    expect: protocol(13),
  },
  "ends-in-prefix": {
    about: "the body ends inside a prefix",
    body: [MESSAGE.slice(0, 3)],
    expect: protocol(13),
  },
  "ends-after-prefix": {
    about: "the body ends after a prefix",
    body: [MESSAGE.slice(0, 5)],
    expect: protocol(13),
  },
  "ends-in-message": {
    about: "the body ends inside the message",
    body: [MESSAGE.slice(0, 20)],
    expect: protocol(13),
  },
  "ends-in-trailers": {
    about: "the body ends inside the trailers",
    body: [MESSAGE, OK.slice(0, 12)],
    expect: protocol(13),
  },
  "message-declared-4-gib": {
    about: "a message that declares 4 GiB",
    body: [frame(0, CHANGED, 0xffffffff), SILENCE],
    expect: protocol(8),
  },
  "trailers-declared-4-gib": {
    about: "trailers that declare 4 GiB",
    body: [MESSAGE, frame(0x80, ascii("x"), 0xffffffff), SILENCE],
    expect: protocol(8),
  },
  "trailers-over-the-limit": {
    about: "trailers of 1 MiB",
    body: [MESSAGE, trailers(`x-a: ${"a".repeat(1024 * 1024)}\r\ngrpc-status: 0\r\n`)],
    expect: protocol(8),
  },
  "not-the-message": {
    about: "a message that is not protobuf",
    body: [frame(0, hex("0a7f")), OK],
    expect: protocol(13),
  },
  "impossible-date": {
    about: "a date beyond the year 9999",
    body: [frame(0, hex("0a0c1a0a08ffffffffffffffff7f")), OK],
    expect: protocol(13),
  },
  "random-bytes": {
    about: "4 KiB of noise",
    body: [Uint8Array.from({ length: 4096 }, (_, index) => (index * 73 + 41) % 251)],
    expect: protocol(13),
  },

  // Connections that are reset, and servers that stop sending.
  "reset-before-headers": {
    about: "reset before the headers",
    before: "headers",
    body: [RESET],
    expect: UNAVAILABLE,
  },
  "reset-before-body": { about: "reset before the body", body: [RESET], expect: UNAVAILABLE },
  "reset-in-message": {
    about: "reset inside the message",
    body: [MESSAGE.slice(0, 20), PAUSE, RESET],
    expect: UNAVAILABLE,
  },
  "reset-after-message": {
    about: "reset after the message",
    body: [MESSAGE, PAUSE, RESET],
    expect: UNAVAILABLE,
  },
  "silent-before-headers": {
    about: "silence before the headers",
    before: "headers",
    body: [SILENCE],
    options: SHORT,
    expect: TIMEOUT,
  },
  "silent-before-body": {
    about: "silence before the body",
    body: [SILENCE],
    options: SHORT,
    expect: TIMEOUT,
  },
  "silent-in-message": {
    about: "silence inside the message",
    body: [MESSAGE.slice(0, 20), SILENCE],
    options: SHORT,
    expect: TIMEOUT,
  },
  "silent-after-message": {
    about: "silence after the message",
    body: [MESSAGE, SILENCE],
    options: SHORT,
    expect: TIMEOUT,
  },
  "endless-messages": {
    about: "endless messages",
    body: [{ endless: MESSAGE }],
    options: SHORT,
    expect: TIMEOUT,
  },
  "endless-trickle": {
    about: "a message of 4 MiB, sent a byte at a time",
    body: [frame(0, new Uint8Array(), 4 * 1024 * 1024), { endless: Uint8Array.of(0) }],
    options: SHORT,
    expect: TIMEOUT,
  },

  // The same over REST.
  "json-success": {
    about: "REST: ZITADEL's response",
    headers: [JSON_TYPE],
    body: [
      ascii('{"details":{"sequence":"7","changeDate":"2026-07-10T09:52:56.123456Z",'),
      ascii('"resourceOwner":"69629023906488334"}}'),
    ],
    options: JSON_PROTOCOL,
    expect: "ok",
  },
  "json-error": {
    about: "REST: ZITADEL's error",
    status: 400,
    headers: [JSON_TYPE],
    body: [
      ascii(
        '{"code":9,"message":"Organisation is already active (EVENT-bfnrh)","details":[{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"EVENT-bfnrh","message":"Organisation is already active"}]}',
      ),
    ],
    options: JSON_PROTOCOL,
    expect: {
      kind: "status",
      code: 9,
      id: "EVENT-bfnrh",
      text: "Organisation is already active (EVENT-bfnrh)",
    },
  },
  "json-proxy-503": {
    about: "REST: HTTP 503 with a proxy's page",
    status: 503,
    headers: [["content-type", "text/html"]],
    body: [ascii("<h1>")],
    options: JSON_PROTOCOL,
    expect: status(14),
  },
  "json-html": {
    about: "REST: HTTP 200 with a page",
    headers: [["content-type", "text/html"]],
    body: [ascii("<h1>")],
    options: JSON_PROTOCOL,
    expect: protocol(2),
  },
  "json-broken": {
    about: "REST: truncated JSON",
    headers: [JSON_TYPE],
    body: [ascii('{"details":{"sequence"')],
    options: JSON_PROTOCOL,
    expect: protocol(13),
  },
  "json-other-form": {
    about: "REST: JSON of another shape",
    headers: [JSON_TYPE],
    body: [ascii('{"details":[1,2]}')],
    options: JSON_PROTOCOL,
    expect: protocol(13),
  },
  "json-deep": {
    about: "REST: JSON nested 100,000 deep",
    headers: [JSON_TYPE],
    body: [ascii("[".repeat(100_000) + "]".repeat(100_000))],
    options: JSON_PROTOCOL,
    expect: protocol(13),
  },
  "json-over-the-limit": {
    about: "REST: a body over 4 MiB",
    headers: [JSON_TYPE],
    body: [...Array(80)].map(() => ascii(" ".repeat(64 * 1024))),
    options: JSON_PROTOCOL,
    expect: protocol(8),
  },
  "json-reset": {
    about: "REST: reset inside the body",
    headers: [JSON_TYPE],
    body: [ascii('{"details":'), PAUSE, RESET],
    options: JSON_PROTOCOL,
    expect: UNAVAILABLE,
  },
  "json-silence": {
    about: "REST: silence inside the body",
    headers: [JSON_TYPE],
    body: [ascii('{"details":'), SILENCE],
    options: { ...JSON_PROTOCOL, ...SHORT },
    expect: TIMEOUT,
  },
};
