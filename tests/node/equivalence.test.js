// Both protocols return the same values and errors for the same response.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE_URL, rejection, RPCS } from "../support/calls.js";
import { bytes, integer, json, message, status } from "../support/responses.js";

/** @typedef {{ field: Uint8Array, value: unknown }} Part */

const STATES = ["UNSPECIFIED", "ACTIVE", "INACTIVE", "REMOVED"];
const ORG_STATES = STATES.map((state) => `ORG_STATE_${state}`);
const ORGANIZATION_STATES = STATES.map((state) => `ORGANIZATION_STATE_${state}`);
const COLUMNS = ["UNSPECIFIED", "NAME", "CREATION_DATE"].map(
  (column) => `ORGANIZATION_FIELD_NAME_${column}`,
);

/** A generator with a fixed seed, so that a failure can be repeated. */
let seed = 7;
const random = (/** @type {number} */ limit) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % limit;
};
/** @template T @param {T[]} values @returns {T} */
const pick = (values) => /** @type {T} */ (values[random(values.length)]);

const text = () =>
  pick([
    "",
    "ACME",
    "ü😀",
    '\0\u0001"\\\n',
    "\u2028\u2029",
    "a".repeat(300),
    "__proto__",
    "\ufeffx",
    "\ufffd",
    "</script>",
  ]);
const uint64 = () => pick([0n, 1n, 7n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]);

/** A date, in protobuf's fields and as RFC 3339. */
function date() {
  const seconds = pick([0, 1, 1_783_677_176, -1, -62_135_596_800, 253_402_300_799]);
  const nanos = pick([0, 1, 1000, 123_456_000, 999_999_999, 500_000_000, 120_000_000]);
  const [day = "", time = ""] = new Date(seconds * 1000).toISOString().split("T");
  const digits = String(nanos)
    .padStart(9, "0")
    .replace(/(000){1,3}$/, "");
  return {
    // Values of 0 are absent.
    fields: [...(seconds ? [integer(1, seconds)] : []), ...(nanos ? [integer(2, nanos)] : [])],
    value: `${day}T${time.slice(0, 8)}${digits && `.${digits}`}Z`,
  };
}

/** Unknown fields, which both protocols omit. */
const noise = () => pick([[], [], [integer(99, 5)], [bytes(98, "junk")]]);

/** A message from members that may be absent. @param {Record<string, Part | undefined>} members */
function object(members) {
  const present = Object.entries(members).filter(([, part]) => part !== undefined);
  const fields = [...present.map(([, part]) => /** @type {Part} */ (part).field), ...noise()];
  // The order of fields has no meaning.
  return {
    fields: random(2) ? fields : fields.reverse(),
    value: Object.fromEntries(present.map(([name, part]) => [name, part?.value])),
  };
}

const textField = (/** @type {number} */ field) => {
  const value = text();
  return value ? { field: bytes(field, value), value } : undefined;
};
const uint64Field = (/** @type {number} */ field) => {
  const value = uint64();
  return value ? { field: integer(field, value), value: String(value) } : undefined;
};
const enumField = (/** @type {number} */ field, /** @type {string[]} */ names) => {
  const number = pick([0, 1, 2, 3, 77, -1, 2_147_483_647]);
  return number ? { field: integer(field, number), value: names[number] ?? number } : undefined;
};
/** @param {number} field @param {{ fields: Uint8Array[], value: unknown }} inner */
const messageField = (field, { fields, value }) => ({ field: bytes(field, ...fields), value });
/** @template T @param {() => T} make */
const maybe = (make) => (random(3) ? make() : undefined);

/** @param {"v1" | "v2"} version */
function details(version) {
  const [sequence, created, changed, owner] =
    version === "v1" ? /** @type {const} */ ([1, 2, 3, 4]) : /** @type {const} */ ([1, 4, 2, 3]);
  return object({
    sequence: uint64Field(sequence),
    creationDate: maybe(() => messageField(created, date())),
    changeDate: maybe(() => messageField(changed, date())),
    resourceOwner: textField(owner),
  });
}

/** @param {"v1" | "v2"} version */
const organization = (version) =>
  object({
    id: textField(1),
    details: maybe(() => messageField(2, details(version))),
    state: enumField(3, version === "v1" ? ORG_STATES : ORGANIZATION_STATES),
    name: textField(4),
    primaryDomain: textField(5),
  });

