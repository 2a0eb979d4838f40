// Calls of the built package with the test's own fetch.

import assert from "node:assert/strict";

import {
  activateOrganization,
  deactivateOrg,
  deactivateOrganization,
  getMyOrg,
  isZitadelError,
  listMyZitadelPermissions,
  listOrganizations,
  reactivateOrg,
} from "zitadel-org-web";

/** @typedef {import("zitadel-org-web").CallOptions} CallOptions */
/** @typedef {import("zitadel-org-web").ZitadelError} ZitadelError */

export const BASE_URL = "https://z.example";
export const RPCS = {
  reactivateOrg,
  deactivateOrg,
  getMyOrg,
  activateOrganization,
  deactivateOrganization,
  listOrganizations,
  listMyZitadelPermissions,
};

/**
 * Returns the error that a call rejects with, which must be a ZitadelError.
 *
 * @param {Promise<unknown>} call
 * @returns {Promise<ZitadelError>}
 */
export async function rejection(call) {
  const error = await call.then(
    (value) => assert.fail(`resolved: ${JSON.stringify(value)}`),
    (error) => error,
  );
  assert.ok(isZitadelError(error), String(error?.stack ?? error));
  return error;
}

/**
 * Returns the arguments that a call passes to fetch.
 *
 * @param {any} [options]
 * @param {any} [orgId]
 * @param {any} [token]
 * @returns {Promise<{ url: string, init: RequestInit & { headers: Record<string, string> } }>}
 */
export async function sent(options, orgId, token = "t") {
  /** @type {any} */
  let request;
  const fetch = async (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
    request = { url, init };
    return new Response();
  };
  const error = await rejection(getMyOrg(token, orgId, { baseUrl: BASE_URL, fetch, ...options }));
  assert.ok(request, error.message);
  return request;
}

/**
 * Checks that a call is rejected before anything is sent, with a message that starts with the argument's name.
 *
 * @param {string} argument
 * @param {any} [options]
 * @param {any} [orgId]
 * @param {any} [token]
 */
export async function refused(argument, options, orgId, token = "t") {
  const fetch = () => assert.fail("sent");
  const error = await rejection(getMyOrg(token, orgId, { baseUrl: BASE_URL, fetch, ...options }));
  assert.deepEqual([error.kind, error.code], ["invalid-argument", 3], error.message);
  assert.ok(error.message.startsWith(argument), error.message);
  assert.equal(error.mayHaveChanged, false);
  return error;
}
