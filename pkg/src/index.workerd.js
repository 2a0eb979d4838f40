// For workerd, which compiles no bytes at run time: the module is imported.

import { createGlue } from "../dist/zitadel_org_web.js";
import module from "../dist/zitadel_org_web_bg.wasm";
import { call, client } from "./call.js";
import { load } from "./instance.js";

export { ZitadelError, isZitadelError } from "./error.js";

/** @type {import("./instance.js").Source} */
const source = { createGlue, compile: async () => module };

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
