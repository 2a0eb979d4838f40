// How a method is called with protobuf-ts, whichever way its types are generated.

import { GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { stackIntercept } from "@protobuf-ts/runtime-rpc";

/** @type {Map<string, GrpcWebFetchTransport>} */
const transports = new Map();

/** @param {import("@protobuf-ts/runtime-rpc").MethodInfo<any, any> | undefined} method @returns {import("./candidate.js").Call} */
export const caller = (method) => async (baseUrl, token, orgId) => {
  let transport = transports.get(baseUrl);
  if (!transport) {
    transports.set(baseUrl, (transport = new GrpcWebFetchTransport({ baseUrl, format: "binary" })));
  }
  const options = transport.mergeOptions({
    meta: { authorization: `Bearer ${token}`, "x-zitadel-orgid": orgId },
  });
  const { response } = await stackIntercept(
    "unary",
    transport,
    /** @type {any} */ (method),
    options,
    {},
  );
  const { details } = /** @type {any} */ (await response);
  return { sequence: String(details.sequence), resourceOwner: details.resourceOwner };
};
