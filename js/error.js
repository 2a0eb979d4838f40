// The error class. It exists before the module is loaded, and the module constructs its errors. This file imports nothing, because
// wasm-pack copies it on its own.

const BRAND = Symbol.for("zitadel-org-web.ZitadelError");

/** The names of gRPC's status codes, from 0. Source: grpc `doc/statuscodes.md`. */
const CODE_NAMES =
  "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED";

/** @typedef {InstanceType<typeof ZitadelError>} ZitadelError */

/** The error every failed call rejects with. types.d.ts describes its members. */
export const ZitadelError = /* @__PURE__ */ Object.defineProperty(
  class ZitadelError extends Error {
    /** @param {import("./index.js").ZitadelErrorInit} fields */
    constructor({ message, cause, ...fields }) {
      super(message, cause === undefined ? undefined : { cause });
      // TypeScript's ES5 leaves the prototype of Error.
      Object.setPrototypeOf(this, new.target.prototype);
      this.name = "ZitadelError";
      // Enumerable, so that `{ ...error }` can be sent to a worker. The brand is not.
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
  },
  // Not a static method, because the inherited one is read-only: lowered to an assignment, it throws.
  Symbol.hasInstance,
  { value: hasInstance },
);

/**
 * Works across copies of this package and realms for this class only. A subclass matches its own instances. The ordinary check
 * comes first, because a class lowered to ES5 makes it before the brand is set.
 *
 * @this {Function}
 * @param {unknown} value
 */
function hasInstance(value) {
  try {
    const isOrdinary = Function.prototype[Symbol.hasInstance].call(this, value);
    return isOrdinary || (this === ZitadelError && isZitadelError(value));
  } catch {
    // The prototype of a revoked Proxy cannot be read.
    return false;
  }
}

/**
 * Returns true for a ZitadelError, also one of another copy of this package or another realm.
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

/**
 * Creates an error for the module.
 *
 * @param {any} fields @param {unknown[]} details @param {Record<string, string>} metadata @param {unknown} cause
 */
export function createError(fields, details, metadata, cause) {
  return new ZitadelError({ ...fields, details, metadata, cause });
}
