// Calls to the dev server's other ZITADEL versions and to its faults.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, test } from "node:test";

import {
  deactivateOrg,
  ensureOrgActive,
  ensureOrgsActive,
  getMyOrg,
  listOrganizations,
  reactivateOrg,
} from "zitadel-org-web";

import { setting } from "../support/browser.js";
import { rejection } from "../support/calls.js";
import { at } from "../support/instances.js";
import { bring } from "../support/organizations.js";

const TOKEN = "iam-owner";
// Generated organizations, which no other test changes.
const IDS = ["69629023906490900", "69629023906490901", "69629023906490902"];
const [ID = ""] = IDS;

const HERE = { baseUrl: setting("ZITADEL_TEST_URL") };

/**
 * Returns options for an instance, and the list of requests that are sent with them.
 *
 * @param {string} instance
 * @param {"grpc-web" | "json"} protocol
 */
function recording(instance, protocol) {
  /** @type {string[]} */
  const requests = [];
  const options = {
    baseUrl: at(instance),
    protocol,
    // Only browsers treat *.localhost as this machine.
    allowInsecure: true,
    fetch: (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
      requests.push(new URL(url).pathname.split("/").at(-1) ?? "");
      return fetch(url, init);
    },
  };
  return { options, requests };
}

/** Returns the organization's row in the list. @param {string} id */
async function row(id) {
  const { result } = await listOrganizations(TOKEN, { queries: [{ idQuery: { id } }] }, HERE);
  return result[0] ?? assert.fail(`${id} is not in the list`);
}

/** @param {string} id */
const state = async (id) => (await getMyOrg(TOKEN, id, HERE)).org?.state;

beforeEach(() => bring(HERE.baseUrl, "activate", ...IDS));

for (const protocol of /** @type {const} */ (["grpc-web", "json"])) {
  const [v2, v1] =
    protocol === "json" ? ["activate", "_reactivate"] : ["ActivateOrganization", "ReactivateOrg"];

  test(`v4.6.6 over ${protocol}: an error is complete but has no request id`, async () => {
    const { options } = recording("v4-6", protocol);
    const error = await rejection(reactivateOrg(TOKEN, ID, options));
    assert.deepEqual(
      [error.kind, error.code, error.id, error.mayHaveChanged, error.requestId],
      ["status", 9, "EVENT-bfnrh", false, undefined],
    );
    assert.equal(error.httpStatus, protocol === "json" ? 400 : 200);
    assert.equal(error.message, "Organisation is already active (EVENT-bfnrh)");
    assert.equal(error.details.length, 1);
  });

  test(`v4.6.6 over ${protocol}: v1 activates, and v2 is tried once per base URL`, async () => {
    // A separate host, because the client remembers the version per base URL.
    const { options, requests } = recording(`${randomUUID()}.v4-6`, protocol);
    await bring(HERE.baseUrl, "deactivate", ID);
    assert.equal((await ensureOrgActive(TOKEN, ID, options)).outcome, "reactivated");
    assert.deepEqual(requests.splice(0), [v2, v1]);
    assert.equal((await ensureOrgActive(TOKEN, ID, options)).outcome, "already-active");
    assert.deepEqual(requests, [v1]);
  });

  test(`relational tables over ${protocol}: totalResult is the page's length`, async () => {
    const { options } = recording("relational", protocol);
    const query = { limit: 2, asc: true };
    const page = await listOrganizations("initech-nobody", { query }, options);
    assert.deepEqual([page.details?.totalResult, page.result.length], ["2", 2]);
    assert.equal(page.details?.timestamp, undefined);
    const { details } = page.result[0] ?? assert.fail("no row");
    assert.deepEqual([details?.sequence, details?.resourceOwner], ["0", ""]);
    assert.match(details?.changeDate ?? "", /Z$/);
    const past = await listOrganizations(TOKEN, { query: { ...query, offset: 5000 } }, options);
    assert.deepEqual([past.details?.totalResult, past.result], ["0", []]);
  });

  test(`stale list over ${protocol}: the row is older than the activation`, async () => {
    const { options } = recording("stale-list", protocol);
    await bring(HERE.baseUrl, "deactivate", ID);
    const { outcome, changeDate = "" } = await ensureOrgActive(TOKEN, ID, options);
    assert.equal(outcome, "reactivated");
    const stale = await row(ID);
    assert.equal(stale.state, "ORGANIZATION_STATE_INACTIVE");
    assert.ok((stale.details?.changeDate ?? "") < changeDate);
    assert.equal(await state(ID), "ORG_STATE_ACTIVE");
    assert.equal((await ensureOrgActive(TOKEN, ID, options)).outcome, "already-active");
    // The next event repairs the row.
    await bring(HERE.baseUrl, "deactivate", ID);
    await bring(HERE.baseUrl, "activate", ID);
    assert.equal((await row(ID)).state, "ORGANIZATION_STATE_ACTIVE");
  });

  test(`lost response over ${protocol}: the change may have been made`, async () => {
    const { options, requests } = recording("lost-response", protocol);
    for (const [change, expected] of /** @type {const} */ ([
      [deactivateOrg, "ORG_STATE_INACTIVE"],
      [reactivateOrg, "ORG_STATE_ACTIVE"],
    ])) {
      const error = await rejection(change(TOKEN, ID, options));
      assert.deepEqual(
        [error.kind, error.code, error.mayHaveChanged, error.retriable, error.httpStatus],
        ["transport", 14, true, true, undefined],
      );
      assert.equal(await state(ID), expected);
    }
    assert.equal(requests.length, 2);
  });

  test(`lost response over ${protocol}: a read settles the outcome`, async () => {
    const { options } = recording("lost-response", protocol);
    await bring(HERE.baseUrl, "deactivate", ...IDS);
    assert.deepEqual(await ensureOrgActive(TOKEN, ID, options), { orgId: ID, outcome: "active" });
    const results = await ensureOrgsActive(TOKEN, IDS, options);
    assert.deepEqual(
      results.map(({ orgId, activation }) => [orgId, activation?.outcome]),
      IDS.map((id) => [id, id === ID ? "already-active" : "active"]),
    );
  });

  test(`rate limit over ${protocol}: Retry-After is reported, nothing is sent again`, async () => {
    const { options, requests } = recording(`${randomUUID()}.rate-limit-7-2`, protocol);
    await bring(HERE.baseUrl, "deactivate", ID);
    for (const call of [reactivateOrg, ensureOrgActive]) {
      const error = await rejection(call(TOKEN, ID, options));
      assert.deepEqual(
        [error.kind, error.code, error.httpStatus, error.retryAfterMs],
        ["status", 14, 429, 7000],
      );
      assert.deepEqual([error.retriable, error.mayHaveChanged], [true, false]);
      assert.equal(requests.splice(0).length, 1);
    }
    assert.equal((await ensureOrgActive(TOKEN, ID, options)).outcome, "reactivated");
  });
}
