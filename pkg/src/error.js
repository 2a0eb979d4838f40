const BRAND = Symbol.for("zitadel-org-web.ZitadelError");

/** What every failed call rejects with. Its fields are described in index.d.ts. */
export class ZitadelError extends Error {
  /** @param {import("./fields.js").ErrorFields} fields */
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
 * The fields that the module rejects with, as a ZitadelError; anything else is a module that could not be loaded or run.
 *
 * @param {unknown} thrown
 * @returns {ZitadelError}
 */
export function toZitadelError(thrown) {
  if (typeof thrown === "object" && thrown !== null && "codeName" in thrown) {
    return new ZitadelError(/** @type {import("./fields.js").ErrorFields} */ (thrown));
  }
  return new ZitadelError({
    kind: "transport",
    code: 14,
    codeName: "UNAVAILABLE",
    message:
      "The WebAssembly module could not be loaded or run, so nothing was sent. See cause; a Content-Security-Policy needs script-src 'wasm-unsafe-eval'.",
    details: [],
    metadata: {},
    cause: thrown,
  });
}
