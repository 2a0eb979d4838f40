// Bulk runs: results, progress and the reasons to stop.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { ensureOrgsActive, getMyOrg, preload } from "zitadel-org-web";

import { BASE_URL, rejection } from "../support/calls.js";
import { cold, withGlobal } from "../support/copies.js";
import { activated, lost, message, never, server, status } from "../support/responses.js";

await preload();

const run = promisify(execFile);
const IDS = ["1", "2", "3", "4", "5"];

/** @param {Iterable<string>} ids @param {any} [options] */
const activate = (ids, options) => {
  const { fetch } = server({ ActivateOrganization: activated });
  return ensureOrgsActive("t", ids, { baseUrl: BASE_URL, timeoutMs: 0, fetch, ...options });
};

/** @param {import("zitadel-org-web").OrgActivationResult[]} results */
const outcomes = (results) =>
  results.map(({ activation, error }) => activation?.outcome ?? error?.kind);

test("a bulk run activates one organization at a time by default", async () => {
  for (const [concurrency, expected] of [
    [undefined, 1],
    [null, 1],
    [3, 3],
    [100, 5],
  ]) {
    let open = 0;
    let most = 0;
    const fetch = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return activated();
    };
    await activate(IDS, { fetch, concurrency });
    assert.equal(most, expected, String(concurrency));
  }
});

test("concurrency must be an integer from 1 to 100", async () => {
  for (const concurrency of [0, -0, -1, 1.5, 101, NaN, Infinity, "4", 4n, {}, 1e-9]) {
    const error = await rejection(activate(IDS, { concurrency }));
    assert.deepEqual([error.kind, error.mayHaveChanged], ["invalid-argument", false]);
    assert.match(error.message, /^concurrency must/);
  }
});

test("a repeated id shares one activation and one result", async () => {
  const { fetch, calls } = server({ ActivateOrganization: activated });
  /** @type {any[]} */
  const progress = [];
  const onProgress = (/** @type {any} */ { done, total, last }) =>
    progress.push([done, total, last.orgId]);
  const results = await activate(["2", "1", "2", "2"], { fetch, onProgress });
  assert.deepEqual(
    results.map(({ orgId }) => orgId),
    ["2", "1", "2", "2"],
  );
  assert.deepEqual([results[2], results[3]], [results[0], results[0]]);
  assert.equal(calls.length, 2);
  assert.deepEqual(progress, [
    [1, 2, "2"],
    [2, 2, "1"],
  ]);
});

test("ids come from any iterable of strings", async () => {
  function* generator() {
    yield* IDS;
  }
  for (const ids of [IDS, new Set(IDS), new Map(IDS.map((id) => [id, 0])).keys(), generator()]) {
    assert.deepEqual(
      (await activate(ids)).map(({ orgId }) => orgId),
      IDS,
    );
  }
  assert.deepEqual(await activate([]), []);
});

test("ids that cannot be read reject the run before anything is sent", async () => {
  async function* asynchronous() {
    yield "1";
  }
  function* throwing() {
    yield "1";
    throw new RangeError("middle");
  }
  const fetch = () => assert.fail("sent");
  for (const [ids, message, cause] of /** @type {[any, RegExp, string?][]} */ ([
    [undefined, /^orgIds must be an iterable of strings\.$/],
    ["123", /^orgIds must be an iterable of strings\.$/],
    [asynchronous(), /^orgIds must be an iterable of strings\.$/],
    [throwing(), /^orgIds could not be read/, "middle"],
    [[1, 2], /^orgIds\[0\] must be a string\.$/],
    [["1", null], /^orgIds\[1\] must be a string\.$/],
    [[, "1"], /^orgIds\[0\] must be a string\.$/],
  ])) {
    const error = await rejection(activate(ids, { fetch }));
    assert.equal(error.kind, "invalid-argument");
    assert.match(error.message, message);
    assert.equal(/** @type {any} */ (error.cause)?.message, cause);
  }
});

test("an invalid id is named by its position, and nothing is sent", async () => {
  const fetch = () => assert.fail("sent");
  for (const wrong of ["", " 7", "7 ", ".", "..", "ü", "7\n"]) {
    const error = await rejection(activate(["7", wrong], { fetch }));
    assert.equal(error.kind, "invalid-argument", wrong);
    assert.match(error.message, /^orgIds\[1\] must/);
  }
});

test("an endless iterable is rejected before memory is exhausted", async () => {
  const script = `
    import { ensureOrgsActive, listOrganizations, reactivateOrg } from "zitadel-org-web";
    function* endless(item) {
      while (true) yield item;
    }
    const options = { baseUrl: "https://z.example", fetch: async () => new Response() };
    const calls = [
      () => ensureOrgsActive("t", endless("1"), options),
      () => reactivateOrg("t", "1", { ...options, headers: endless(["x-a", "1"]) }),
      () => reactivateOrg("t", "1", { ...options, headers: [endless("x")] }),
      () => listOrganizations("t", { queries: new Proxy([], { get: (_, name) => name === "length" ? 2 ** 32 - 1 : undefined }) }, options),
    ];
    for (const call of calls) {
      const { kind, message } = await call().catch((error) => error);
      console.log(kind, message);
    }`;
  const args = ["--max-old-space-size=200", "--input-type=module", "--eval", script];
  const { stdout } = await run("node", args, { cwd: "tests" });
  assert.deepEqual(stdout.trim().split("\n"), [
    "invalid-argument orgIds must have at most 1000000 items.",
    "invalid-argument headers must have at most 1000000 items.",
    "invalid-argument headers must have at most 1000000 items.",
    "invalid-argument request must have at most 100000 values.",
  ]);
});

