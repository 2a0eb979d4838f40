// The crate's Rust client in the least of an app: bench/rust.
import init, { reactivate as call } from "rust-candidate";

/** @type {Promise<unknown> | undefined} */
let ready;

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  await (ready ??= init());
  return call(baseUrl, token, orgId);
}
