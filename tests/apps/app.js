// The calls that every environment makes with the package: one that succeeds, and one that fails.

import { getMyOrg, isZitadelError, reactivateOrg } from "zitadel-org-web";

/** @param {string} baseUrl */
export async function app(baseUrl) {
  const { org } = await getMyOrg("acme-viewer", null, { baseUrl });
  const error = await reactivateOrg("acme-viewer", null, { baseUrl }).catch((error) => error);
  return { name: org?.name, isZitadelError: isZitadelError(error), id: error.id };
}
