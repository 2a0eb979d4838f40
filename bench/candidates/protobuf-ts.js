// The types as @protobuf-ts/plugin generates them with `optimize_code_size`, trimmed to this rpc.
import { GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { MessageType } from "@protobuf-ts/runtime";
import { ServiceType, stackIntercept } from "@protobuf-ts/runtime-rpc";

const Timestamp = new MessageType("google.protobuf.Timestamp", [
  { no: 1, name: "seconds", kind: "scalar", T: 3, L: 0 },
  { no: 2, name: "nanos", kind: "scalar", T: 5 },
]);
const ObjectDetails = new MessageType("zitadel.v1.ObjectDetails", [
  { no: 1, name: "sequence", kind: "scalar", T: 4, L: 0 },
  { no: 2, name: "creation_date", kind: "message", T: () => Timestamp },
  { no: 3, name: "change_date", kind: "message", T: () => Timestamp },
  { no: 4, name: "resource_owner", kind: "scalar", T: 9 },
]);
const Service = new ServiceType("zitadel.management.v1.ManagementService", [
  {
    name: "ReactivateOrg",
    options: {},
    I: new MessageType("zitadel.management.v1.ReactivateOrgRequest", []),
    O: new MessageType("zitadel.management.v1.ReactivateOrgResponse", [
      { no: 1, name: "details", kind: "message", T: () => ObjectDetails },
    ]),
  },
]);
const method = /** @type {any} */ (Service.methods[0]);

/** @type {Map<string, GrpcWebFetchTransport>} */
const transports = new Map();

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  let transport = transports.get(baseUrl);
  if (!transport) {
    transports.set(baseUrl, (transport = new GrpcWebFetchTransport({ baseUrl, format: "binary" })));
  }
  const meta = { authorization: `Bearer ${token}`, "x-zitadel-orgid": orgId };
  const options = transport.mergeOptions({ meta });
  const { response } = stackIntercept("unary", transport, method, options, {});
  const { details } = /** @type {any} */ (await response);
  return { sequence: String(details.sequence), resourceOwner: details.resourceOwner };
}
