// Loading the module: the first call behaves like any other.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";

import { isZitadelError } from "zitadel-org-web";

import { BASE_URL, rejection } from "../support/calls.js";
import { cold, warm, withCompile } from "../support/copies.js";
import { activated, message, never, server } from "../support/responses.js";

const run = promisify(execFile);
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A signal that aborts soon. AbortSignal.timeout does not keep the process alive. */
function abortSoon() {
  const controller = new AbortController();
  setTimeout(() => controller.abort("enough"), 5);
  return controller.signal;
}

const OPTIONS = { baseUrl: BASE_URL, fetch: async () => message() };

/** Describes an outcome. @param {Promise<any>} call */
const outcome = (call) =>
  call.then(
    (value) => ({ value }),
    (error) => ({
      isZitadelError: isZitadelError(error),
      kind: error.kind,
      code: error.code,
      message: error.message,
      cause: String(error.cause),
      retriable: error.retriable,
      mayHaveChanged: error.mayHaveChanged,
    }),
  );

const throwing = () => {
  throw new RangeError("boo");
};

/** Odd values of options that the loader reads. @type {Record<string, () => Record<string, unknown>>} */
const ODD = {
  "timeoutMs is a bigint": () => ({ timeoutMs: 5n }),
  "timeoutMs is a symbol": () => ({ timeoutMs: Symbol("x") }),
  "timeoutMs is an object whose valueOf throws": () => ({ timeoutMs: { valueOf: throwing } }),
  "timeoutMs is a numeric string": () => ({ timeoutMs: "20" }),
  "timeoutMs is negative": () => ({ timeoutMs: -1 }),
  "timeoutMs is NaN": () => ({ timeoutMs: NaN }),
  "timeoutMs is infinite": () => ({ timeoutMs: Infinity }),
  "timeoutMs is longer than a timer": () => ({ timeoutMs: 2 ** 40 }),
  "timeoutMs throws": () => Object.defineProperty({}, "timeoutMs", { get: throwing }),
  "timeoutMs is null": () => ({ timeoutMs: null }),
  "signal is a number": () => ({ signal: 5 }),
  "signal is an empty object": () => ({ signal: {} }),
  "signal has aborted": () => ({ signal: AbortSignal.abort("reason") }),
  "signal throws": () => Object.defineProperty({}, "signal", { get: throwing }),
  "signal.aborted throws": () => ({
    signal: Object.defineProperty({}, "aborted", { get: throwing }),
  }),
  "signal.addEventListener throws": () => ({
    signal: { aborted: false, addEventListener: throwing, removeEventListener() {} },
  }),
  "signal.removeEventListener throws": () => ({
    signal: { aborted: false, addEventListener() {}, removeEventListener: throwing },
  }),
  "signal.removeEventListener is missing": () => ({
    signal: { aborted: false, addEventListener() {} },
  }),
  "signal.reason throws": () => ({
    signal: Object.defineProperty(
      { aborted: true, addEventListener() {}, removeEventListener() {} },
      "reason",
      { get: throwing },
    ),
  }),
  "options are a number": () => /** @type {any} */ (5),
  "options are a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};

/** Two faults of one call: the signal has aborted, and an argument is wrong. @type {Record<string, any[]>} */
const ABORTED_AND_WRONG = {
  "the base URL": ["t", "1", { baseUrl: "ftp://x" }],
  "the timeout": ["t", "1", { timeoutMs: -1 }],
  "the type of an option": ["t", "1", { protocol: 5 }],
  "the token": ["", "1", {}],
  "the token's type": [5, "1", {}],
  "the id": ["t", "..", {}],
  "the id's type": ["t", {}, {}],
};

for (const [name, [token, target, options]] of Object.entries(ABORTED_AND_WRONG)) {
  test(`a cold call ends as a warm one if its signal has aborted and ${name} is wrong`, async () => {
    const abortedOptions = () => ({ ...OPTIONS, signal: AbortSignal.abort("reason"), ...options });
    /** @type {((copy: any) => Promise<any>)[]} */
    const calls = [
      (copy) => copy.reactivateOrg(token, target, abortedOptions()),
      (copy) => copy.ensureOrgActive(token, target, abortedOptions()),
      (copy) => copy.ensureOrgsActive(token, [target], abortedOptions()),
    ];
    for (const call of calls) {
      const copy = await warm();
      const expected = await outcome(call(copy));
      assert.deepEqual(await outcome(call(await cold())), expected);
      // The aborted call left the loaded module in use.
      assert.deepEqual(await outcome(call(copy)), expected);
    }
  });
}

for (const [name, options] of Object.entries(ODD)) {
  test(`a cold call ends as a warm one if ${name}`, async () => {
    const [first, second] = [await cold(), await warm()];
    /** @param {any} copy @param {any} options */
    const single = (copy, options) => outcome(copy.reactivateOrg("t", "1", options));
    /** @param {any} copy @param {any} options */
    const bulk = (copy, options) => outcome(copy.ensureOrgsActive("t", [], options));
    /** @param {any} copy @param {any} options */
    const bound = (copy, options) => outcome(copy.createOrgClient(options).reactivateOrg("1"));
    for (const call of [single, bulk, bound]) {
      const merged = () => {
        const odd = options();
        const isPlain = typeof odd === "object" && !name.includes("revoked");
        const all = { token: "t", ...OPTIONS };
        return isPlain ? Object.defineProperties(all, Object.getOwnPropertyDescriptors(odd)) : odd;
      };
      const copy = call === single ? first : await cold();
      const [whenCold, whenWarm] = [await call(copy, merged()), await call(second, merged())];
      assert.deepEqual(whenCold, whenWarm);
      assert.notEqual(/** @type {any} */ (whenCold).isZitadelError, false);
    }
  });
}

test("concurrent first calls load the module once", async () => {
  let count = 0;
  const copy = await cold();
  await withCompile(
    (compile) => (bytes) => {
      count += 1;
      return compile(bytes);
    },
    () => Promise.all([copy.preload(), copy.reactivateOrg("t", "1", OPTIONS), copy.preload()]),
  );
  await copy.reactivateOrg("t", "1", OPTIONS);
  assert.equal(count, 1);
});

test("a call that starts aborted does not load the module", async () => {
  const copy = await cold();
  let count = 0;
  await withCompile(
    (compile) => (bytes) => {
      count += 1;
      return compile(bytes);
    },
    async () => {
      const aborted = { ...OPTIONS, signal: AbortSignal.abort("enough") };
      assert.equal((await rejection(copy.reactivateOrg("t", "1", aborted))).kind, "aborted");
      assert.equal(count, 0);
      // Nor does it give up a load that others wait for.
      const other = copy.reactivateOrg("t", "1", OPTIONS);
      assert.equal((await rejection(copy.reactivateOrg("t", "1", aborted))).kind, "aborted");
      await Promise.all([other, copy.reactivateOrg("t", "1", OPTIONS)]);
    },
  );
  assert.equal(count, 1);
});

test("a cold call whose signal aborts during the subscription is aborted", async () => {
  const signal = {
    aborted: false,
    reason: "enough",
    addEventListener(/** @type {string} */ _, /** @type {() => void} */ listener) {
      this.aborted = true;
      listener();
    },
    removeEventListener() {},
  };
  const copy = await cold();
  const options = /** @type {any} */ ({ ...OPTIONS, signal });
  assert.equal((await rejection(copy.reactivateOrg("t", "1", options))).kind, "aborted");
  // An unhandled rejection would fail the test.
  await sleep(1);
});

/** Interruptions of a call that waits for a module that never loads. @type {Record<string, () => any>} */
const INTERRUPTIONS = {
  aborted: () => ({ signal: abortSoon(), timeoutMs: 0 }),
  timeout: () => ({ timeoutMs: 10 }),
};

for (const [kind, options] of Object.entries(INTERRUPTIONS)) {
  test(`a load that hangs is retried after its call ended as ${kind}`, async () => {
    const copy = await cold();
    let count = 0;
    await withCompile(
      (compile) => (bytes) => {
        count += 1;
        return count === 1 ? never() : compile(bytes);
      },
      async () => {
        const error = await rejection(copy.reactivateOrg("t", "1", { ...OPTIONS, ...options() }));
        assert.deepEqual([error.kind, error.mayHaveChanged], [kind, false]);
        assert.match(error.message, /before the request was sent\.$/);
        await copy.reactivateOrg("t", "1", { ...OPTIONS, timeoutMs: 0 });
      },
    );
    assert.equal(count, 2);
  });
}

test("a load that fails is retried by the next call", async () => {
  const copy = await cold();
  let fails = true;
  await withCompile(
    (compile) => async (bytes) => {
      if (fails) {
        throw new TypeError("no network");
      }
      return compile(bytes);
    },
    async () => {
      const calls = [copy.preload(), copy.reactivateOrg("t", "1", OPTIONS)];
      for (const error of await Promise.all(calls.map((call) => rejection(call)))) {
        assert.deepEqual(
          [error.kind, error.code, error.retriable, error.mayHaveChanged],
          ["transport", 14, true, false],
        );
        assert.equal(/** @type {any} */ (error.cause).message, "no network");
      }
      fails = false;
      await copy.reactivateOrg("t", "1", OPTIONS);
    },
  );
});

/** The state of a bulk run that cannot begin. @type {Record<string, { options: () => any, replace?: any, kind: string }>} */
const UNSTARTED = {
  "the signal has aborted": {
    options: () => ({ signal: AbortSignal.abort("x") }),
    kind: "aborted",
  },
  "the signal aborts while the module loads": {
    options: () => ({ signal: abortSoon() }),
    replace: () => never,
    kind: "aborted",
  },
  "the deadline passes while the module loads": {
    options: () => ({ timeoutMs: 5 }),
    replace: () => never,
    kind: "timeout",
  },
  "the module cannot be loaded": {
    options: () => ({}),
    replace: () => async () => {
      throw new WebAssembly.CompileError("no");
    },
    kind: "transport",
  },
};

for (const [name, { options, replace, kind }] of Object.entries(UNSTARTED)) {
  test(`a cold bulk run resolves with errors if ${name}`, async () => {
    const copy = await cold();
    const { fetch } = server({ "*": activated });
    const results = await withCompile(replace ?? ((/** @type {any} */ compile) => compile), () =>
      copy.ensureOrgsActive("t", ["1", "2", "1"], { ...OPTIONS, fetch, ...options() }),
    );
    assert.deepEqual(
      results.map(({ orgId, error }) => [orgId, error?.kind, error?.mayHaveChanged]),
      ["1", "2", "1"].map((id) => [id, kind, false]),
    );
    assert.equal(results[0]?.error, results[2]?.error);
  });
}

test("a cold bulk run rejects for wrong arguments only", async () => {
  for (const [orgIds, options, message] of /** @type {[any, any, RegExp][]} */ ([
    [5, {}, /^orgIds must be an iterable of strings/],
    ["123", {}, /^orgIds must be an iterable of strings/],
    [[1], {}, /^orgIds\[0\] must be a string/],
    [["1"], { concurrency: 0 }, /^concurrency must/],
    [["1"], { timeoutMs: -1 }, /^timeoutMs must/],
  ])) {
    const copy = await cold();
    const error = await rejection(copy.ensureOrgsActive("t", orgIds, { ...OPTIONS, ...options }));
    assert.equal(error.kind, "invalid-argument");
    assert.match(error.message, message);
  }
  const unloadable = await cold();
  const fails = async () => {
    throw new WebAssembly.CompileError("no");
  };
  const error = await withCompile(
    () => fails,
    () => rejection(unloadable.ensureOrgsActive("t", /** @type {any} */ ([1]), OPTIONS)),
  );
  assert.deepEqual(
    [error.kind, error.message],
    ["invalid-argument", "orgIds[0] must be a string."],
  );
});

test("thirty cold calls add one listener to a signal and print no warning", async () => {
  /** @type {Error[]} */
  const warnings = [];
  const onWarning = (/** @type {Error} */ warning) => warnings.push(warning);
  process.on("warning", onWarning);
  const copy = await cold();
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 30 }, () =>
    rejection(copy.reactivateOrg("t", "1", { ...OPTIONS, fetch: never, signal })),
  );
  assert.equal(getEventListeners(signal, "abort").length, 1);
  await copy.preload();
  await sleep(5);
  assert.equal(getEventListeners(signal, "abort").length, 1);
  controller.abort("enough");
  for (const { kind, cause } of await Promise.all(calls)) {
    assert.deepEqual([kind, cause], ["aborted", "enough"]);
  }
  assert.equal(getEventListeners(signal, "abort").length, 0);
  await sleep(5);
  process.off("warning", onWarning);
  assert.deepEqual(warnings, []);
});

