// The descriptors as protoc-gen-es generates them, trimmed to this rpc.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { fileDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import { file_google_protobuf_timestamp } from "@bufbuild/protobuf/wkt";

const Service = serviceDesc(fileDesc(TRIMMED_DESCRIPTOR, [file_google_protobuf_timestamp]), 0);

/** @type {Map<string, any>} */
const clients = new Map();

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  let client = clients.get(baseUrl);
  if (!client) {
    clients.set(baseUrl, (client = createClient(Service, createGrpcWebTransport({ baseUrl }))));
  }
  const headers = { authorization: `Bearer ${token}`, "x-zitadel-orgid": orgId };
  const { details } = await client.reactivateOrg({}, { headers });
  return { sequence: String(details.sequence), resourceOwner: details.resourceOwner };
}
