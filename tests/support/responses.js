// Responses in ZITADEL's form, for the test's own fetch.

export const GRPC_WEB = { "content-type": "application/grpc-web+proto" };
export const JSON_TYPE = { "content-type": "application/json" };

/** @typedef {string | Uint8Array} Bytes */

/** @param {Bytes[]} parts */
const concat = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

/** @param {bigint | number} value */
function varint(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    const isLast = rest < 128n;
    bytes.push(Number(rest & 127n) | (isLast ? 0 : 128));
    if (isLast) {
      return Uint8Array.from(bytes);
    }
  }
}

/** An integer field in protobuf. @param {number} field @param {bigint | number} value */
export const integer = (field, value) => concat(varint(field << 3), varint(value));

/** A field of text, bytes or a message in protobuf. @param {number} field @param {Bytes[]} parts */
export function bytes(field, ...parts) {
  const value = concat(...parts);
  return concat(varint((field << 3) | 2), varint(value.length), value);
}

/** A gRPC-Web frame. @param {number} flags @param {Bytes[]} parts */
export function frame(flags, ...parts) {
  const payload = concat(...parts);
  const header = Buffer.alloc(5, flags);
  header.writeUInt32BE(payload.length, 1);
  return concat(header, payload);
}

/** The body of a success. @param {Bytes[]} fields - of the message */
export const success = (...fields) =>
  concat(frame(0, ...fields), frame(0x80, "grpc-status: 0\r\n"));

/** A success over gRPC-Web. @param {Bytes[]} fields - of the message */
export const message = (...fields) => new Response(success(...fields), { headers: GRPC_WEB });

/** An error over gRPC-Web. @param {number} code @param {string} [text] @param {Record<string, string>} [headers] */
export const status = (code, text = "", headers = {}) =>
  new Response(null, {
    headers: {
      ...GRPC_WEB,
      "grpc-status": String(code),
      "grpc-message": encodeURIComponent(text),
      ...headers,
    },
  });

/** A response over REST. @param {unknown} value @param {number} [httpStatus] */
export const json = (value, httpStatus = 200) =>
  new Response(JSON.stringify(value), { status: httpStatus, headers: JSON_TYPE });

/** The response to ActivateOrganization. */
export const activated = () => message(bytes(1, integer(1, 1783677176)));

/** The response to ReactivateOrg. @param {string} resourceOwner */
export const reactivated = (resourceOwner) =>
  message(bytes(1, integer(1, 7), bytes(4, resourceOwner)));

/** The response to GetMyOrg: state 1 is active, 2 is inactive. @param {string} id @param {number} state */
export const org = (id, state) => message(bytes(1, bytes(1, id), integer(3, state)));

/** The response to ListOrganizations with one row. @param {string} id @param {number} state */
export const row = (id, state) =>
  message(bytes(1, integer(1, 1)), bytes(3, bytes(1, id), integer(3, state)));

/** Fails as a lost connection does. @returns {never} */
export const lost = () => {
  throw new TypeError("fetch failed");
};

/** Never settles. @returns {Promise<never>} */
export const never = () => new Promise(() => {});

/**
 * A fetch that responds by the method's name, and the names of the methods that were called.
 *
 * @param {Record<string, (init: any, url: string) => unknown>} routes
 */
export function server(routes) {
  /** @type {string[]} */
  const calls = [];
  const fetch = async (/** @type {string} */ url, /** @type {any} */ init) => {
    const method = new URL(url).pathname.split("/").at(-1) ?? "";
    calls.push(method);
    const route = routes[method] ?? routes["*"];
    if (!route) {
      throw new Error(`${method} has no route`);
    }
    return /** @type {Promise<Response>} */ (route(init, url));
  };
  return { fetch, calls };
}