test("an unawaited preload that fails does not end the process", async () => {
  const script = `
    WebAssembly.compile = () => Promise.reject(new Error("no"));
    const { preload } = await import("zitadel-org-web");
    preload();
    const error = await preload().catch((error) => error);
    setTimeout(() => console.log(error.kind, error.cause.message), 20);`;
  const { stdout } = await run("node", ["--input-type=module", "--eval", script], { cwd: "tests" });
  assert.equal(stdout.trim(), "transport no");
});

test("a permanent load failure is not retriable and says what to do", async () => {
  /** @param {string} setup @param {string} [entry] */
  const failure = async (setup, entry = "zitadel-org-web") => {
    const script = `
      ${setup}
      const entry = await import("${entry}");
      const error = await (entry.default ?? entry).preload().catch((error) => error);
      console.log(JSON.stringify([error.message, error.retriable]));`;
    const args = ["--input-type=module", "--eval", script];
    return JSON.parse((await run("node", args, { cwd: "tests" })).stdout);
  };
  const prefix = "The WebAssembly module could not be loaded, so nothing was sent: ";
  const fail = (/** @type {string} */ error) =>
    `WebAssembly.compile = async () => { throw new ${error}; };`;
  const refuse = fail('WebAssembly.CompileError("refused")');
  const streaming =
    "zitadel-org-web/streaming needs an ES module that came over HTTP; elsewhere import zitadel-org-web.";
  for (const [setup, hint, retriable, entry] of /** @type {const} */ ([
    ["delete globalThis.WebAssembly;", "this environment does not support WebAssembly.", false],
    [
      "delete globalThis.TextDecoder;",
      "TextDecoder is not defined; this environment lacks that global.",
      false,
    ],
    [refuse, "a Content-Security-Policy must allow script-src 'wasm-unsafe-eval'.", false],
    [
      `${refuse} globalThis.EdgeRuntime = "edge-runtime";`,
      'edge routes cannot compile WebAssembly; set `export const runtime = "nodejs"`.',
      false,
    ],
    [
      `${refuse} globalThis.chrome = { runtime: { id: "abc" } };`,
      "the extension's manifest must set content_security_policy.extension_pages with script-src 'self' 'wasm-unsafe-eval'.",
      false,
    ],
    ["", streaming, false, "zitadel-org-web/streaming"],
    ["", streaming, false, "../pkg/streaming.cjs"],
    [`${fail('TypeError("reset")')} globalThis.EdgeRuntime = "edge-runtime";`, "reset.", true],
    [fail('RangeError("out of memory")'), "out of memory.", true],
    [fail('Error("it is down.")'), "it is down.", true],
    ['WebAssembly.compile = () => Promise.reject("text");', "text.", true],
    ["WebAssembly.compile = () => Promise.reject();", "undefined.", true],
    [
      "WebAssembly.compile = () => Promise.reject({ get message() { throw 1; } });",
      "an exception was thrown.",
      true,
    ],
  ])) {
    assert.deepEqual(await failure(setup, entry), [`${prefix}${hint} See cause.`, retriable]);
  }
});
