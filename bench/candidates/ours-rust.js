// The crate in a minimal Rust app, bench/rust.
import init, { reactivate as call } from "rust-candidate";

/** @type {Promise<unknown> | undefined} */
let ready;

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  await (ready ??= init());
  return call(baseUrl, token, orgId);
}
