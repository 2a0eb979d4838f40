// Recorded responses of management v1. The expected values were read from their bytes by hand.
//
// tests/fixtures/management-v1.json was recorded on ZITADEL at a97999e5 (2026-07-10).

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE_URL, RPCS } from "../support/calls.js";
import { exchanges, responseOf } from "../support/recorded.js";

/** @typedef {import("../support/recorded.js").Exchange} Exchange */

const EXCHANGES = exchanges("management-v1");

const ACME = "401172493454281766";
const CREATED = "2026-11-25T13:30:39.666562Z";
const BFNRH = "Organisation is already active (EVENT-bfnrh)";
const DBS2G = "Organisation is already deactivated (EVENT-Dbs2g)";
const INSTANCE = " (ExternalDomain is localhost): ID=QUERY-1kIjX Message=";
const NOT_FOUND =
  "Instance not found. Make sure you got the domain right. Check out https://zitadel.com/docs/apis/introduction#domains";
const UNMARSHAL =
  "grpc: error unmarshalling request: proto:\u00a0cannot parse invalid wire-format data";

/** @param {string} sequence @param {string} changeDate */
const change = (sequence, changeDate) => ({
  details: { sequence, changeDate, resourceOwner: ACME },
});
/** @param {string} sequence @param {string} changeDate */
const acme = (sequence, changeDate, state = "ORG_STATE_ACTIVE") => ({
  org: {
    id: ACME,
    details: { sequence, creationDate: CREATED, changeDate, resourceOwner: ACME },
    state,
    name: "ACME",
    primaryDomain: "acme.localhost",
  },
});
const UMBRELLA = {
  org: {
    id: "401172493823380518",
    details: {
      sequence: "7",
      creationDate: "2026-11-25T13:30:39.881189Z",
      changeDate: "2026-11-25T13:30:40.450487Z",
      resourceOwner: "401172493823380518",
    },
    state: "ORG_STATE_UNSPECIFIED",
    name: "Umbrella",
    primaryDomain: "umbrella.localhost",
  },
};

/** Values by the exchange's name. @type {Record<string, unknown>} */
const VALUES = {
  "get-inactive": acme("42", "2026-11-25T13:31:16.209417Z", "ORG_STATE_INACTIVE"),
  "react-ok": change("43", "2026-11-25T13:32:10.200049Z"),
  "get-active": acme("43", "2026-11-25T13:32:10.200049Z"),
  "deact-ok-origin": change("44", "2026-11-25T13:32:10.643888Z"),
  "react-ok-origin": change("45", "2026-11-25T13:32:10.670843Z"),
  "get-origin": acme("45", "2026-11-25T13:32:10.670843Z"),
  "empty-orgid-header": acme("47", "2026-11-25T13:32:10.791501Z"),
  "two-orgid-headers": acme("47", "2026-11-25T13:32:10.791501Z"),
  "orgid-with-blanks": acme("47", "2026-11-25T13:32:10.791501Z"),
  "x-bearer": acme("47", "2026-11-25T13:32:10.791501Z"),
  "removed-get": UMBRELLA,
  "grpc-accept-encoding-gzip": acme("49", "2026-11-25T13:32:11.843719Z"),
  "h2-get": acme("49", "2026-11-25T13:32:11.843719Z"),
  "acme-deact-end": change("50", "2026-11-25T13:32:15.010143Z"),
  "rest-get": acme("47", "2026-11-25T13:32:10.791501Z"),
  "rest-get-origin": acme("47", "2026-11-25T13:32:10.791501Z"),
  "rest-deact-ok": change("48", "2026-11-25T13:32:11.787851Z"),
  "rest-react-empty-body-ok": change("49", "2026-11-25T13:32:11.843719Z"),
  "rest-removed-get": UMBRELLA,
  "h2-rest-get": acme("49", "2026-11-25T13:32:11.843719Z"),
};

