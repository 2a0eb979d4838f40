// ensureOrgActive: its calls, and its conclusions from their responses.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mock, test } from "node:test";

import { ensureOrgActive, preload } from "zitadel-org-web";

import { rejection } from "../support/calls.js";
import {
  activated,
  json,
  lost,
  org,
  reactivated,
  row,
  server,
  status,
} from "../support/responses.js";

await preload();

/** A base URL of its own, because the client remembers servers without v2. */
const fresh = () => `https://${randomUUID()}.example`;

/** @param {Record<string, (init: any, url: string) => unknown>} routes @param {any} [options] */
function ensure(routes, options) {
  const { fetch, calls } = server(routes);
  const result = ensureOrgActive("t", "7", { baseUrl: fresh(), timeoutMs: 300, fetch, ...options });
  return { result, calls };
}

const absent = () => status(12, "unknown service");

/** Responses about another organization. @type {Record<string, Record<string, () => unknown>>} */
const OTHER = {
  "getMyOrg after a refusal": {
    ActivateOrganization: () => status(9, "no (EVENT-x1234)"),
    GetMyOrg: () => org("own", 1),
  },
  "getMyOrg after a lost response": { ActivateOrganization: lost, GetMyOrg: () => org("own", 1) },
  "getMyOrg without an id": { ActivateOrganization: lost, GetMyOrg: () => org("", 1) },
  "reactivateOrg's resourceOwner": {
    ActivateOrganization: absent,
    ReactivateOrg: () => reactivated("own"),
  },
  "listOrganizations by id": {
    ActivateOrganization: lost,
    GetMyOrg: absent,
    ListOrganizations: () => row("70", 1),
  },
};

for (const [name, routes] of Object.entries(OTHER)) {
  test(`another organization in ${name} is not accepted`, async () => {
    const { result } = ensure(routes);
    const error = await rejection(result);
    assert.notEqual(error.kind, "invalid-argument");
  });
}

test("a list's row for the organization is accepted", async () => {
  const { result, calls } = ensure({
    ActivateOrganization: lost,
    GetMyOrg: absent,
    ListOrganizations: () => row("7", 1),
  });
  assert.deepEqual(await result, { orgId: "7", outcome: "active" });
  assert.deepEqual(calls, ["ActivateOrganization", "GetMyOrg", "ListOrganizations"]);
});

test("an id that says the organization is active needs no read", async () => {
  for (const id of ["EVENT-bfnrh", "DOM-Ixfbxh"]) {
    const { result, calls } = ensure({ "*": () => status(9, `active (${id})`) });
    assert.equal((await result).outcome, "already-active");
    assert.deepEqual(calls, ["ActivateOrganization"]);
  }
});

test("an id with only the prefix of a known one needs a read", async () => {
  for (const id of ["EVENT-bfnr", "EVENT-bfnrhx", "EVENT-", "E"]) {
    const { result, calls } = ensure({
      ActivateOrganization: () => status(9, `active (${id})`),
      GetMyOrg: () => org("7", 1),
    });
    assert.equal((await result).outcome, "already-active");
    assert.deepEqual(calls, ["ActivateOrganization", "GetMyOrg"]);
  }
});

test("a server without v2 is remembered per base URL", async () => {
  const { fetch, calls } = server({
    ActivateOrganization: absent,
    ReactivateOrg: (init) => reactivated(init.headers["x-zitadel-orgid"]),
  });
  const options = { baseUrl: fresh(), timeoutMs: 0, fetch };
  for (const expected of [["ActivateOrganization", "ReactivateOrg"], ["ReactivateOrg"]]) {
    assert.equal((await ensureOrgActive("t", "7", options)).outcome, "reactivated");
    assert.deepEqual(calls.splice(0), expected);
  }
  // Another base URL is another server, also on the same host.
  await ensureOrgActive("t", "7", { ...options, baseUrl: `${options.baseUrl}/prefix` });
  assert.deepEqual(calls, ["ActivateOrganization", "ReactivateOrg"]);
});

