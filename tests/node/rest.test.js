// REST responses as values and errors, through the public functions.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { BASE_URL, rejection, RPCS } from "../support/calls.js";

const ZITADEL = "type.googleapis.com/zitadel.v1.ErrorDetail";

/**
 * Makes a call that gets a response.
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

test("the response to a change is returned", async () => {
  const body = {
    details: { sequence: "7", changeDate: "2026-07-10T09:52:56.123456Z", resourceOwner: "1" },
  };
  assert.deepEqual(await change(body), body);
});

test("missing members have defaults, unknown ones are omitted", async () => {
  assert.deepEqual(await change({}), {});
  assert.deepEqual(await change({ details: null, new: 1 }), {});
  assert.deepEqual(await details({ sequence: null, new: [] }), {
    sequence: "0",
    resourceOwner: "",
  });
});

test("a uint64 must be a decimal string or an exact number", async () => {
  for (const [value, sequence] of [
    ["18446744073709551615", "18446744073709551615"],
    [9007199254740991, "9007199254740991"],
    ["007", "7"],
    [0, "0"],
  ]) {
    assert.equal((await details({ sequence: value })).sequence, sequence);
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

test("a date must be RFC 3339, and is returned in UTC", async () => {
  for (const changeDate of [
    "2026-07-10T09:52:56Z",
    "0001-01-01T00:00:00.123Z",
    "9999-12-31T23:59:59.123456789Z",
  ]) {
    assert.equal((await details({ changeDate })).changeDate, changeDate);
  }
  for (const [date, expected] of [
    // 3, 6 or 9 digits.
    ["2026-07-10T09:52:56.1Z", "2026-07-10T09:52:56.100Z"],
    // proto3's JSON mapping also accepts offsets.
    ["2026-07-10T09:52:56+02:00", "2026-07-10T07:52:56Z"],
    ["2026-07-10T23:52:56.5-00:30", "2026-07-11T00:22:56.500Z"],
  ]) {
    assert.equal((await details({ changeDate: date })).changeDate, expected);
  }
  for (const changeDate of [
    "",
    "yesterday",
    "2026-07-10",
    "2026-07-10T09:52:56",
    "2026-07-10T09:52:56+0200",
    "2026-07-10T09:52:56+24:00",
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

test("an unknown state stays a number, or reads as zero by name", async () => {
  assert.equal(await state("ORG_STATE_ACTIVE"), "ORG_STATE_ACTIVE");
  assert.equal(await state(2), "ORG_STATE_INACTIVE");
  assert.equal(await state(undefined), "ORG_STATE_UNSPECIFIED");
  assert.equal(await state(9), 9);
  assert.equal(await state(-9), -9);
  // An unknown name has no number that could be passed through.
  for (const unknown of ["ORG_STATE_LOCKED", "length", "__proto__", ""]) {
    assert.equal(await state(unknown), "ORG_STATE_UNSPECIFIED");
  }
  for (const wrong of [1.5, 2 ** 31, true, {}, []]) {
    await isInternal(state(wrong), JSON.stringify(wrong));
  }
});

test("JSON of another shape is INTERNAL", async () => {
  for (const body of [[], null, 5, "x", { details: 5 }, { details: [] }, { error: "invalid" }]) {
    await isInternal(change(body), JSON.stringify(body));
  }
});

test("a page is UNKNOWN, and malformed JSON is INTERNAL", async () => {
  const code = async (/** @type {string | null} */ type, body = "<h1>") =>
    (await rejection(call("reactivateOrg", body, type))).code;
  assert.equal(await code("text/html"), 2);
  assert.equal(await code("text/html", "{}"), 2);
  assert.equal(await code("application/json; charset=utf-8"), 13);
});

test("a status in an HTTP 200 is an error", async () => {
  const error = await rejection(change({ code: 16, message: "Errors.Token.Invalid (AUTH-7fs1e)" }));
  assert.deepEqual(
    [error.kind, error.code, error.id, error.httpStatus],
    ["status", 16, "AUTH-7fs1e", 200],
  );
});

test("an error has the status and the details of its body", async () => {
  const detail = { "@type": ZITADEL, id: "EVENT-bfnrh", message: "x" };
  const other = { "@type": "a.B", list: [1] };
  const body = { code: 9, message: "no (EVENT-bfnrh)", details: [detail, 5, {}, null, other] };
  const error = await failure(body);
  assert.deepEqual(
    [error.kind, error.code, error.message, error.details],
    ["status", 9, "no (EVENT-bfnrh)", [detail, other]],
  );
});

