// The package's entry. The build makes one of it for every way to bring the module, which `#source` stands for.

import { source } from "#source";
import { call, createClient } from "./call.js";
import { preloaded } from "./load.js";

export { ZitadelError, isZitadelError } from "./error.js";

/** @type {typeof import("./index.js").reactivateOrg} */
export function reactivateOrg(token, orgId, options) {
  return call(source, "reactivateOrg", [token, orgId, options]);
}

/** @type {typeof import("./index.js").deactivateOrg} */
export function deactivateOrg(token, orgId, options) {
  return call(source, "deactivateOrg", [token, orgId, options]);
}

/** @type {typeof import("./index.js").getMyOrg} */
export function getMyOrg(token, orgId, options) {
  return call(source, "getMyOrg", [token, orgId, options]);
}

/** @type {typeof import("./index.js").createOrgClient} */
export function createOrgClient(defaults) {
  return createClient(source, defaults);
}

/** @type {typeof import("./index.js").preload} */
export function preload() {
  return preloaded(source);
}