test("a server without both APIs is not remembered", async () => {
  const { fetch, calls } = server({ "*": absent });
  const options = { baseUrl: fresh(), timeoutMs: 0, fetch };
  for (let count = 0; count < 2; count += 1) {
    assert.equal((await rejection(ensureOrgActive("t", "7", options))).code, 12);
    assert.equal(calls.splice(0)[0], "ActivateOrganization");
  }
});

test("an id that the REST gateway cannot route proves nothing about v2", async () => {
  const notFound = () => json({ code: 5, message: "Not Found" }, 404);
  const { fetch, calls } = server({
    activate: (_, url) => (url.includes("%2F") ? notFound() : json({})),
    _reactivate: () => json({ code: 7, message: "no (AUTH-AWfge)" }, 403),
  });
  const options = {
    baseUrl: fresh(),
    protocol: /** @type {const} */ ("json"),
    timeoutMs: 0,
    fetch,
  };
  await rejection(ensureOrgActive("t", "a/b", options));
  calls.splice(0);
  assert.equal((await ensureOrgActive("t", "7", options)).outcome, "reactivated");
  assert.deepEqual(calls, ["activate"]);
});

test("a rejected read over REST falls back to the list", async () => {
  const { result, calls } = ensure(
    {
      activate: lost,
      me: () => json({ code: 7, message: "Errors.OriginNotAllowed (AUTH-DZG21)" }, 403),
      _search: () => json({ result: [{ id: "7", state: "ORGANIZATION_STATE_ACTIVE" }] }),
    },
    { protocol: "json" },
  );
  assert.equal((await result).outcome, "active");
  assert.deepEqual(calls, ["activate", "me", "_search"]);
});

test("a late rejection over REST does not mean v2 is missing", async () => {
  const text = JSON.stringify({ code: 5, message: "Organisation not found (ORG-Dgf3g)" });
  mock.timers.enable({ apis: ["setTimeout"] });
  const { result, calls } = ensure(
    {
      activate: () => {
        const body = new ReadableStream({
          async start(controller) {
            for (let turns = 0; turns < 20; turns += 1) {
              await new Promise((resolve) => setImmediate(resolve));
              // A separate time limit for an error's body would pass here.
              mock.timers.tick(1000);
            }
            controller.enqueue(Buffer.from(text));
            controller.close();
          },
        });
        return new Response(body, { status: 404, headers: { "content-type": "application/json" } });
      },
    },
    { protocol: "json", timeoutMs: 0 },
  );
  const error = await rejection(result);
  mock.timers.reset();
  assert.equal(error.id, "ORG-Dgf3g");
  assert.deepEqual(calls, ["activate"]);
});

test("an inactive state is read again, because reads lag", async () => {
  let reads = 0;
  const { result } = ensure(
    { ActivateOrganization: lost, GetMyOrg: () => org("7", (reads += 1) < 3 ? 2 : 1) },
    { timeoutMs: 0 },
  );
  assert.deepEqual([(await result).outcome, reads], ["active", 3]);
});

test("Retry-After ends the operation without a read", async () => {
  for (const httpStatus of [429, 503]) {
    const headers = { "retry-after": "60" };
    const busy = () => new Response("busy", { status: httpStatus, headers });
    const { result, calls } = ensure({ "*": busy });
    const error = await rejection(result);
    assert.deepEqual(
      [error.httpStatus, error.retryAfterMs, error.retriable],
      [httpStatus, 60_000, true],
    );
    assert.deepEqual(calls, ["ActivateOrganization"]);
  }
});

test("a rejected change is not followed by a read", async () => {
  for (const code of [3, 5, 7, 16]) {
    const { result, calls } = ensure({ ActivateOrganization: () => status(code, "no") });
    assert.equal((await rejection(result)).code, code);
    assert.deepEqual(calls, ["ActivateOrganization"]);
  }
});

test("a successful change is not followed by a read", async () => {
  const { result, calls } = ensure({ ActivateOrganization: activated });
  assert.deepEqual(await result, {
    orgId: "7",
    outcome: "reactivated",
    changeDate: "2026-07-10T09:52:56Z",
  });
  assert.deepEqual(calls, ["ActivateOrganization"]);
});
