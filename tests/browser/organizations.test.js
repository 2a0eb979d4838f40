// The calls of organization v2, ensureOrgActive and bulk runs against the dev server: over both protocols and on every version.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { openBrowser, setting } from "../support/browser.js";
import { inPage } from "../support/in-page.js";

const ACME = "69629023906488334";
const GLOBEX = "69629023906488335";
const STARK = "69629023906488339";

/** @type {import("selenium-webdriver").WebDriver} */
let driver;

before(async () => {
  driver = await openBrowser();
  await driver.manage().setTimeouts({ script: 120_000 });
});

beforeEach(() => driver.get(`${setting("ZITADEL_TEST_URL")}/icon.svg`));

after(() => driver?.quit());

/** Returns the address of an instance of the dev server. @param {string} host */
const at = (host) => setting("ZITADEL_TEST_URL").replace("127.0.0.1", `${host}.localhost`);

for (const protocol of /** @type {const} */ (["grpc-web", "json"])) {
  test(`organizations are listed and changed over ${protocol}`, async () => {
    const seen = await inPage(
      driver,
      async (module, protocol, id) => {
        const client = module.createOrgClient({ token: "iam-owner", protocol });
        const list = () =>
          client.listOrganizations({
            query: { offset: 0, limit: 5, asc: true },
            sortingColumn: "ORGANIZATION_FIELD_NAME_NAME",
            queries: [
              { nameQuery: { name: "STAR", method: "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE" } },
              { idQuery: { id } },
            ],
          });
        const before = await list();
        const deactivated = await client.deactivateOrganization(id);
        const between = await list();
        const again = await client.deactivateOrganization(id).catch((error) => error.id);
        const activated = await client.activateOrganization(id);
        const { result } = await client.listMyZitadelPermissions(id);
        return { before, deactivated, between, again, activated, result };
      },
      protocol,
      STARK,
    );
    const [org, ...others] = seen.before.result;
    assert.deepEqual(others, []);
    const { id, name, primaryDomain, state, details } = org ?? assert.fail();
    assert.deepEqual(
      [id, name, primaryDomain, state, details?.resourceOwner],
      [STARK, "Stark", "stark.localhost", "ORGANIZATION_STATE_ACTIVE", STARK],
    );
    assert.equal(seen.before.details?.totalResult, "1");
    assert.equal(seen.before.details?.processedSequence, "0");
    assert.match(details?.creationDate ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.deepEqual(Object.keys(seen.deactivated), ["changeDate"]);
    assert.equal(seen.between.result[0]?.state, "ORGANIZATION_STATE_INACTIVE");
    assert.equal(seen.between.result[0]?.details?.changeDate, seen.deactivated.changeDate);
    assert.equal(seen.again, "EVENT-Dbs2g");
    assert.ok((seen.activated.changeDate ?? "") > (seen.deactivated.changeDate ?? ""));
    assert.ok(seen.result.includes("org.write"));
  });

  test(`ensureOrgActive works on every version over ${protocol}`, async () => {
    const seen = await inPage(
      driver,
      async (module, protocol, id, older, newer) => {
        /** @type {any[]} */
        const seen = [];
        for (const baseUrl of [older, newer, location.origin]) {
          /** @type {string[]} */
          const paths = [];
          const options = {
            baseUrl,
            protocol,
            fetch: (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
              paths.push(new URL(url).pathname.split("/").at(-1) ?? "");
              return fetch(url, init);
            },
          };
          await module.deactivateOrg("iam-owner", id, { protocol });
          const { orgId, outcome, changeDate, sequence } = await module.ensureOrgActive(
            "iam-owner",
            id,
            options,
          );
          const again = await module.ensureOrgActive("iam-owner", id, options);
          seen.push({
            orgId,
            outcome,
            dated: typeof changeDate,
            sequence: typeof sequence,
            again,
            paths,
          });
        }
        return seen;
      },
      protocol,
      GLOBEX,
      at("v4-6"),
      at("without-v1"),
    );
    const names = {
      "grpc-web": {
        v2: "ActivateOrganization",
        v1: "ReactivateOrg",
      },
      json: { v2: "activate", v1: "_reactivate" },
    }[protocol];
    const first = { orgId: GLOBEX, outcome: "reactivated", dated: "string" };
    const again = { orgId: GLOBEX, outcome: "already-active" };
    const { v2, v1 } = names;
    assert.deepEqual(seen, [
      // EVENT-bfnrh says that the organization is active, so no read follows.
      { ...first, sequence: "string", again, paths: [v2, v1, v1] },
      { ...first, sequence: "undefined", again, paths: [v2, v2] },
      { ...first, sequence: "undefined", again, paths: [v2, v2] },
    ]);
  });
}

test("a wrong request is rejected with its path", async () => {
  const texts = await inPage(driver, async (module) => {
    const throwing = {
      get query() {
        throw new Error("no");
      },
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const fetch = () => {
      throw new Error("sent");
    };
    const requests = [
      7,
      { query: { limit: NaN } },
      { query: { offset: "-1" } },
      { queries: [{ stateQuery: { state: "INACTIVE" } }] },
      { queries: [{ nameQuery: { nam: "x" } }] },
      throwing,
      revoked.proxy,
    ];
    const all = requests.map((request) =>
      module
        .listOrganizations("t", /** @type {any} */ (request), { fetch })
        .catch((error) => `${error.kind}: ${error.message}`),
    );
    const ids = ["", " ", 7, undefined, "ü"].map((id) =>
      module
        .activateOrganization("t", /** @type {any} */ (id), { fetch })
        .catch((error) => error.message),
    );
    return Promise.all([...all, ...ids]);
  });
  assert.deepEqual(texts, [
    "invalid-argument: request must be an object.",
    "invalid-argument: request.query.limit must be a whole number from 0 to 4294967295.",
    "invalid-argument: request.query.offset must be a whole number from 0 to 18446744073709551615.",
    "invalid-argument: request.queries[0].stateQuery.state must be a name or number of its enum.",
    "invalid-argument: request.queries[0].nameQuery.nam must be a field of this request.",
    "invalid-argument: request could not be read: it threw an exception. See cause.",
    "invalid-argument: request could not be read: it threw an exception. See cause.",
    "organizationId must not be empty.",
    "organizationId must not be empty.",
    "organizationId must be a string.",
    "organizationId must be a string.",
    "organizationId must be printable ASCII.",
  ]);
});

test("wrong arguments of a bulk run are rejected by name", async () => {
  const texts = await inPage(driver, async (module) => {
    const fetch = () => {
      throw new Error("sent");
    };
    const of = (/** @type {any} */ ids, options = {}) =>
      module
        .ensureOrgsActive("t", ids, { fetch, ...options })
        .catch((error) => `${error.kind}: ${error.message}`);
    return Promise.all([
      of("7"),
      of({}),
      of(undefined),
      of(["7", 8]),
      of(["7", " "]),
      of({
        [Symbol.iterator]() {
          throw new Error("no");
        },
      }),
      of(["7"], { concurrency: 0 }),
      of(["7"], { concurrency: "4" }),
      of(["7"], { onProgress: 1 }),
      module
        .ensureOrgActive("t", /** @type {any} */ (undefined), { fetch })
        .catch((error) => error.message),
      of([]),
    ]);
  });
  assert.deepEqual(texts, [
    "invalid-argument: orgIds must be an iterable of strings.",
    "invalid-argument: orgIds must be an iterable of strings.",
    "invalid-argument: orgIds must be an iterable of strings.",
    "invalid-argument: orgIds[1] must be a string.",
    "invalid-argument: orgIds[1] must not be empty.",
    "invalid-argument: orgIds could not be read: it threw an exception. See cause.",
    "invalid-argument: concurrency must be a whole number from 1 to 100.",
    "invalid-argument: concurrency must be a number.",
    "invalid-argument: onProgress must be a function.",
    "orgId must be a string.",
    [],
  ]);
});

test("a bulk run of 1,000 survives lost responses and a rejected token", async () => {
  const seen = await inPage(driver, async (module) => {
    const admin = module.createOrgClient({ token: "iam-owner" });
    /** @type {string[]} */
    const ids = [];
    for (let offset = 0, total = 1; offset < total; offset += 500) {
      const list = await admin.listOrganizations({ query: { offset, limit: 500 } });
      total = Number(list.details?.totalResult);
      ids.push(...list.result.map(({ id }) => id));
    }
    const deactivated = ids.filter((_, index) => index % 2 === 0);
    const state = async () => {
      const queries = [
        { stateQuery: { state: /** @type {const} */ ("ORGANIZATION_STATE_INACTIVE") } },
      ];
      return Number((await admin.listOrganizations({ queries })).details?.totalResult);
    };
    for (let at = 0; at < deactivated.length; at += 50) {
      await Promise.all(
        deactivated
          .slice(at, at + 50)
          .map((id) => admin.deactivateOrganization(id).catch(() => {})),
      );
    }
    const inactive = await state();
    let tokenCalls = 0;
    let requests = 0;
    let concurrent = 0;
    let maxConcurrent = 0;
    /** @type {number[]} */
    const counts = [];
    // A repeated id has the result of the first, in its own place.
    const orgIds = [...ids, ids[0] ?? ""];
    const results = await module.ensureOrgsActive(
      async ({ previous }) => {
        tokenCalls += 1;
        return previous ? "iam-owner" : "acme-expired";
      },
      orgIds,
      {
        concurrency: 16,
        onProgress: ({ done, total }) => void counts.push(done / total),
        fetch: async (url, init) => {
          requests += 1;
          // Not while the first token is rejected, because those requests change nothing.
          const isLost = requests > 40 && requests % 20 === 3;
          concurrent += 1;
          maxConcurrent = Math.max(maxConcurrent, concurrent);
          try {
            const response = await fetch(url, init);
            if (isLost) {
              await response.arrayBuffer();
              throw new TypeError("reset");
            }
            return response;
          } finally {
            concurrent -= 1;
          }
        },
      },
    );
    const after = await state();
    /** @type {Record<string, number>} */
    const outcomes = {};
    for (const { activation, error } of results) {
      const outcome = activation?.outcome ?? `${error?.kind} ${error?.message}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    const isInOrder =
      results.length === orgIds.length &&
      results.every(({ orgId }, index) => orgId === orgIds[index]);
    const isCounted = counts.every((part, index) => part === (index + 1) / ids.length);
    return {
      count: ids.length,
      inactive,
      after,
      tokenCalls,
      maxConcurrent,
      isInOrder,
      isCounted,
      progress: counts.length,
      outcomes,
    };
  });
  const { reactivated = 0, active = 0, "already-active": before = 0, ...others } = seen.outcomes;
  assert.deepEqual(others, {});
  assert.equal(seen.count, 999);
  assert.ok(seen.inactive >= 500, String(seen.inactive));
  assert.equal(seen.after, 0);
  assert.equal(seen.tokenCalls, 2);
  assert.equal(seen.maxConcurrent, 16);
  assert.deepEqual([seen.isInOrder, seen.isCounted, seen.progress], [true, true, 999]);
  assert.equal(reactivated + active + before, 1000);
  assert.ok(active > 20 && reactivated > 400, JSON.stringify(seen.outcomes));
});

test("an abort ends a bulk run with an error for each organization", async () => {
  const seen = await inPage(
    driver,
    async (module, ids) => {
      const controller = new AbortController();
      const results = await module.ensureOrgsActive("iam-owner", ids, {
        concurrency: 2,
        signal: controller.signal,
        onProgress: ({ done }) => done === 3 && controller.abort("enough"),
      });
      return results.map(({ error }) => error && [error.kind, error.cause, error.message]);
    },
    Array.from({ length: 30 }, (_, index) => String(index)),
  );
  assert.equal(seen.length, 30);
  const aborted = seen.filter((error) => error?.[0] === "aborted" && error[1] === "enough");
  assert.ok(aborted.length >= 26, JSON.stringify(seen));
  assert.equal(seen.at(-1)?.[2], "The signal aborted the call before the request was sent.");
});

test("a second rejected token is the error of the operation", async () => {
  const seen = await inPage(
    driver,
    async (module, id) => {
      /** @type {any[]} */
      const previousIds = [];
      const token = (/** @type {any} */ { previous }) => {
        previousIds.push(previous?.id);
        return `wrong-${previousIds.length}`;
      };
      const error = await module.ensureOrgActive(token, id).catch((error) => error);
      const many = await module.ensureOrgsActive(token, [id, "1", "2", "3"], { concurrency: 1 });
      return {
        previousIds,
        error: [error.kind, error.code, error.mayHaveChanged],
        many: many.map(({ error }) => error?.code),
      };
    },
    ACME,
  );
  assert.deepEqual(seen, {
    previousIds: [null, "AUTH-7fs1e", null, "AUTH-7fs1e"],
    error: ["status", 16, false],
    many: [16, 16, 16, 16],
  });
});