test("an exception or a rejection of onProgress is ignored", async () => {
  /** @type {unknown[]} */
  const unhandled = [];
  const onUnhandled = (/** @type {unknown} */ reason) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  for (const onProgress of [
    () => {
      throw new Error("boo");
    },
    async () => {
      throw new Error("boo");
    },
    () => ({
      then() {
        throw new Error("boo");
      },
    }),
  ]) {
    const results = await activate(IDS, { onProgress });
    assert.deepEqual(
      outcomes(results),
      IDS.map(() => "reactivated"),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off("unhandledRejection", onUnhandled);
  assert.deepEqual(unhandled, []);
});

test("onProgress may call the client and change its argument", async () => {
  /** @type {Promise<unknown>[]} */
  const nested = [];
  const options = { baseUrl: BASE_URL, fetch: async () => message() };
  const results = await activate(IDS, {
    onProgress: (/** @type {any} */ progress) => {
      nested.push(getMyOrg("t", progress.last.orgId, options), activate(["9"]));
      progress.last.orgId = "changed";
      progress.last.activation = null;
      progress.done = 99;
    },
  });
  assert.deepEqual(
    results.map(({ orgId, activation }) => [orgId, activation?.outcome]),
    IDS.map((id) => [id, "reactivated"]),
  );
  assert.equal((await Promise.all(nested)).length, 10);
});

test("onProgress may abort the run, which keeps its results", async () => {
  const controller = new AbortController();
  const seen = /** @type {number[]} */ ([]);
  const results = await activate(IDS, {
    signal: controller.signal,
    onProgress: (/** @type {any} */ { done }) => {
      seen.push(done);
      if (done === 2) {
        controller.abort("enough");
      }
    },
  });
  const expected = ["reactivated", "reactivated", "aborted", "aborted", "aborted"];
  assert.deepEqual(outcomes(results), expected);
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  assert.ok(results.every(({ error }) => !error || error.cause === "enough"));
});

/** Failures that stop a run, and the requests that it takes to notice. @type {Record<string, { respond: () => any, kind: string }>} */
const STOPS = {
  "Retry-After on HTTP 429": {
    respond: () => new Response("busy", { status: 429, headers: { "retry-after": "60" } }),
    kind: "status",
  },
  "Retry-After on HTTP 503": {
    respond: () => new Response("busy", { status: 503, headers: { "retry-after": "60" } }),
    kind: "status",
  },
  "a rejected token": { respond: () => status(16), kind: "status" },
};

for (const [name, { respond, kind }] of Object.entries(STOPS)) {
  test(`${name} stops a run after one request`, async () => {
    const { fetch, calls } = server({ "*": respond });
    const ids = Array.from({ length: 40 }, (_, index) => String(index));
    const results = await activate(ids, { fetch });
    assert.deepEqual(
      results.map(({ error }) => [error?.kind, error?.mayHaveChanged]),
      ids.map((_, index) => [kind, index === 0 && results[0]?.error?.mayHaveChanged]),
    );
    assert.equal(calls.length, 1);
  });
}

test("a missing connection stops a run after several organizations", async () => {
  const ids = Array.from({ length: 40 }, (_, index) => String(index));
  const { fetch, calls } = server({ "*": lost });
  const results = await activate(ids, { fetch, timeoutMs: 20 });
  const changes = calls.filter((method) => method === "ActivateOrganization");
  assert.ok(changes.length > 1 && changes.length < 10, String(changes.length));
  assert.deepEqual(new Set(outcomes(results)), new Set(["transport"]));
  const unsent = results.filter(({ error }) => error && !error.mayHaveChanged);
  assert.equal(unsent.length, ids.length - changes.length);
});

test("one lost connection does not stop a run", async () => {
  let isFirst = true;
  const { fetch } = server({
    ActivateOrganization: () => {
      const isLost = isFirst;
      isFirst = false;
      return isLost ? lost() : activated();
    },
    GetMyOrg: lost,
  });
  const results = await activate(IDS, { fetch, timeoutMs: 20 });
  assert.deepEqual(outcomes(results).slice(1), Array(4).fill("reactivated"));
});

for (const isLoaded of [true, false]) {
  const when = isLoaded ? "after" : "before";
  test(`stopping 10,000 organizations ${when} the module is loaded does not block the page`, async () => {
    // Each reading of this clock takes a millisecond, so the number of turns does not depend on the machine.
    let ms = 0;
    const { performance } = globalThis;
    const clock = { now: () => (ms += 1), timeOrigin: performance.timeOrigin };
    const copy = await withGlobal("performance", clock, cold);
    if (isLoaded) {
      await copy.preload();
    }
    const controller = new AbortController();
    const ids = Array.from({ length: 10_000 }, (_, index) => String(index));
    const options = { baseUrl: BASE_URL, timeoutMs: 0, fetch: never, signal: controller.signal };
    const running = copy.ensureOrgsActive("t", ids, options);
    if (isLoaded) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    controller.abort("enough");
    let turns = 0;
    let isDone = false;
    const tick = () => {
      turns += isDone ? 0 : 1;
      if (!isDone) {
        setTimeout(tick, 0);
      }
    };
    tick();
    const results = await running;
    isDone = true;
    assert.equal(results.length, ids.length);
    assert.ok(results.every(({ error }) => error?.kind === "aborted"));
    // The run may block the page for at most 50 ms at a time.
    assert.ok(turns >= ids.length / 50, String(turns));
  });
}
