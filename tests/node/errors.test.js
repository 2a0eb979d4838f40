// The class of errors, signals, timers and loading.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mock, test } from "node:test";
import { promisify } from "node:util";

import { createOrgClient, isZitadelError, preload, ZitadelError } from "zitadel-org-web";

import { BASE_URL, refused, rejection, RPCS, sent } from "../support/calls.js";

const run = promisify(execFile);
const never = () => new Promise(() => {});

/** @param {any} [options] */
const call = (options) =>
  RPCS.reactivateOrg("t", "1", { baseUrl: BASE_URL, fetch: never, ...options });

test("an error can be made in a test, changed like any other, and sent to a worker", () => {
  const error = new ZitadelError({ kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" });
  assert.ok(isZitadelError(error) && error instanceof ZitadelError && error instanceof Error);
  assert.deepEqual(
    [error.codeName, error.details, error.metadata],
    ["FAILED_PRECONDITION", [], {}],
  );
  assert.equal(String(error), "ZitadelError: no");
  error.name = /** @type {any} */ ("Mine");
  assert.equal(String(error), "Mine: no");
  const sent = structuredClone({ ...error });
  assert.deepEqual([sent.message, sent.id, isZitadelError(sent)], ["no", "EVENT-bfnrh", false]);
  assert.throws(() => {
    throw error;
  }, ZitadelError);
});

test("whether something is a ZitadelError is a boolean, whatever it is", () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("no");
      },
      has() {
        throw new Error("no");
      },
    },
  );
  for (const value of [undefined, null, 5, "x", Symbol(), {}, () => {}, hostile, ZitadelError]) {
    assert.equal(isZitadelError(value), false);
    assert.equal(/** @type {unknown} */ (value) instanceof ZitadelError, false);
  }
});

test("import and require have one class here", async () => {
  const { stdout } = await run(
    "node",
    [
      "--input-type=module",
      "--eval",
      `import { createRequire } from "node:module";
     import { ZitadelError } from "zitadel-org-web";
     const required = createRequire(import.meta.url)("zitadel-org-web");
     const error = await required.getMyOrg("").catch((it) => it);
     console.log(error instanceof ZitadelError, error instanceof required.ZitadelError);`,
    ],
    { cwd: "tests" },
  );
  assert.equal(stdout.trim(), "true true");
});

test("a signal without removeEventListener is as good as another", async () => {
  const signal = { aborted: false, addEventListener() {} };
  assert.equal((await rejection(call({ signal, timeoutMs: 20 }))).kind, "timeout");
});

