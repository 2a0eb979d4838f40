// The second transport, over tonic and tonic-web-wasm-client; the module is inside.

import { createGlue } from "../dist/tonic/zitadel_org_web.js";
import wasm from "../dist/tonic/wasm.js";
import { call, client } from "./call.js";
import { inflate } from "./inflate.js";
import { load } from "./instance.js";
import { tonicExchange, watch } from "./tonic-exchange.js";

export { ZitadelError, isZitadelError } from "./error.js";

/** @type {import("./instance.js").Source} */
const source = {
  createGlue: () => watch(createGlue()),
  compile: () => inflate(wasm),
  exchange: tonicExchange,
};

/** @type {typeof import("./index.js").reactivateOrg} */
export function reactivateOrg(token, orgId, options) {
  return call(source, "reactivateOrg", token, orgId, options);
}

/** @type {typeof import("./index.js").deactivateOrg} */
export function deactivateOrg(token, orgId, options) {
  return call(source, "deactivateOrg", token, orgId, options);
}

/** @type {typeof import("./index.js").getMyOrg} */
export function getMyOrg(token, orgId, options) {
  return call(source, "getMyOrg", token, orgId, options);
}

/** @type {typeof import("./index.js").createOrgClient} */
export function createOrgClient(defaults) {
  return client(source, defaults);
}

/** @type {typeof import("./index.js").preload} */
export async function preload() {
  await load(source);
}
