// Crashes of the module, and callers' objects that must not cause one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE_URL, rejection } from "../support/calls.js";
import { cold, warm, withGlobal } from "../support/copies.js";
import { activated, GRPC_WEB, message, never, server, success } from "../support/responses.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A copy whose module traps on the next call of an export after `arm`. */
async function brittle() {
  let isArmed = false;
  const { instantiate } = WebAssembly;
  const copy = await cold();
  // TypeScript has only the overload for bytes.
  /** @type {any} */ (WebAssembly).instantiate = async (/** @type {any[]} */ ...args) => {
    const instance = await /** @type {any} */ (instantiate)(...args);
    const watched = (/** @type {any} */ real) =>
      typeof real === "function"
        ? (/** @type {any[]} */ ...values) => {
            if (isArmed) {
              isArmed = false;
              throw new WebAssembly.RuntimeError("planted");
            }
            return real(...values);
          }
        : real;
    const entries = Object.entries(instance.exports);
    return { exports: Object.fromEntries(entries.map(([name, value]) => [name, watched(value)])) };
  };
  try {
    await copy.preload();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  return { copy, arm: () => (isArmed = true), isArmed: () => isArmed };
}

/** Options of a call in which the module traps. @param {() => void} arm */
const trapping = (arm) => ({
  baseUrl: BASE_URL,
  timeoutMs: 0,
  fetch: async () => {
    arm();
    return message();
  },
});

test("a crash is reported as changed only by changes that were sent", async () => {
  const { copy, arm } = await brittle();
  const waiting = { baseUrl: BASE_URL, timeoutMs: 0, fetch: never };
  const sent = rejection(copy.reactivateOrg("t", "1", waiting));
  const ensured = rejection(copy.ensureOrgActive("t", "1", waiting));
  const read = rejection(copy.getMyOrg("t", "1", waiting));
  const unsent = rejection(copy.reactivateOrg(never, "1", waiting));
  await turn();
  const crashed = await rejection(copy.getMyOrg("t", "1", trapping(arm)));
  for (const [error, mayHaveChanged] of /** @type {const} */ ([
    [await sent, true],
    [await ensured, true],
    [await read, false],
    [await unsent, false],
    [crashed, false],
  ])) {
    assert.deepEqual(
      [error.kind, error.code, error.mayHaveChanged],
      ["protocol", 13, mayHaveChanged],
    );
    assert.equal(/The change may have been applied/.test(error.message), mayHaveChanged);
    assert.match(error.message, /^The WebAssembly module crashed/);
    assert.equal(/** @type {any} */ (error.cause).message, "planted");
  }
  // The next call uses a new instance.
  const next = { baseUrl: BASE_URL, fetch: async () => message() };
  assert.deepEqual(await copy.getMyOrg("t", "1", next), {});
});

test("timers and signals of a crashed module are ignored", async () => {
  const { copy, arm, isArmed } = await brittle();
  const controller = new AbortController();
  const { setTimeout } = globalThis;
  /** @type {(() => void)[]} */
  const timers = [];
  /** @type {any} */ (globalThis).setTimeout = (/** @type {() => void} */ callback) =>
    timers.push(callback);
  try {
    const waiting = { baseUrl: BASE_URL, signal: controller.signal, fetch: never };
    const crashed = rejection(copy.getMyOrg("t", "1", waiting));
    await turn();
    await rejection(copy.getMyOrg("t", "1", trapping(arm)));
    assert.equal((await crashed).code, 13);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assert.ok(timers.length > 0);
  arm();
  controller.abort();
  timers.forEach((fire) => fire());
  await turn();
  assert.ok(isArmed(), "the crashed module was called");
});

test("a crash keeps the finished results of a bulk run", async () => {
  const { copy, arm } = await brittle();
  let count = 0;
  const { fetch } = server({
    ActivateOrganization: () => ((count += 1) > 2 ? never() : activated()),
  });
  const options = { baseUrl: BASE_URL, timeoutMs: 0, fetch };
  const running = copy.ensureOrgsActive("t", ["1", "2", "3", "4", "1", "4"], options);
  while (count < 3) {
    await turn();
  }
  await rejection(copy.getMyOrg("t", "1", trapping(arm)));
  const results = await running;
  assert.deepEqual(
    results.map(({ orgId, activation, error }) => [
      orgId,
      activation?.outcome ?? error?.code,
      error?.mayHaveChanged,
    ]),
    [
      ["1", "reactivated", undefined],
      ["2", "reactivated", undefined],
      ["3", 13, true],
      ["4", 13, false],
      ["1", "reactivated", undefined],
      ["4", 13, false],
    ],
  );
  assert.doesNotMatch(results[3]?.error?.message ?? "", /may have been applied/);
});

/**
 * Runs a call of a copy, and checks that another call of the same instance and the next one succeed.
 *
 * @param {(copy: Awaited<ReturnType<typeof warm>>) => Promise<unknown>} run
 */
async function withoutTrap(run) {
  const copy = await warm();
  /** @type {(response: Response) => void} */
  let respond = () => {};
  const response = new Promise((/** @type {typeof respond} */ resolve) => (respond = resolve));
  const options = { baseUrl: BASE_URL, timeoutMs: 0 };
  const other = copy.getMyOrg("t", "1", { ...options, fetch: () => response });
  const outcome = await run(copy).then(
    (value) => ({ value, error: undefined }),
    async (error) => ({ value: undefined, error: await rejection(Promise.reject(error)) }),
  );
  respond(message());
  assert.deepEqual(await other, {});
  assert.deepEqual(await copy.getMyOrg("t", "1", { ...options, fetch: async () => message() }), {});
  assert.doesNotMatch(outcome.error?.message ?? "", /crashed/);
  return outcome;
}

const BODY = success();
const lying = (/** @type {PropertyDescriptor} */ length) =>
  Object.defineProperty(Uint8Array.from(BODY), "length", length);
const detached = () => {
  const bytes = Uint8Array.from(BODY);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
};
const shared = () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(BODY.length));
  bytes.set(BODY);
  return bytes;
};

