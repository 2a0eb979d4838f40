const PATHS = { reactivateOrg: "/_reactivate", deactivateOrg: "/_deactivate", getMyOrg: "" };

/** @typedef {keyof typeof PATHS} Method */

/**
 * A call as a curl command over REST. The token is not in it: the shell takes it from $TOKEN.
 *
 * @param {Method} method
 * @param {string} baseUrl
 * @param {string | null} orgId
 */
export function curl(method, baseUrl, orgId) {
  const url = `${baseUrl.replace(/\/+$/, "")}/management/v1/orgs/me${PATHS[method]}`;
  const lines = [`curl ${quote(url)}`, `-H "Authorization: Bearer $TOKEN"`];
  if (orgId !== null) {
    lines.push(`-H ${quote(`x-zitadel-orgid: ${orgId}`)}`);
  }
  if (method !== "getMyOrg") {
    lines.push(`-H 'Content-Type: application/json'`, `-d '{}'`);
  }
  return lines.join(" \\\n  ");
}

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
