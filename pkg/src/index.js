// The default entry: the module is inside, so that no bundler has to find a file.

import { call, client, load } from "./call.js";
import { inline as source } from "./source-inline.js";

export { ZitadelError, isZitadelError } from "./error.js";

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
export function preload() {
  return load(source);
}