/** Chunks of a fetch of the caller's, and whether their bytes can be read. @type {Record<string, [() => unknown, boolean]>} */
const CHUNKS = {
  "an ordinary Uint8Array": [() => BODY, true],
  "a DataView": [() => new DataView(Uint8Array.from(BODY).buffer), true],
  "a Uint8Array whose length is too long": [() => lying({ value: 5e6 }), true],
  "a Uint8Array whose length is too short": [() => lying({ value: 1 }), true],
  "a Uint8Array whose length throws": [
    () =>
      lying({
        get() {
          throw new Error("boo");
        },
      }),
    true,
  ],
  "a Uint8Array of shared memory": [shared, true],
  "a detached Uint8Array": [detached, false],
  "a fake Uint8Array": [() => Object.create(Uint8Array.prototype), false],
  "a proxy of a Uint8Array": [() => new Proxy(Uint8Array.from(BODY), {}), false],
  "a proxy of a DataView": [() => new Proxy(new DataView(new ArrayBuffer(8)), {}), false],
  "a string": [() => "abc", false],
  "an array": [() => [...BODY], false],
  "a symbol": [() => Symbol("x"), false],
  null: [() => null, false],
};

for (const [name, [chunk, isReadable]] of Object.entries(CHUNKS)) {
  test(`a chunk that is ${name} is ${isReadable ? "read" : "rejected"}`, async () => {
    const fetch = async () => {
      let isRead = false;
      const read = async () => {
        const result = { done: isRead, value: isRead ? undefined : chunk() };
        isRead = true;
        return result;
      };
      const reader = { read, cancel: async () => {}, releaseLock() {} };
      const headers = new Headers(GRPC_WEB);
      return /** @type {any} */ ({ status: 200, headers, body: { getReader: () => reader } });
    };
    const { value, error } = await withoutTrap((copy) =>
      copy.reactivateOrg("t", "1", { baseUrl: BASE_URL, timeoutMs: 0, fetch }),
    );
    if (isReadable) {
      assert.deepEqual(value, {});
    } else {
      assert.deepEqual([error?.kind, error?.code, error?.mayHaveChanged], ["transport", 14, true]);
    }
  });
}

