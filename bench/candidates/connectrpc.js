// A client that the crate connectrpc generates, over fetch: bench/connectrpc.
import init, { reactivate as call } from "connectrpc-candidate";

/** @type {Promise<unknown> | undefined} */
let ready;

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  await (ready ??= init());
  return call(baseUrl, token, orgId);
}