test("thirty calls with one signal warn of nothing, and all of them end with it", async () => {
  /** @type {Error[]} */
  const warnings = [];
  process.on("warning", (warning) => warnings.push(warning));
  const controller = new AbortController();
  const calls = Array.from({ length: 30 }, () => rejection(call({ signal: controller.signal })));
  await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort("enough");
  const errors = await Promise.all(calls);
  assert.deepEqual(
    new Set(errors.map((error) => `${error.kind} ${error.cause}`)),
    new Set(["aborted enough"]),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(warnings, []);
});

test("a deadline comes under faked timers with a real clock", async () => {
  await preload();
  mock.timers.enable({ apis: ["setTimeout"] });
  const failed = rejection(call({ timeoutMs: 60_000 }));
  await Promise.resolve();
  mock.timers.tick(60_001);
  const { kind } = await failed;
  mock.timers.reset();
  assert.equal(kind, "timeout");
});

test("a client keeps what it was made with", async () => {
  /** @type {any} */
  let seen;
  /** @type {any} */
  const defaults = {
    token: "a",
    baseUrl: new URL("https://a.example"),
    headers: new Headers({ "x-a": "1" }),
    timeoutMs: undefined,
    fetch: async (/** @type {string} */ url, /** @type {any} */ init) => {
      seen = { url, headers: init.headers };
      return new Response();
    },
  };
  const client = createOrgClient(defaults);
  defaults.token = "b";
  defaults.baseUrl.host = "b.example";
  defaults.headers.set("x-a", "2");
  defaults.fetch = null;
  await rejection(client.getMyOrg());
  assert.equal(new URL(seen.url).host, "a.example");
  assert.deepEqual([seen.headers.authorization, seen.headers["x-a"]], ["Bearer a", "1"]);
});

test("defaults that cannot be read or used are an invalid argument of every call", async () => {
  const hostile = {
    get token() {
      throw new Error("no");
    },
  };
  for (const defaults of /** @type {any[]} */ ([
    hostile,
    null,
    undefined,
    5,
    { token: "t", fetch: 5 },
  ])) {
    const error = await rejection(createOrgClient(defaults).getMyOrg("1"));
    assert.equal(error.kind, "invalid-argument");
  }
});

test("nothing is said to have changed where nothing was sent, nor by a read", async () => {
  const controller = new AbortController();
  controller.abort();
  for (const error of [
    await rejection(call({ signal: controller.signal })),
    await rejection(
      RPCS.reactivateOrg(/** @type {any} */ (never), "1", { baseUrl: BASE_URL, timeoutMs: 20 }),
    ),
    await rejection(
      RPCS.getMyOrg("t", "1", {
        baseUrl: BASE_URL,
        timeoutMs: 20,
        fetch: /** @type {any} */ (never),
      }),
    ),
    await refused("token", {}, "1", ""),
  ]) {
    assert.equal(error.mayHaveChanged, false, error.message);
    assert.doesNotMatch(error.message, /may have been made/);
  }
  const broken = () => Promise.reject(new TypeError("reset"));
  const error = await rejection(call({ fetch: broken }));
  assert.equal(error.mayHaveChanged, true);
  assert.match(error.message, /may have been made/);
});

test("an error shows when to try again, and only what may succeed is retriable", async () => {
  const respond = (/** @type {number} */ status, headers = {}) => ({
    fetch: async () => new Response("busy", { status, headers }),
  });
  const busy = await rejection(call(respond(429, { "retry-after": "3" })));
  assert.deepEqual([busy.retriable, busy.retryAfterMs, busy.body], [true, 3000, "busy"]);
  assert.equal((await rejection(call(respond(503)))).retriable, true);
  assert.equal((await rejection(call(respond(404)))).retriable, false);
});

test("a module that hangs while it loads ends with the deadline, and the next call loads it anew", async () => {
  const script = `
    const { compile } = WebAssembly;
    let hangs = true;
    WebAssembly.compile = (bytes) => hangs ? new Promise(() => {}) : compile(bytes);
    const { getMyOrg } = await import("zitadel-org-web");
    const options = { baseUrl: "https://z.example", fetch: async () => new Response() };
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 10);
    const first = await getMyOrg("t", null, { ...options, signal: controller.signal }).catch((it) => it);
    const second = await getMyOrg("t", null, { ...options, timeoutMs: 30 }).catch((it) => it);
    hangs = false;
    const third = await getMyOrg("t", null, { ...options, timeoutMs: 0 }).catch((it) => it);
    console.log(first.kind, first.cause, second.kind, second.mayHaveChanged, third.kind);`;
  const { stdout } = await run("node", ["--input-type=module", "--eval", script], { cwd: "tests" });
  assert.equal(stdout.trim(), "aborted enough timeout false protocol");
});

test("a preload that nobody awaits does not end the process if it fails", async () => {
  const script = `
    WebAssembly.compile = () => Promise.reject(new Error("no"));
    const { preload } = await import("zitadel-org-web");
    preload();
    const error = await preload().catch((it) => it);
    setTimeout(() => console.log(error.kind, error.cause.message), 20);`;
  const { stdout } = await run("node", ["--input-type=module", "--eval", script], { cwd: "tests" });
  assert.equal(stdout.trim(), "transport no");
});

test("a call is one request without a member that makes a preflight of each", async () => {
  const { init } = await sent();
  assert.deepEqual(Object.keys(init).sort(), [
    "body",
    "credentials",
    "headers",
    "method",
    "redirect",
    "referrerPolicy",
    "signal",
  ]);
});

test("a module that cannot be loaded says what to do where it is known", async () => {
  /** @param {string} setup @param {string} [entry] */
  const failure = async (setup, entry = "zitadel-org-web") => {
    const script = `
      ${setup}
      const entry = await import("${entry}");
      console.log((await (entry.default ?? entry).preload().catch((it) => it)).message);`;
    const args = ["--input-type=module", "--eval", script];
    return (await run("node", args, { cwd: "tests" })).stdout.trim();
  };
  const prefix = "The WebAssembly module could not be loaded, so nothing was sent: ";
  const refuse =
    'WebAssembly.compile = async () => { throw new WebAssembly.CompileError("refused"); };';
  const streaming =
    "zitadel-org-web/streaming needs an ES module that came over HTTP; elsewhere import zitadel-org-web.";
  for (const [setup, hint, entry] of /** @type {const} */ ([
    ["delete globalThis.WebAssembly;", "there is no WebAssembly here."],
    [
      "delete globalThis.TextDecoder;",
      "TextDecoder is not defined; this runtime lacks that global.",
    ],
    [refuse, "a Content-Security-Policy needs script-src 'wasm-unsafe-eval'."],
    [
      `${refuse} globalThis.EdgeRuntime = "edge-runtime";`,
      'an edge route compiles no module at run time; it needs export const runtime = "nodejs".',
    ],
    [
      `${refuse} globalThis.chrome = { runtime: { id: "abc" } };`,
      "the extension's manifest needs content_security_policy.extension_pages with script-src 'self' 'wasm-unsafe-eval'.",
    ],
    ["", streaming, "zitadel-org-web/streaming"],
    ["", streaming, "../pkg/streaming.cjs"],
  ])) {
    assert.equal(await failure(setup, entry), `${prefix}${hint} See cause.`);
  }
});

test("a caller's own function may abort the signal while the module calls it", async () => {
  const controller = new AbortController();
  const error = await rejection(
    RPCS.reactivateOrg(async () => "t", "1", {
      baseUrl: BASE_URL,
      signal: controller.signal,
      fetch: () => {
        controller.abort("enough");
        return new Promise(() => {});
      },
    }),
  );
  assert.deepEqual([error.kind, error.cause], ["aborted", "enough"]);
});
