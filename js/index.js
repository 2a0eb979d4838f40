// The package's entry. The build makes one of it for every way to bring the module, which `#source` stands for.

import { source } from "#source";
import { call, createClient } from "./call.js";
import { preloaded } from "./load.js";

export { ZitadelError, isZitadelError } from "./error.js";

/** @type {<R extends import("./call.js").Rpc>(rpc: R) => any} */
const bound =
  (rpc) =>
  (/** @type {unknown[]} */ ...[token, subject, options]) =>
    call(source, rpc, [token, subject, options]);

export const reactivateOrg = /* @__PURE__ */ bound("reactivateOrg");
export const deactivateOrg = /* @__PURE__ */ bound("deactivateOrg");
export const getMyOrg = /* @__PURE__ */ bound("getMyOrg");
export const activateOrganization = /* @__PURE__ */ bound("activateOrganization");
export const deactivateOrganization = /* @__PURE__ */ bound("deactivateOrganization");
export const listOrganizations = /* @__PURE__ */ bound("listOrganizations");
export const listMyZitadelPermissions = /* @__PURE__ */ bound("listMyZitadelPermissions");
export const ensureOrgActive = /* @__PURE__ */ bound("ensureOrgActive");
export const ensureOrgsActive = /* @__PURE__ */ bound("ensureOrgsActive");

/** @type {typeof import("./index.js").createOrgClient} */
export const createOrgClient = (defaults) => createClient(source, defaults);

/** @type {typeof import("./index.js").preload} */
export const preload = () => preloaded(source);