/** Errors: kind, code, id and text, and the exchanges that have them. @type {[string, number, string | undefined, string, string][]} */
const ERRORS = [
  [
    "status",
    9,
    "EVENT-bfnrh",
    BFNRH,
    `react-active react-active-origin own-id iam-acme ct-bare ct-charset unknown-field two-frames frame-and-junk
     grpc-encoding-gzip 4MiB-unknown-field timeout-5S timeout-30000m timeout-empty timeout-99999999H
     host-localhost-other-port traceparent x-request-id-sent te-trailers h2-react-active text-react-active ct-json ct-thrift
     rest-react-active rest-react-active-origin rest-unknown-field rest-trailing rest-text-plain rest-big-body`,
  ],
  [
    "status",
    9,
    "EVENT-bfnrh",
    "Organisation ist bereits aktiv (EVENT-bfnrh)",
    "react-active-de grpcweb-evil-origin-de-user rest-react-active-de rest-good-origin-de-user",
  ],
  [
    "status",
    9,
    "EVENT-bfnrh",
    "L'organisation est déjà active (EVENT-bfnrh)",
    "react-active-fr rest-react-active-fr",
  ],
  ["status", 9, "EVENT-bfnrh", "组织已处于启用状态 (EVENT-bfnrh)", "react-active-zh"],
  ["status", 9, "EVENT-Dbs2g", DBS2G, "deact-inactive deact-inactive-origin rest-deact-inactive"],
  [
    "status",
    5,
    "AUTHZ-cdgFk",
    "membership not found (AUTHZ-cdgFk)",
    "no-rights no-rights-origin nobody-get rest-no-rights",
  ],
  [
    "status",
    7,
    "AUTH-Bs7Ds",
    "Organisation doesn't exist (AUTH-Bs7Ds)",
    "unknown-org unknown-org-de rest-unknown-org",
  ],
  [
    "status",
    7,
    "AUTH-5mWD2",
    "No matching permissions found (AUTH-5mWD2)",
    "viewer-react rest-viewer",
  ],
  [
    "status",
    5,
    "ORG-Dgf3g",
    "Organisation not found (ORG-Dgf3g)",
    "removed-react rest-removed-react",
  ],
  ["status", 5, "ORG-oL9nT", "Organisation not found (ORG-oL9nT)", "removed-deact"],
  [
    "status",
    16,
    undefined,
    "auth header missing",
    "no-auth no-auth-origin empty-auth rest-no-auth rest-no-auth-origin",
  ],
  [
    "status",
    16,
    "AUTH-toLo1",
    "invalid auth header (AUTH-toLo1)",
    "basic-auth lower-bearer twice-bearer bearer-only rest-basic",
  ],
  [
    "status",
    16,
    "AUTH-7fs1e",
    "Errors.Token.Invalid (AUTH-7fs1e)",
    "two-auth-headers garbage garbage-long garbage-jwt expired rest-garbage",
  ],
  ["status", 7, "AUTH-DZG21", "Errors.OriginNotAllowed (AUTH-DZG21)", "rest-evil-origin-de-user"],
  ["status", 2, undefined, "EOF", "empty-body empty-body-no-auth short-prefix text-empty"],
  ["status", 2, undefined, "unexpected EOF", "short-message"],
  [
    "status",
    2,
    undefined,
    'connection error: desc = "illegal base64 data at input byte 0"',
    "text-bad-base64 text-type-binary-body",
  ],
  ["status", 13, undefined, UNMARSHAL, "bad-proto bad-proto-2 bad-proto-no-auth"],
  [
    "status",
    13,
    undefined,
    "grpc: compressed flag set with identity or empty encoding",
    "compressed-flag",
  ],
  ["status", 13, undefined, "grpc: received unexpected payload format 128", "trailer-flag"],
  [
    "status",
    12,
    undefined,
    'grpc: Decompressor is not installed for grpc-encoding "snappy"',
    "grpc-encoding-snappy",
  ],
  [
    "status",
    12,
    undefined,
    "unknown service prefix/zitadel.management.v1.ManagementService",
    "path-prefix",
  ],
  [
    "status",
    8,
    undefined,
    "grpc: received message larger than max (5242880 vs. 4194304)",
    "declared-5MiB",
  ],
  [
    "status",
    8,
    undefined,
    "grpc: received message larger than max (4194305 vs. 4194304)",
    "declared-4MiB+1-unknown-field",
  ],
  [
    "status",
    8,
    undefined,
    "grpc: received message larger than max (9437184 vs. 4194304)",
    "9MiB-body",
  ],
  ["status", 4, undefined, "context deadline exceeded", "timeout-1n timeout-0S timeout-1n-get"],
  [
    "status",
    5,
    "QUERY-1kIjX",
    `unable to set instance using origin &{other.example  http}${INSTANCE}${NOT_FOUND}`,
    "unknown-host rest-unknown-host",
  ],
  [
    "status",
    5,
    "QUERY-1kIjX",
    `unable to set instance using origin &{127.0.0.1:28080  http}${INSTANCE}${NOT_FOUND}`,
    "host-127",
  ],
  ["status", 3, undefined, "unexpected EOF", "rest-bad-json rest-bad-json-no-auth"],
  ["status", 12, undefined, "Method Not Allowed", "rest-wrong-verb"],
  ["status", 5, undefined, "Not Found", "rest-trailing-slash"],
];

