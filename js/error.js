// The class of errors. It exists before the module is loaded, and the module constructs it. This file imports nothing, since
// wasm-pack copies it alone.

const BRAND = Symbol.for("zitadel-org-web.ZitadelError");

/** The names of gRPC's status codes, from 0. Source: grpc `doc/statuscodes.md`. */
const CODE_NAMES =
  "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED";

/** What every failed call rejects with. Its fields are described in index.d.ts. */
export class ZitadelError extends Error {
  /** @param {import("./index.js").ZitadelErrorInit} fields */
  constructor({ message, cause, ...fields }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ZitadelError";
    // Enumerable, so that `{ ...error }` can be sent to a worker; what identifies the class is not.
    Object.defineProperty(this, "message", { enumerable: true });
    Object.defineProperty(this, BRAND, { value: true });
    Object.assign(
      this,
      { details: [], retriable: false, mayHaveChanged: false, metadata: {} },
      fields,
      { codeName: CODE_NAMES.split(" ")[fields.code] },
    );
  }

  toJSON() {
    const { code, message, details } = /** @type {any} */ (this);
    return { code, message, details };
  }

  /** @param {unknown} value */
  static [Symbol.hasInstance](value) {
    return isZitadelError(value);
  }
}

/**
 * Whether something caught is a ZitadelError, also one of another copy of this package or of another realm.
 *
 * @param {unknown} e
 * @returns {e is import("./index.js").ZitadelError}
 */
export function isZitadelError(e) {
  try {
    return typeof e === "object" && e !== null && /** @type {any} */ (e)[BRAND] === true;
  } catch {
    return false;
  }
}