test("ZITADEL's detail has both fields, or is omitted", async () => {
  const { details } = await failure({ code: 9, details: [{ "@type": ZITADEL }] });
  assert.deepEqual(details, [{ "@type": ZITADEL, id: "", message: "" }]);
  const wrong = await failure({ code: 9, details: [{ "@type": ZITADEL, id: 7 }] });
  assert.deepEqual(wrong.details, []);
});

test("an error without a status has the code of its HTTP status", async () => {
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

const REFUSAL = {
  code: 9,
  message: "Organisation is already active (EVENT-bfnrh)",
  details: [{ "@type": ZITADEL, id: "EVENT-bfnrh", message: "Organisation is already active" }],
};

/** A fetch whose response has its body in chunks. @param {(controller: ReadableStreamDefaultController) => unknown} start */
const streamed = (start, status = 400) => ({
  baseUrl: BASE_URL,
  protocol: /** @type {const} */ ("json"),
  timeoutMs: 0,
  fetch: async () =>
    new Response(new ReadableStream({ start: (controller) => void start(controller) }), {
      status,
      headers: { "content-type": "application/json" },
    }),
});

test("an error over 64 KiB is the same however it is cut", async () => {
  const debug = { "@type": "type.googleapis.com/google.rpc.DebugInfo", detail: "x".repeat(70_000) };
  const body = Buffer.from(JSON.stringify({ ...REFUSAL, details: [...REFUSAL.details, debug] }));
  for (const size of [body.length, 65_535, 16_384, 1000]) {
    const options = streamed((controller) => {
      for (let at = 0; at < body.length; at += size) {
        controller.enqueue(Uint8Array.from(body.subarray(at, at + size)));
      }
      controller.close();
    });
    const error = await rejection(RPCS.deactivateOrg("t", "1", options));
    assert.deepEqual(
      [error.kind, error.code, error.id, error.mayHaveChanged, error.details.length],
      ["status", 9, "EVENT-bfnrh", false, 2],
      String(size),
    );
  }
});

test("an error is read up to 4 MiB", async () => {
  const limit = 4 * 1024 * 1024;
  const sized = (/** @type {number} */ length) => {
    const start = JSON.stringify({ ...REFUSAL, x: "" }).slice(0, -2);
    const body = Buffer.from(`${start}${"x".repeat(length - start.length - 2)}"}`);
    assert.equal(body.length, length);
    return streamed((controller) => {
      controller.enqueue(Uint8Array.from(body));
      controller.close();
    });
  };
  const error = await rejection(RPCS.deactivateOrg("t", "1", sized(limit)));
  assert.deepEqual([error.kind, error.code, error.id], ["status", 9, "EVENT-bfnrh"]);
  // The status is unknown, so the change may have been applied.
  const larger = await rejection(RPCS.deactivateOrg("t", "1", sized(limit + 1)));
  assert.deepEqual([larger.httpStatus, larger.mayHaveChanged], [400, true]);
  assert.notEqual(larger.id, "EVENT-bfnrh");
});

test("an error whose body comes after its head has the body's status", async () => {
  for (const [status, refusal] of /** @type {const} */ ([
    [400, REFUSAL],
    [404, { code: 5, message: "membership not found (AUTHZ-cdgFk)" }],
    [409, { code: 10, message: "aborted" }],
    [429, { code: 8, message: "Quota.Access.Exhausted (QUOTA-vjAy8)" }],
  ])) {
    mock.timers.enable({ apis: ["setTimeout"] });
    /** @type {ReadableStreamDefaultController | undefined} */
    let body;
    const options = streamed((controller) => (body = controller), status);
    const failed = rejection(RPCS.activateOrganization("t", "7", options));
    // A separate time limit for an error's body would pass here.
    for (let turns = 0; turns < 20; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(1000);
    }
    mock.timers.reset();
    body?.enqueue(Buffer.from(JSON.stringify(refusal)));
    body?.close();
    const error = await failed;
    assert.deepEqual([error.code, error.message], [refusal.code, refusal.message]);
  }
});

test("an error whose body never ends is aborted by the deadline", async () => {
  const options = { ...streamed(() => {}), timeoutMs: 20 };
  const error = await rejection(RPCS.deactivateOrg("t", "1", options));
  assert.deepEqual([error.kind, error.mayHaveChanged], ["timeout", true]);
});
