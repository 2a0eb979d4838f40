import { reactivateOrg } from "zitadel-org-web/streaming";

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  const { details } = await reactivateOrg(token, orgId, { baseUrl });
  return details;
}
