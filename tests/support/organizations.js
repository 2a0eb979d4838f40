// Organizations of the dev server, read and changed without the page, and made-up lists.

import { create, toBinary } from "@bufbuild/protobuf";
import { ListOrganizationsResponseSchema } from "@zitadel/proto/zitadel/org/v2/org_service_pb.js";
import { OrganizationState } from "@zitadel/proto/zitadel/org/v2/org_pb.js";

/**
 * Activates or deactivates organizations. Those already in that state stay in it.
 *
 * @param {string} api - the dev server's address
 * @param {"activate" | "deactivate"} change
 * @param {string[]} ids
 */
export async function bring(api, change, ...ids) {
  for (const id of ids) {
    await fetch(`${api}/v2/organizations/${id}/${change}`, {
      method: "POST",
      headers: { authorization: "Bearer iam-owner", "content-type": "application/json" },
      body: "{}",
    });
  }
}

/**
 * Returns the ids of the organizations whose name contains a text, in the order of their names.
 *
 * @param {string} api - the dev server's address
 * @param {string} name
 * @returns {Promise<string[]>}
 */
export async function listed(api, name) {
  const response = await fetch(`${api}/v2/organizations/_search`, {
    method: "POST",
    headers: { authorization: "Bearer iam-owner", "content-type": "application/json" },
    body: JSON.stringify({
      query: { limit: 1000, asc: true },
      sortingColumn: "ORGANIZATION_FIELD_NAME_NAME",
      queries: [{ nameQuery: { name, method: "TEXT_QUERY_METHOD_CONTAINS" } }],
    }),
  });
  /** @type {{ result: { id: string }[] }} */
  const { result } = await response.json();
  return result.map(({ id }) => id);
}

/**
 * Returns the body of a ListOrganizations response over gRPC-Web, in hex.
 *
 * @param {number} count - of organizations
 * @param {number} totalResult
 */
export function listResponse(count, totalResult) {
  const state = OrganizationState.ACTIVE;
  const result = Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    name: `Organization ${index + 1}`,
    primaryDomain: `organization-${index + 1}.localhost`,
    state,
  }));
  const list = { details: { totalResult: BigInt(totalResult) }, result };
  const message = toBinary(
    ListOrganizationsResponseSchema,
    create(ListOrganizationsResponseSchema, list),
  );
  const frame = (/** @type {number} */ flag, /** @type {Uint8Array} */ bytes) => {
    const head = Buffer.alloc(5, flag);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const trailers = frame(128, Buffer.from("grpc-status: 0\r\n"));
  return Buffer.concat([frame(0, message), trailers]).toString("hex");
}
