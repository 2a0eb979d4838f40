const BRAND = Symbol.for("zitadel-org-web.ZitadelError");

/** The names of gRPC's status codes, from 0. Source: grpc `doc/statuscodes.md`. */
const CODE_NAMES =
  "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED";

/** @typedef {import("./module.js").ErrorFields} ErrorFields */

/** What every failed call rejects with. Its fields are described in index.d.ts. */
export class ZitadelError extends Error {
  /**
   * @param {ErrorFields} fields
   * @param {{ cause?: unknown }} [options]
   */
  constructor({ kind, code, message, details = [], metadata = [], httpStatus }, options) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.codeName = CODE_NAMES.split(" ")[code];
    this.id = kind === "status" ? errorId(details, message) : undefined;
    this.details = details;
    this.httpStatus = httpStatus;
    /** @type {Map<string, string>} */
    const joined = new Map();
    for (const [name, value] of metadata) {
      joined.set(name, joined.has(name) ? `${joined.get(name)}, ${value}` : value);
    }
    this.metadata = Object.fromEntries(joined);
    this.requestId = joined.get("x-request-id");
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
 * ZITADEL's stable id of an error: from a detail, else the last "(XXX-yyyyy)" of the text.
 *
 * Source: ZITADEL `internal/api/grpc/gerrors/zitadel_errors.go`.
 *
 * @param {any[]} details
 * @param {string} message
 * @returns {string | undefined}
 */
function errorId(details, message) {
  for (const detail of details) {
    const id = detail.id || detail.slug;
    if (id && typeof id === "string" && /\/zitadel\.[\w.]+$/.test(detail["@type"])) {
      return id;
    }
  }
  return [...message.matchAll(/\(([A-Z\d]+-[A-Za-z\d]+)\)/g)].pop()?.[1];
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
 * An error that this side tells.
 *
 * @param {ErrorFields["kind"]} kind
 * @param {number} code
 * @param {string} message
 * @param {{ cause: unknown }} [options]
 */
export function failure(kind, code, message, options) {
  return new ZitadelError({ kind, code, message }, options);
}
