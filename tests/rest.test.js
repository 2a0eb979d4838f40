// REST's answers as the values and errors of the contract.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readRest } from "../pkg/src/rest.js";

/** @type {import("../pkg/src/module.js").Fields} */
const DETAILS = {
  sequence: "uint64",
  creationDate: "timestamp",
  changeDate: "timestamp",
  resourceOwner: "string",
};
const CHANGE = { details: DETAILS };
const STATES = ["ORG_STATE_UNSPECIFIED", "ORG_STATE_ACTIVE", "ORG_STATE_INACTIVE"];
const OURS = "type.googleapis.com/zitadel.v1.ErrorDetail";

/** @param {unknown} json @param {import("../pkg/src/module.js").Fields} fields */
const success = (json, fields = CHANGE) =>
  readRest(fields, true, "application/json", JSON.stringify(json));

/** @param {unknown} json */
const failure = (json) => readRest(CHANGE, false, "application/json", JSON.stringify(json))?.error;

/** @param {any} details */
const details = (details) => /** @type {any} */ (success({ details })?.value)?.details;

/** @param {unknown} state */
const state = (state) => /** @type {any} */ (success({ state }, { state: STATES })?.value)?.state;

test("a change is read", () => {
  const body = {
    details: { sequence: "7", changeDate: "2026-07-10T09:52:56.123456Z", resourceOwner: "1" },
  };
  assert.deepEqual(success(body), { value: body });
});

test("what is missing or null has its default, and what is not known is left out", () => {
  assert.deepEqual(success({}), { value: {} });
  assert.deepEqual(success({ details: null, new: 1 }), { value: {} });
  assert.deepEqual(details({ sequence: null, new: [] }), { sequence: "0", resourceOwner: "" });
});

test("a sequence is a string or a number that JavaScript knows exactly", () => {
  for (const [given, sequence] of [
    ["18446744073709551615", "18446744073709551615"],
    [9007199254740991, "9007199254740991"],
    ["007", "7"],
    [0, "0"],
  ]) {
    assert.equal(details({ sequence: given }).sequence, sequence);
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
    assert.equal(success({ details: { sequence } })?.error?.code, 13, JSON.stringify(sequence));
  }
});

test("a date is RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits", () => {
  for (const changeDate of [
    "2026-07-10T09:52:56Z",
    "0001-01-01T00:00:00.123Z",
    "9999-12-31T23:59:59.123456789Z",
  ]) {
    assert.equal(details({ changeDate }).changeDate, changeDate);
  }
  for (const changeDate of [
    "",
    "yesterday",
    "2026-07-10",
    "2026-07-10T09:52:56",
    "2026-07-10T09:52:56+02:00",
    "2026-07-10T09:52:56.1Z",
    "2026-07-10T09:52:56.Z",
    "2026-13-10T09:52:56Z",
    "2026-00-10T09:52:56Z",
    "2026-07-32T09:52:56Z",
    "2026-07-10T24:52:56Z",
    "2026-07-10T09:60:56Z",
    "2026-07-10T09:52:56Z ",
    5,
    ["2026-07-10T09:52:56Z"],
  ]) {
    assert.equal(success({ details: { changeDate } })?.error?.code, 13, JSON.stringify(changeDate));
  }
});

test("a state is a name or a number, and an unknown number stays one", () => {
  assert.equal(state("ORG_STATE_ACTIVE"), "ORG_STATE_ACTIVE");
  assert.equal(state(2), "ORG_STATE_INACTIVE");
  assert.equal(state(undefined), "ORG_STATE_UNSPECIFIED");
  assert.equal(state(9), 9);
  assert.equal(state(-9), -9);
  for (const wrong of ["ORG_STATE_NEW", "length", "", 1.5, 2 ** 31, true, {}, []]) {
    const { error } = success({ state: wrong }, { state: STATES }) ?? {};
    assert.deepEqual([error?.kind, error?.code], ["protocol", 13], JSON.stringify(wrong));
  }
});

test("JSON of another form is INTERNAL", () => {
  for (const body of [[], null, 5, "x", { details: 5 }, { details: [] }]) {
    const { error } = success(body) ?? {};
    assert.deepEqual([error?.kind, error?.code], ["protocol", 13], JSON.stringify(body));
  }
});

test("a success that is no JSON is UNKNOWN, or INTERNAL if it says that it is", () => {
  const code = (/** @type {string | null} */ type) =>
    readRest(CHANGE, true, type, "<h1>")?.error?.code;
  assert.equal(code("text/html"), 2);
  assert.equal(code(null), 2);
  assert.equal(code("application/json; charset=utf-8"), 13);
});

test("an error is the body's status with its details", () => {
  const detail = { "@type": OURS, id: "EVENT-bfnrh", message: "x" };
  const other = { "@type": "a.B", list: [1] };
  const body = { code: 9, message: "no (EVENT-bfnrh)", details: [detail, 5, {}, null, other] };
  assert.deepEqual(failure(body), {
    kind: "status",
    code: 9,
    message: "no (EVENT-bfnrh)",
    details: [detail, other],
  });
});

test("ZITADEL's detail has both its fields, even if they are empty", () => {
  const error = failure({ code: 9, details: [{ "@type": OURS }] });
  assert.deepEqual(error?.details, [{ "@type": OURS, id: "", message: "" }]);
});

test("an error without a status in its body tells no more than HTTP does", () => {
  for (const body of [{}, { code: 0 }, { code: 17 }, { code: "9" }, { code: 9.5 }, [9], null, 5]) {
    assert.equal(failure(body), undefined, JSON.stringify(body));
  }
  assert.equal(readRest(CHANGE, false, "text/html", "<h1>"), undefined);
});
