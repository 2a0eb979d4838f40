// Signals and deadlines of calls.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { mock, test } from "node:test";

import { ensureOrgActive, ensureOrgsActive, preload, reactivateOrg } from "zitadel-org-web";

import { BASE_URL, rejection, RPCS } from "../support/calls.js";
import { activated, lost, message, never, org, server, status } from "../support/responses.js";

/** @param {any} [options] */
const call = (options) =>
  RPCS.reactivateOrg("t", "1", { baseUrl: BASE_URL, timeoutMs: 0, fetch: never, ...options });

// A cold call would still wait for the module when the signal aborts.
await preload();

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("an aborted call ends with the signal's reason", async () => {
  const controller = new AbortController();
  const failed = rejection(call({ signal: controller.signal }));
  await turn();
  controller.abort("enough");
  const error = await failed;
  assert.deepEqual(
    [error.kind, error.code, error.cause, error.mayHaveChanged, error.retriable],
    ["aborted", 1, "enough", true, false],
  );
});

/** Calls that share a signal with another, and end first. @type {Record<string, (signal: AbortSignal) => Promise<unknown>>} */
const FIRST = {
  "a call that succeeds": (signal) => call({ signal, fetch: async () => message() }),
  "a call that is refused": (signal) => rejection(call({ signal, fetch: async () => status(7) })),
  "a call that times out": (signal) => rejection(call({ signal, timeoutMs: 5 })),
  "a bulk run": (signal) =>
    ensureOrgsActive("t", ["1", "2"], {
      baseUrl: BASE_URL,
      signal,
      fetch: server({ "*": activated }).fetch,
    }),
};

