// The REST mapping: its answers as the messages of gRPC-Web would be told. The module knows the fields.
//
// Sources: ZITADEL internal/api/grpc/server/gateway.go (JSON, HTTP codes); protobuf "ProtoJSON Format".

/** @typedef {import("./module.js").Fields} Fields */
/** @typedef {import("./module.js").Outcome} Outcome */

const DATE =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.(\d{3}){1,3})?Z$/;

/**
 * What a body comes to; undefined if it tells no more than the HTTP status.
 *
 * @param {Fields} fields - of the message that the method answers with
 * @param {boolean} isSuccess - whether the HTTP status is one of success
 * @param {string | null} contentType
 * @param {string} body
 * @returns {Outcome | undefined}
 */
export function readRest(fields, isSuccess, contentType, body) {
  let json;
  try {
    json = JSON.parse(body);
  } catch {
    return isSuccess
      ? violation(
          /^application\/json/i.test(contentType ?? "") ? 13 : 2,
          `is not JSON (content-type: ${contentType}): check that baseUrl is ZITADEL's address.`,
        )
      : undefined;
  }
  if (!isSuccess) {
    return status(json);
  }
  try {
    return { value: message(fields, json) };
  } catch {
    return violation(13, "is not what this method answers with: check the server's version.");
  }
}

/**
 * @param {number} code
 * @param {string} problem
 * @returns {Outcome}
 */
function violation(code, problem) {
  return { error: { kind: "protocol", code, message: `The answer ${problem}` } };
}

/** @param {any} json @returns {Outcome | undefined} */
function status(json) {
  const { code, message, details } = json ?? {};
  return Number.isInteger(code) && code > 0 && code < 17
    ? {
        error: {
          kind: "status",
          code,
          message: typeof message === "string" ? message : "",
          details: Array.isArray(details) ? details.flatMap(readDetail) : [],
        },
      }
    : undefined;
}

/** None or one. ZITADEL's own has both its fields, even if they are empty. @param {any} detail */
function readDetail(detail) {
  const type = detail?.["@type"];
  if (typeof type !== "string") {
    return [];
  }
  const isOurs = type.endsWith("/zitadel.v1.ErrorDetail");
  return [{ "@type": type, ...(isOurs && { id: "", message: "" }), ...detail }];
}

/** @param {Fields} fields @param {any} json */
function message(fields, json) {
  check(typeof json === "object" && json && !Array.isArray(json));
  /** @type {Record<string, unknown>} */
  const value = {};
  for (const [name, kind] of Object.entries(fields)) {
    const given = json[name] ?? undefined;
    if (kind === "string") {
      value[name] = given ?? "";
      check(typeof value[name] === "string");
    } else if (kind === "uint64") {
      value[name] = uint64(given ?? "0");
    } else if (Array.isArray(kind)) {
      value[name] = enumValue(kind, given ?? 0);
    } else if (given !== undefined) {
      value[name] = kind === "timestamp" ? date(given) : message(kind, given);
    }
  }
  return value;
}

/** A name; an unknown number stays one. @param {string[]} names @param {any} given */
function enumValue(names, given) {
  check(typeof given === "string" ? names.includes(given) : given === (given | 0));
  return names[given] ?? given;
}

/** In decimal. A JSON number counts as far as JavaScript knows it exactly. @param {unknown} given */
function uint64(given) {
  check(typeof given === "string" ? /^\d+$/.test(given) : Number.isSafeInteger(given));
  const number = BigInt(/** @type {string | number} */ (given));
  check(number >= 0 && number < 2n ** 64n);
  return String(number);
}

/** @param {unknown} given */
function date(given) {
  check(typeof given === "string" && DATE.test(given));
  return given;
}

/** @param {unknown} isRight @returns {asserts isRight} */
function check(isRight) {
  if (!isRight) {
    throw new TypeError();
  }
}