test("a URL class that calls the client does not crash it", async () => {
  const options = { fetch: async () => message() };
  /** @type {Promise<unknown>[]} */
  const nested = [];
  const { value } = await withoutTrap((copy) => {
    class Nested extends URL {
      /** @param {string} url */
      constructor(url) {
        super(url);
        if (nested.length === 0) {
          nested.push(Promise.resolve());
          nested.push(copy.getMyOrg("t", "1", { ...options, baseUrl: "https://nested.example" }));
        }
      }
    }
    const run = () => copy.reactivateOrg("t", "1", { ...options, baseUrl: "https://a.example/b" });
    return withGlobal("URL", Nested, run);
  });
  assert.deepEqual(value, {});
  await Promise.all(nested);
});

test("a getter that calls the client does not crash it", async () => {
  const options = { baseUrl: BASE_URL, fetch: async () => message() };
  /** @type {Promise<unknown>[]} */
  const nested = [];
  const { value } = await withoutTrap((copy) =>
    copy.reactivateOrg("t", "1", {
      ...options,
      get language() {
        nested.push(copy.getMyOrg("t", "1", options));
        return "de";
      },
    }),
  );
  assert.deepEqual(value, {});
  assert.deepEqual(await Promise.all(nested), [{}]);
});

test("a getter that recurses without end is an invalid argument", async () => {
  const { error } = await withoutTrap((copy) =>
    copy.reactivateOrg("t", "1", {
      get baseUrl() {
        return /** @type {string} */ (this.baseUrl);
      },
    }),
  );
  assert.deepEqual(
    [error?.kind, /** @type {any} */ (error?.cause)?.name],
    ["invalid-argument", "RangeError"],
  );
});

/** Globals that a page breaks after the package was loaded. @type {Record<string, unknown>} */
const BROKEN = {
  performance: {
    now() {
      throw new Error("no clock");
    },
  },
  Date: {},
  JSON: {
    parse() {
      throw new Error("no");
    },
    stringify() {
      throw new Error("no");
    },
  },
};

for (const [name, value] of Object.entries(BROKEN)) {
  test(`a page that replaces ${name} later does not break calls`, async () => {
    const copy = await warm();
    const responses = [message(), message()];
    const options = { baseUrl: BASE_URL, fetch: async () => responses.pop() ?? Response.error() };
    await withGlobal(name, value, async () => {
      assert.deepEqual(await copy.getMyOrg("t", "1", options), {});
      const { result } = await copy.listOrganizations("t", { queries: [] }, options);
      assert.deepEqual(result, []);
    });
  });
}

for (const depth of [1000, 100_000, 1_000_000]) {
  test(`a JSON detail nested ${depth} deep is omitted or read`, async () => {
    const detail =
      '{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"EVENT-bfnrh","message":"m"}';
    const nested = `{"@type":"a","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const body = `{"code":9,"message":"m (EVENT-bfnrh)","details":[${detail},${nested}]}`;
    const headers = { "content-type": "application/json" };
    const fetch = async () => new Response(body, { status: 400, headers });
    const { error } = await withoutTrap((copy) =>
      copy.reactivateOrg("t", "1", { baseUrl: BASE_URL, timeoutMs: 0, protocol: "json", fetch }),
    );
    assert.deepEqual(
      [error?.kind, error?.code, error?.id, error?.mayHaveChanged],
      ["status", 9, "EVENT-bfnrh", false],
    );
  });
}
