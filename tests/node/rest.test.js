// REST's responses as the values and errors of the contract, through the public functions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE_URL, rejection, RPCS } from "../support/calls.js";

const ZITADEL = "type.googleapis.com/zitadel.v1.ErrorDetail";

/**
 * A call whose response is this.
 *
 * @param {keyof typeof RPCS} rpc
 * @param {string} body
 * @param {string | null} contentType
 * @param {number} status
 * @returns {Promise<any>}
 */
const call = (rpc, body, contentType = "application/json", status = 200) =>
  RPCS[rpc]("t", "1", {
    baseUrl: BASE_URL,
    protocol: "json",
    fetch: async () =>
      new Response(body, { status, headers: contentType ? { "content-type": contentType } : {} }),
  });

/** @param {unknown} json */
const change = (json) => call("reactivateOrg", JSON.stringify(json));
/** @param {unknown} json */
const failure = (json) =>
  rejection(call("reactivateOrg", JSON.stringify(json), "application/json", 400));
/** @param {any} details */
const details = async (details) => (await change({ details })).details;
/** @param {unknown} state */
const state = async (state) =>
  (await call("getMyOrg", JSON.stringify({ org: { state } }))).org.state;

/** @param {Promise<unknown>} call @param {string} text */
async function isInternal(call, text) {
  const { kind, code } = await rejection(call);
  assert.deepEqual([kind, code], ["protocol", 13], text);
}

test("a change is read", async () => {
  const body = {
    details: { sequence: "7", changeDate: "2026-07-10T09:52:56.123456Z", resourceOwner: "1" },
  };
  assert.deepEqual(await change(body), body);
});

test("what is missing or null has its default, and what is not known is left out", async () => {
  assert.deepEqual(await change({}), {});
  assert.deepEqual(await change({ details: null, new: 1 }), {});
  assert.deepEqual(await details({ sequence: null, new: [] }), {
    sequence: "0",
    resourceOwner: "",
  });
});

test("a sequence is a string or a number that JavaScript knows exactly", async () => {
  for (const [given, sequence] of [
    ["18446744073709551615", "18446744073709551615"],
    [9007199254740991, "9007199254740991"],
    ["007", "7"],
    [0, "0"],
  ]) {
    assert.equal((await details({ sequence: given })).sequence, sequence);
  }
  for (const sequence of [
    9007199254740992,
    -1,
    1.5,
    "x",
    "-1",
    "",
    " 7",
    "0x7",
    "1e3",
    true,
    [],
    {},
    "18446744073709551616",
  ]) {
    await isInternal(change({ details: { sequence } }), JSON.stringify(sequence));
  }
});

test("a date is RFC 3339 in UTC, of a day that exists", async () => {
  for (const changeDate of [
    "2026-07-10T09:52:56Z",
    "0001-01-01T00:00:00.123Z",
    "9999-12-31T23:59:59.123456789Z",
  ]) {
    assert.equal((await details({ changeDate })).changeDate, changeDate);
  }
  // 3, 6 or 9 digits, whatever was sent.
  const { changeDate } = await details({ changeDate: "2026-07-10T09:52:56.1Z" });
  assert.equal(changeDate, "2026-07-10T09:52:56.100Z");
  for (const changeDate of [
    "",
    "yesterday",
    "2026-07-10",
    "2026-07-10T09:52:56",
    "2026-07-10T09:52:56+02:00",
    "2026-07-10T09:52:56.Z",
    "2026-13-10T09:52:56Z",
    "2026-00-10T09:52:56Z",
    "2026-07-32T09:52:56Z",
    "2026-02-31T09:52:56Z",
    "2026-07-10T24:52:56Z",
    "2026-07-10T09:60:56Z",
    "2026-07-10T09:52:56Z ",
    5,
    ["2026-07-10T09:52:56Z"],
  ]) {
    await isInternal(change({ details: { changeDate } }), JSON.stringify(changeDate));
  }
});

test("a state is a name or a number, and what is not known stays what it is", async () => {
  assert.equal(await state("ORG_STATE_ACTIVE"), "ORG_STATE_ACTIVE");
  assert.equal(await state(2), "ORG_STATE_INACTIVE");
  assert.equal(await state(undefined), "ORG_STATE_UNSPECIFIED");
  assert.equal(await state(9), 9);
  assert.equal(await state(-9), -9);
  for (const unknown of ["ORG_STATE_LOCKED", "length", ""]) {
    assert.equal(await state(unknown), unknown);
  }
  for (const wrong of [1.5, 2 ** 31, true, {}, []]) {
    await isInternal(state(wrong), JSON.stringify(wrong));
  }
});

test("JSON of another form is INTERNAL", async () => {
  for (const body of [[], null, 5, "x", { details: 5 }, { details: [] }, { error: "invalid" }]) {
    await isInternal(change(body), JSON.stringify(body));
  }
});

test("a success that is not declared as JSON is UNKNOWN, one that is not JSON INTERNAL", async () => {
  const code = async (/** @type {string | null} */ type, body = "<h1>") =>
    (await rejection(call("reactivateOrg", body, type))).code;
  assert.equal(await code("text/html"), 2);
  assert.equal(await code("text/html", "{}"), 2);
  assert.equal(await code("application/json; charset=utf-8"), 13);
});

test("a status in a success is that error", async () => {
  const error = await rejection(change({ code: 16, message: "Errors.Token.Invalid (AUTH-7fs1e)" }));
  assert.deepEqual(
    [error.kind, error.code, error.id, error.httpStatus],
    ["status", 16, "AUTH-7fs1e", 200],
  );
});

test("an error is the body's status with its details", async () => {
  const detail = { "@type": ZITADEL, id: "EVENT-bfnrh", message: "x" };
  const other = { "@type": "a.B", list: [1] };
  const body = { code: 9, message: "no (EVENT-bfnrh)", details: [detail, 5, {}, null, other] };
  const error = await failure(body);
  assert.deepEqual(
    [error.kind, error.code, error.message, error.details],
    ["status", 9, "no (EVENT-bfnrh)", [detail, other]],
  );
});

test("ZITADEL's detail has both its fields, even if they are empty, or is none", async () => {
  const { details } = await failure({ code: 9, details: [{ "@type": ZITADEL }] });
  assert.deepEqual(details, [{ "@type": ZITADEL, id: "", message: "" }]);
  const wrong = await failure({ code: 9, details: [{ "@type": ZITADEL, id: 7 }] });
  assert.deepEqual(wrong.details, []);
});

test("an error without a status in its body is what HTTP says, and shows the body", async () => {
  for (const body of [{}, { code: 0 }, { code: 17 }, { code: "9" }, { code: 9.5 }, [9], null, 5]) {
    const error = await failure(body);
    assert.deepEqual(
      [error.kind, error.code, error.httpStatus, error.body],
      ["status", 13, 400, JSON.stringify(body)],
    );
  }
  const page = await rejection(call("reactivateOrg", "<h1>proxy", "text/html", 503));
  assert.deepEqual([page.code, page.body, page.retriable], [14, "<h1>proxy", true]);
});
