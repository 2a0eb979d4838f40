// Scenarios that fail over tonic-web-wasm-client, with the reason and its source. A listed scenario that passes fails the run.

const CALL = "https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/call.rs";
const BODY = "https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/response_body.rs";
const TYPE = "https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/content_type.rs";
const STATUS = "https://github.com/hyperium/tonic/blob/master/tonic/src/status.rs";
const GRPC = "https://github.com/hyperium/tonic/blob/master/tonic/src/client/grpc.rs";

/** @typedef {[reason: string, link: string]} Failure */

/** @type {Failure} */
const SPLIT = [
  "stops reading when a chunk ends inside the trailers frame",
  "https://github.com/devashishdxt/tonic-web-wasm-client/issues/97",
];
/** @type {Failure} */
const STRICT_TRAILERS = ["drops all trailers if one line is malformed", BODY];
/** @type {Failure} */
const BAD_DETAILS = [
  "panics on details that are not base64",
  "https://github.com/grpc/grpc-rust/pull/2618",
];
/** @type {Failure} */
const TEXT = ["panics on grpc-web-text", BODY];
/** @type {Failure} */
const HTTP = ["rejects the content type before it reads the HTTP status, which is lost", CALL];
/** @type {Failure} */
const TRUNCATED = ["treats a truncated body as a complete response: UNKNOWN", BODY];
/** @type {Failure} */
const AFTER_TRAILERS = ["ignores data after the trailers", BODY];

/** @type {Record<string, Failure>} */
export const TONIC_FAILURES = {
  "success-byte-by-byte": SPLIT,
  "cut-in-trailers-prefix": SPLIT,
  "cut-in-trailers": SPLIT,
  "content-type-in-capitals-with-parameters": ["compares the content type case-sensitively", TYPE],
  "unknown-encoding-unused": ["rejects a grpc-encoding that no frame uses", GRPC],
  "trailers-without-last-crlf": STRICT_TRAILERS,
  "trailers-with-empty-lines": STRICT_TRAILERS,
  "trailers-with-bad-line": STRICT_TRAILERS,
  "trailers-with-bad-name": STRICT_TRAILERS,
  "trailers-with-nul": STRICT_TRAILERS,
  "bad-details-on-success": BAD_DETAILS,
  "details-not-base64": BAD_DETAILS,
  "error-without-content-type": ["requires a content type before it reads the status", CALL],
  "trailers-beat-headers": ["takes the status from the headers without reading the body", GRPC],
  "message-bad-utf8": ["replaces the status with UNKNOWN if the message is not UTF-8", STATUS],
  "status-contradicts-itself": ["takes the last of several statuses", BODY],
  "http-400": HTTP,
  "http-401": HTTP,
  "http-403": HTTP,
  "http-404": HTTP,
  "http-409": HTTP,
  "http-412": HTTP,
  "http-429": HTTP,
  "http-431": HTTP,
  "http-500": HTTP,
  "http-502": HTTP,
  "http-503": HTTP,
  "http-504": HTTP,
  "http-503-with-status-0": ["ignores the HTTP status", CALL],
  "json-content-type": ["reports UNKNOWN for every unexpected content type", CALL],
  "text-form": TEXT,
  "text-form-garbage": TEXT,
  "no-message": ["reports INTERNAL where gRPC specifies UNIMPLEMENTED", GRPC],
  "no-message-in-headers": ["misses a status of 0 in the headers", GRPC],
  "two-messages": ["takes the first of several messages", GRPC],
  "message-after-trailers": AFTER_TRAILERS,
  "second-trailers": AFTER_TRAILERS,
  "garbage-after-trailers": AFTER_TRAILERS,
  "compressed-message-with-encoding": [
    "reports UNIMPLEMENTED for an encoding that was not requested",
    GRPC,
  ],
  "compressed-trailers": ["reads compressed trailers as uncompressed", BODY],
  "undefined-trailers-flags": ["checks only one bit of the flags", BODY],
  "ends-in-prefix": TRUNCATED,
  "ends-after-prefix": TRUNCATED,
  "ends-in-message": TRUNCATED,
  "ends-in-trailers": TRUNCATED,
  "message-declared-4-gib": ["waits for the whole frame before it checks the limit", BODY],
  "trailers-declared-4-gib": SPLIT,
  "trailers-over-the-limit": SPLIT,
  "random-bytes": TRUNCATED,
};
