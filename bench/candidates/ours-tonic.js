import { reactivateOrg } from "zitadel-org-web/tonic";

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  const { details } = await reactivateOrg(token, orgId, { baseUrl });
  return details;
}