for (const [name, first] of Object.entries(FIRST)) {
  test(`a signal still aborts other calls after ${name}`, async () => {
    await preload();
    const controller = new AbortController();
    const { signal } = controller;
    const single = rejection(call({ signal }));
    const run = ensureOrgsActive("t", ["1", "2", "3"], {
      baseUrl: BASE_URL,
      signal,
      timeoutMs: 0,
      fetch: never,
    });
    await turn();
    await first(signal);
    await turn();
    assert.equal(getEventListeners(signal, "abort").length, 1);
    // Without a deadline, a call that misses the abort never ends.
    controller.abort("enough");
    assert.equal((await single).kind, "aborted");
    assert.deepEqual(
      (await run).map(({ error }) => error?.kind),
      ["aborted", "aborted", "aborted"],
    );
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
}

test("an abort event before the abort is ignored", async () => {
  const controller = new AbortController();
  const failed = rejection(call({ signal: controller.signal }));
  await turn();
  controller.signal.dispatchEvent(new Event("abort"));
  await turn();
  controller.abort("enough");
  assert.deepEqual([(await failed).kind, (await failed).cause], ["aborted", "enough"]);
});

test("nothing is sent after an abort whose event another listener stops", async () => {
  const controller = new AbortController();
  controller.signal.addEventListener("abort", (event) => event.stopImmediatePropagation());
  let count = 0;
  const fetch = async () => {
    count += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort("enough");
    return activated();
  };
  const { signal } = controller;
  const options = { baseUrl: BASE_URL, fetch, signal, concurrency: 1 };
  const results = await ensureOrgsActive("t", ["1", "2", "3"], options);
  assert.equal(count, 1);
  assert.deepEqual(
    results.slice(1).map((/** @type {any} */ { error }) => [error.kind, error.cause]),
    [
      ["aborted", "enough"],
      ["aborted", "enough"],
    ],
  );
});

test("a timer that could not be cleared does nothing", async (t) => {
  /** @type {(() => void)[]} */
  const wakes = [];
  t.mock.method(globalThis, "setTimeout", (/** @type {() => void} */ wake) => wakes.push(wake));
  t.mock.method(globalThis, "clearTimeout", () => {});
  const options = { baseUrl: BASE_URL, fetch: async () => activated() };
  await RPCS.activateOrganization("t", "1", options);
  /** @type {(value: unknown) => void} */
  let respond = () => {};
  const fetch = () => new Promise((resolve) => (respond = resolve));
  const call = RPCS.activateOrganization("t", "1", { ...options, fetch, timeoutMs: 0 });
  await turn();
  assert.ok(wakes.length > 0);
  wakes.forEach((wake) => wake());
  respond(activated());
  await call;
});

test("a signal needs no removeEventListener", async () => {
  const signal = { aborted: false, addEventListener() {} };
  assert.equal((await rejection(call({ signal, timeoutMs: 20 }))).kind, "timeout");
});

test("a deadline passes under faked timers with a real clock", async () => {
  await preload();
  mock.timers.enable({ apis: ["setTimeout"] });
  const failed = rejection(call({ timeoutMs: 60_000 }));
  await Promise.resolve();
  mock.timers.tick(60_001);
  const { kind } = await failed;
  mock.timers.reset();
  assert.equal(kind, "timeout");
});

test("the caller's fetch may abort the signal during the call", async () => {
  const controller = new AbortController();
  const fetch = () => {
    controller.abort("enough");
    return never();
  };
  const error = await rejection(call({ signal: controller.signal, fetch }));
  assert.deepEqual([error.kind, error.cause], ["aborted", "enough"]);
});

/**
 * Token functions that abort the signal, and the number of requests before.
 *
 * @type {Record<string, [(controller: AbortController) => any, number]>}
 */
const ABORTING_TOKENS = {
  "a token": [
    (controller) => () => {
      controller.abort("logged out");
      return "t";
    },
    0,
  ],
  "a promise": [
    (controller) => async () => {
      controller.abort("logged out");
      return "t";
    },
    0,
  ],
  "a second token": [
    (controller) =>
      (/** @type {any} */ { previous }) => {
        if (previous) {
          controller.abort("logged out");
        }
        return previous ? "t2" : "t1";
      },
    1,
  ],
};

for (const [name, [token, expected]] of Object.entries(ABORTING_TOKENS)) {
  test(`nothing is sent after a token function aborts and returns ${name}`, async () => {
    const controller = new AbortController();
    const options = { baseUrl: BASE_URL, timeoutMs: 0, signal: controller.signal };
    const { fetch, calls } = server({ "*": () => status(16) });
    const error = await rejection(
      RPCS.deactivateOrg(token(controller), "1", { ...options, fetch }),
    );
    assert.deepEqual(
      [error.kind, error.cause, error.mayHaveChanged, calls.length],
      ["aborted", "logged out", false, expected],
    );
    const run = new AbortController();
    const bulk = server({ "*": () => status(16) });
    const results = await ensureOrgsActive(token(run), ["1", "2", "3", "4", "5", "6"], {
      ...options,
      signal: run.signal,
      fetch: bulk.fetch,
    });
    assert.deepEqual(new Set(results.map(({ error }) => error?.kind)), new Set(["aborted"]));
    assert.equal(bulk.calls.length, expected);
  });
}

/** Steps of ensureOrgActive during which the signal aborts. @type {Record<string, Record<string, () => unknown>>} */
const STEPS = {
  change: { ActivateOrganization: never },
  "read after a refusal": {
    ActivateOrganization: () => status(9, "x (EVENT-x1234)"),
    GetMyOrg: never,
  },
  "read after a lost response": { ActivateOrganization: lost, GetMyOrg: never },
  list: { ActivateOrganization: lost, GetMyOrg: () => status(12), ListOrganizations: never },
  "pause between reads": { ActivateOrganization: lost, GetMyOrg: () => org("7", 2) },
};

for (const [step, routes] of Object.entries(STEPS)) {
  test(`ensureOrgActive is aborted during the ${step}`, async () => {
    const controller = new AbortController();
    const last = Object.keys(routes).at(-1) ?? "";
    const { fetch } = server({
      ...routes,
      [last]: () => {
        setImmediate(() => setImmediate(() => controller.abort("left")));
        return routes[last]?.();
      },
    });
    const options = { baseUrl: BASE_URL, timeoutMs: 0, fetch, signal: controller.signal };
    const error = await rejection(ensureOrgActive("t", "7", options));
    assert.deepEqual([error.kind, error.code, error.cause], ["aborted", 1, "left"]);
  });
}

test("an abort ends a call whose response always has another chunk ready", async () => {
  const controller = new AbortController();
  let chunks = 0;
  const pull = (/** @type {ReadableStreamDefaultController} */ stream) => {
    chunks += 1;
    if (chunks === 1) {
      setTimeout(() => controller.abort("enough"), 1);
    }
    // Without a turn of the event loop, the abort would never come.
    if (chunks > 200_000) {
      stream.close();
    } else {
      stream.enqueue(new Uint8Array(0));
    }
  };
  const headers = { "content-type": "application/grpc-web+proto" };
  const fetch = async () => new Response(new ReadableStream({ pull }), { headers });
  const options = { baseUrl: BASE_URL, fetch, signal: controller.signal, timeoutMs: 0 };
  await assert.rejects(reactivateOrg("t", "1", options), { kind: "aborted" });
});