/** Responses that this client rejects, because it never requests them. @type {Record<string, [string, number]>} */
const BROKEN = {
  "grpc-encoding-gzip-get": ["protocol", 13],
  "text-get": ["protocol", 13],
  "text-deact-ok": ["protocol", 13],
  "text-react-ok": ["protocol", 13],
  "ct-foo": ["status", 2],
  "timeout-123456789S": ["status", 13],
  "timeout-bad": ["status", 13],
  "timeout-1x": ["status", 13],
  "timeout--1S": ["status", 13],
  "timeout-bad-origin": ["status", 13],
};

/** The beginnings of texts whose rest depends on ZITADEL's version. @type {Record<string, string>} */
const BEGINNINGS = {
  "unknown-host-de": "unable to set instance using origin &{other.example  http}",
  "rest-array-body": "proto:",
  "rest-null-body": "proto:",
  "rest-bad-json2": "invalid character 'o' in literal null",
};
const BEGINNING_CODES = /** @type {Record<string, number>} */ ({ "unknown-host-de": 5 });

/** Returns the client's function and the protocol of an exchange, if the client has such a call. @param {Exchange} exchange */
function callOf({ request }) {
  const [verb = "", path = ""] = request.split(" ");
  const rpc = /ManagementService\/(GetMyOrg|ReactivateOrg|DeactivateOrg)$/.exec(path)?.[1];
  if (rpc && verb === "POST" && request.includes("application/grpc-web")) {
    const name = /** @type {keyof typeof RPCS} */ (rpc.charAt(0).toLowerCase() + rpc.slice(1));
    return /** @type {const} */ ({ name, protocol: "grpc-web" });
  }
  if (path.startsWith("/management/v1/orgs/me") && /^(GET|POST)$/.test(verb)) {
    const name = path.includes("_re")
      ? "reactivateOrg"
      : path.includes("_de")
        ? "deactivateOrg"
        : "getMyOrg";
    return /** @type {const} */ ({ name, protocol: "json" });
  }
  return undefined;
}

let count = 0;
for (const exchange of EXCHANGES) {
  const call = callOf(exchange);
  if (!call) {
    continue;
  }
  count += 1;
  test(`${exchange.name} (${call.protocol})`, async () => {
    const options = {
      baseUrl: BASE_URL,
      protocol: call.protocol,
      fetch: async () => responseOf(exchange),
    };
    const outcome = await /** @type {any} */ (RPCS[call.name])("t", "1", options).catch(
      (/** @type {any} */ error) => error,
    );
    if (VALUES[exchange.name]) {
      assert.deepEqual(outcome, VALUES[exchange.name]);
      return;
    }
    assert.ok(outcome instanceof Error, JSON.stringify(outcome));
    const { kind, code, id, message } = /** @type {any} */ (outcome);
    if (BROKEN[exchange.name]) {
      assert.deepEqual([kind, code], BROKEN[exchange.name], message);
    } else if (BEGINNINGS[exchange.name]) {
      const expected = BEGINNING_CODES[exchange.name] ?? 3;
      assert.deepEqual([kind, code], ["status", expected]);
      assert.ok(message.startsWith(BEGINNINGS[exchange.name]), message);
    } else {
      const expected = ERRORS.find(([, , , , names]) => names.split(/\s+/).includes(exchange.name));
      assert.ok(expected, `${exchange.name} has no expectation: ${kind} ${code} ${message}`);
      assert.deepEqual([kind, code, id, message], expected.slice(0, 4));
      if (id && id !== "QUERY-1kIjX") {
        const [detail] = /** @type {any} */ (outcome).details;
        assert.equal(`${detail.message} (${detail.id})`, message);
      }
    }
  });
}

test("every recorded call of the client is covered", () => {
  assert.equal(count, 129);
});
