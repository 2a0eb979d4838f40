import { toZitadelError } from "./error.js";
import { load } from "./load.js";

export { ZitadelError, isZitadelError } from "./error.js";

/**
 * @param {import("./index.js").TokenSource} token
 * @param {string | null} [orgId]
 * @param {import("./index.js").CallOptions} [options]
 * @returns {Promise<import("./index.js").ReactivateOrgResponse>}
 */
export function reactivateOrg(token, orgId, options) {
  return run((module) => module.reactivateOrg(token, orgId, options));
}

/**
 * @param {import("./index.js").TokenSource} token
 * @param {string | null} [orgId]
 * @param {import("./index.js").CallOptions} [options]
 * @returns {Promise<import("./index.js").DeactivateOrgResponse>}
 */
export function deactivateOrg(token, orgId, options) {
  return run((module) => module.deactivateOrg(token, orgId, options));
}

/**
 * @param {import("./index.js").TokenSource} token
 * @param {string | null} [orgId]
 * @param {import("./index.js").CallOptions} [options]
 * @returns {Promise<import("./index.js").GetMyOrgResponse>}
 */
export function getMyOrg(token, orgId, options) {
  return run((module) => module.getMyOrg(token, orgId, options));
}

/**
 * @param {import("./index.js").CallOptions & { token: import("./index.js").TokenSource }} defaults
 * @returns {import("./index.js").OrgClient}
 */
export function createOrgClient({ token, ...defaults }) {
  return {
    reactivateOrg: (orgId, options) => reactivateOrg(token, orgId, { ...defaults, ...options }),
    deactivateOrg: (orgId, options) => deactivateOrg(token, orgId, { ...defaults, ...options }),
    getMyOrg: (orgId, options) => getMyOrg(token, orgId, { ...defaults, ...options }),
  };
}

/** @returns {Promise<void>} */
export function preload() {
  return run(() => undefined);
}

/**
 * @template T
 * @param {(module: Awaited<ReturnType<typeof load>>) => T | Promise<T>} use
 * @returns {Promise<T>}
 */
async function run(use) {
  try {
    return await use(await load());
  } catch (error) {
    throw toZitadelError(error);
  }
}
