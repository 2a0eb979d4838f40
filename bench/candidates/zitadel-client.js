import { createManagementServiceClient } from "@zitadel/client/v1";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

/** @type {Map<string, any>} */
const clients = new Map();

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  let client = clients.get(baseUrl);
  if (!client) {
    const transport = createGrpcWebTransport({ baseUrl });
    clients.set(baseUrl, (client = createManagementServiceClient(transport)));
  }
  const headers = { authorization: `Bearer ${token}`, "x-zitadel-orgid": orgId };
  const { details } = await client.reactivateOrg({}, { headers });
  return { sequence: String(details.sequence), resourceOwner: details.resourceOwner };
}
