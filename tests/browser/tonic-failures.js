// Scenarios that fail over tonic-web-wasm-client, with the reason and its source. A listed scenario that passes fails the run.

const CALL = "https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/call.rs";
const BODY = "https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/response_body.rs";
const TYPE = "https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/content_type.rs";
const STATUS = "https://github.com/hyperium/tonic/blob/master/tonic/src/status.rs";
const GRPC = "https://github.com/hyperium/tonic/blob/master/tonic/src/client/grpc.rs";

/** @typedef {[reason: string, link: string]} Failure */

/** @type {Failure} */
const SPLIT = [
  "stops reading inside a trailers frame that is cut",
  "https://github.com/devashishdxt/tonic-web-wasm-client/issues/97",
];
/** @type {Failure} */
const STRICT_TRAILERS = ["drops all trailers for one line that is not a header", BODY];
/** @type {Failure} */
const BAD_DETAILS = [
  "panics on details that are no base64",
  "https://github.com/grpc/grpc-rust/pull/2618",
];
/** @type {Failure} */
const TEXT = ["panics on grpc-web-text", BODY];
/** @type {Failure} */
const HTTP = ["refuses the content type before it looks at the HTTP status, which is lost", CALL];
/** @type {Failure} */
const TRUNCATED = ["takes the end of the body for the end of the answer: UNKNOWN", BODY];
/** @type {Failure} */
const AFTER_TRAILERS = ["ignores what follows the trailers", BODY];

/** @type {Record<string, Failure>} */
export const TONIC_FAILURES = {
  "success-byte-by-byte": SPLIT,
  "cut-in-trailers-prefix": SPLIT,
  "cut-in-trailers": SPLIT,
  "content-type-in-capitals-with-parameters": [
    "compares the content type with regard to case",
    TYPE,
  ],
  "unknown-encoding-unused": ["refuses a grpc-encoding that no frame uses", GRPC],
  "trailers-without-last-crlf": STRICT_TRAILERS,
  "trailers-with-empty-lines": STRICT_TRAILERS,
  "trailers-with-bad-line": STRICT_TRAILERS,
  "trailers-with-bad-name": STRICT_TRAILERS,
  "trailers-with-nul": STRICT_TRAILERS,
  "bad-details-on-success": BAD_DETAILS,
  "details-no-base64": BAD_DETAILS,
  "error-without-content-type": ["wants a content type before it looks at the status", CALL],
  "trailers-beat-headers": ["takes the status in the headers without reading the body", GRPC],
  "message-bad-utf8": ["replaces the status by UNKNOWN for a text that is no UTF-8", STATUS],
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
  "http-503-with-status-0": ["does not look at the HTTP status", CALL],
  "json-content-type": ["makes UNKNOWN of every content type that it does not expect", CALL],
  "text-form": TEXT,
  "text-form-garbage": TEXT,
  "no-message": ["INTERNAL where gRPC says UNIMPLEMENTED", GRPC],
  "no-message-in-headers": ["misses the status if it is 0 and in the headers", GRPC],
  "two-messages": ["takes the first of several messages", GRPC],
  "message-after-trailers": AFTER_TRAILERS,
  "second-trailers": AFTER_TRAILERS,
  "garbage-after-trailers": AFTER_TRAILERS,
  "compressed-message-with-encoding": [
    "UNIMPLEMENTED for an encoding that was not asked for",
    GRPC,
  ],
  "compressed-trailers": ["takes compressed trailers for plain ones", BODY],
  "undefined-trailers-flags": ["looks at one bit of the flags alone", BODY],
  "ends-in-prefix": TRUNCATED,
  "ends-after-prefix": TRUNCATED,
  "ends-in-message": TRUNCATED,
  "ends-in-trailers": TRUNCATED,
  "message-declared-4-gib": ["waits for the whole frame before it looks at the limit", BODY],
  "trailers-declared-4-gib": SPLIT,
  "trailers-over-the-limit": SPLIT,
  "random-bytes": TRUNCATED,
};
