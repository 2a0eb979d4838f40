// The log of calls, and the last call as a curl command.

import { element, make } from "./dom.js";

const MAX_ENTRIES = 100;

let count = 0;

/**
 * Adds an entry to the log.
 *
 * @param {string} name
 * @param {string} subject
 * @param {string} result
 * @param {string} more
 */
export function note(name, subject, result, more) {
  element("log-empty").hidden = true;
  const log = element("log");
  const outcome = make("span", { class: "result" }, result);
  const hint = make("span", { class: "hint" }, more);
  // The number stays the call's own when the oldest entries go.
  const entry = { value: String(++count) };
  log.prepend(make("li", entry, make("b", {}, name), ` ${subject} `, outcome, " ", hint));
  log.children[MAX_ENTRIES]?.remove();
}

/**
 * Returns an RPC's request as a curl command over REST. The shell reads the token from $TOKEN.
 *
 * @param {string} rpc
 * @param {string} baseUrl
 * @param {string | null} id - null for the caller's own organization
 */
export function curl(rpc, baseUrl, id) {
  const v1 = "/management/v1/orgs/me";
  const v2 = "/v2/organizations";
  const search = JSON.stringify({ queries: [{ idQuery: { id } }] });
  const [path = "", body = ""] =
    {
      GetMyOrg: [v1],
      ReactivateOrg: [`${v1}/_reactivate`, "{}"],
      DeactivateOrg: [`${v1}/_deactivate`, "{}"],
      ActivateOrganization: [`${v2}/${encodeURIComponent(id ?? "")}/activate`, "{}"],
      DeactivateOrganization: [`${v2}/${encodeURIComponent(id ?? "")}/deactivate`, "{}"],
      ListOrganizations: [`${v2}/_search`, search],
    }[rpc] ?? [];
  return [
    `curl ${quote(baseUrl.replace(/\/+$/, "") + path)}`,
    `-H "Authorization: Bearer $TOKEN"`,
    ...(path.startsWith(v1) && id !== null ? [`-H ${quote(`x-zitadel-orgid: ${id}`)}`] : []),
    ...(body ? ["-H 'Content-Type: application/json'", `-d ${quote(body)}`] : []),
  ].join(" \\\n  ");
}

/** @param {string} text */
const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
