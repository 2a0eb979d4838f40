const BRAND = Symbol.for("zitadel-org-web.ZitadelError");

/** @typedef {import("./fields.js").ErrorFields} ErrorFields */

/** What every failed call rejects with. Its fields are described in index.d.ts. */
export class ZitadelError extends Error {
  /** @param {ErrorFields} fields */
  constructor(fields) {
    super(fields.message, "cause" in fields ? { cause: fields.cause } : undefined);
    this.kind = fields.kind;
    this.code = fields.code;
    this.codeName = fields.codeName;
    this.id = fields.id;
    this.details = fields.details;
    this.httpStatus = fields.httpStatus;
    this.requestId = fields.requestId;
    this.metadata = fields.metadata;
  }

  get name() {
    return "ZitadelError";
  }

  get [BRAND]() {
    return true;
  }

  toJSON() {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/**
 * Whether something caught is a ZitadelError, also one of another copy of this package or of another realm.
 *
 * @param {unknown} e
 * @returns {e is import("./index.js").ZitadelError}
 */
export function isZitadelError(e) {
  return typeof e === "object" && e !== null && BRAND in e;
}

/**
 * What was thrown, as a ZitadelError. The module throws plain fields; anything else is a module that does not load.
 *
 * @param {any} thrown
 * @returns {ZitadelError}
 */
export function toZitadelError(thrown) {
  if (thrown instanceof ZitadelError) {
    return thrown;
  }
  if (typeof thrown?.codeName === "string") {
    return new ZitadelError(thrown);
  }
  const text =
    "The WebAssembly module could not be loaded, so nothing was sent. See cause; a Content-Security-Policy needs script-src 'wasm-unsafe-eval'.";
  return ours("transport", 14, "UNAVAILABLE", text, { cause: thrown });
}

/**
 * @param {string} message
 * @param {unknown} [cause]
 */
export function invalidOptions(message, cause) {
  return ours(
    "invalid-argument",
    3,
    "INVALID_ARGUMENT",
    message,
    cause === undefined ? {} : { cause },
  );
}

/**
 * The module trapped, which it should never do.
 *
 * @param {unknown} cause
 */
export function crashed(cause) {
  const text =
    "The WebAssembly module failed, which is a bug of zitadel-org-web: please report it with its cause. The change may have been made; the next call starts afresh.";
  return ours("protocol", 13, "INTERNAL", text, { cause });
}

/**
 * @param {ErrorFields["kind"]} kind
 * @param {number} code
 * @param {string} codeName
 * @param {string} message
 * @param {{ cause?: unknown }} more
 */
function ours(kind, code, codeName, message, more) {
  return new ZitadelError({ kind, code, codeName, message, details: [], metadata: {}, ...more });
}