function organizations() {
  const rows = Array.from({ length: random(4) }, () => messageField(3, organization("v2")));
  const head = object({
    details: maybe(() =>
      messageField(
        1,
        object({
          totalResult: uint64Field(1),
          processedSequence: uint64Field(2),
          timestamp: maybe(() => messageField(3, date())),
        }),
      ),
    ),
    sortingColumn: enumField(2, COLUMNS),
  });
  const result = rows.length > 0 ? { result: rows.map(({ value }) => value) } : {};
  return {
    fields: [...head.fields, ...rows.map(({ field }) => field)],
    value: { ...head.value, ...result },
  };
}

function permissions() {
  const result = Array.from({ length: random(4) }, text);
  return {
    fields: result.map((permission) => bytes(1, permission)),
    value: result.length > 0 ? { result } : {},
  };
}

/** Random responses by the name of the call. @type {Record<string, () => { fields: Uint8Array[], value: unknown }>} */
const RESPONSES = {
  getMyOrg: () => object({ org: maybe(() => messageField(1, organization("v1"))) }),
  reactivateOrg: () => object({ details: maybe(() => messageField(1, details("v1"))) }),
  deactivateOrg: () => object({ details: maybe(() => messageField(1, details("v1"))) }),
  activateOrganization: () => object({ changeDate: maybe(() => messageField(1, date())) }),
  deactivateOrganization: () => object({ changeDate: maybe(() => messageField(1, date())) }),
  listOrganizations: organizations,
  listMyZitadelPermissions: permissions,
};

/**
 * @param {string} rpc @param {"grpc-web" | "json"} protocol @param {Response} response
 * @returns {Promise<any>}
 */
const call = (rpc, protocol, response) =>
  /** @type {any} */ (RPCS)[rpc]("t", rpc === "listOrganizations" ? {} : "1", {
    baseUrl: BASE_URL,
    protocol,
    timeoutMs: 0,
    fetch: async () => response,
  });

for (const [rpc, make] of Object.entries(RESPONSES)) {
  test(`${rpc} returns the same value over both protocols`, async () => {
    for (let count = 0; count < 1000; count += 1) {
      const { fields, value } = make();
      const overGrpcWeb = await call(rpc, "grpc-web", message(...fields));
      const overJson = await call(rpc, "json", json(value));
      // The text also shows the order of the members.
      assert.equal(JSON.stringify(overGrpcWeb), JSON.stringify(overJson), JSON.stringify(value));
      assertIncludes(overGrpcWeb, value);
    }
  });
}

/** Checks that a value has all that was sent. @param {any} actual @param {any} expected @returns {void} */
function assertIncludes(actual, expected) {
  if (typeof expected !== "object") {
    assert.equal(actual, expected);
    return;
  }
  Object.entries(expected).forEach(([name, value]) => assertIncludes(actual[name], value));
}

test("an error is the same over both protocols", async () => {
  for (let count = 0; count < 200; count += 1) {
    const code = 1 + random(16);
    const text = pick(["no (EVENT-bfnrh)", "ü😀 (AUTH-1)", "", "100% (a) (b)", "x\ny"]);
    const overGrpcWeb = await rejection(call("reactivateOrg", "grpc-web", status(code, text)));
    const response = json({ code, message: text }, 400);
    const overJson = await rejection(call("reactivateOrg", "json", response));
    const members = (
      /** @type {any} */ { kind, code, codeName, message, id, details, mayHaveChanged },
    ) => ({
      ...{ kind, code, codeName, message, id, details, mayHaveChanged },
    });
    assert.deepEqual(members(overGrpcWeb), members(overJson));
    assert.equal(overJson.message, text);
  }
});

test("text that is not UTF-8 is a protocol error over both", async () => {
  const invalid = Uint8Array.of(0xff);
  const body = Buffer.concat([Buffer.from('{"org":{"name":"'), invalid, Buffer.from('"}}')]);
  const overGrpcWeb = message(bytes(1, bytes(4, invalid)));
  const overJson = new Response(body, { headers: { "content-type": "application/json" } });
  const surrogate = json({}).headers;
  const lone = new Response('{"org":{"name":"\\ud800"}}', { headers: surrogate });
  for (const [protocol, response] of /** @type {const} */ ([
    ["grpc-web", overGrpcWeb],
    ["json", overJson],
    ["json", lone],
  ])) {
    const error = await rejection(call("getMyOrg", protocol, response));
    assert.deepEqual([error.kind, error.code], ["protocol", 13], protocol);
  }
});
