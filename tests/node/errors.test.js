// The error class, and the members of errors.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { test } from "node:test";
import { promisify } from "node:util";
import vm from "node:vm";

import { transformSync } from "@swc/core";
import ts from "typescript5";
import { createOrgClient, isZitadelError, ZitadelError } from "zitadel-org-web";

import { BASE_URL, refused, rejection, RPCS, sent } from "../support/calls.js";
import { cold } from "../support/copies.js";
import { frame, GRPC_WEB, lost, never, status } from "../support/responses.js";
import { freePort, listen } from "../support/serve.js";

const run = promisify(execFile);

/** @param {any} [options] */
const call = (options) =>
  RPCS.reactivateOrg("t", "1", { baseUrl: BASE_URL, fetch: never, ...options });

/** @param {Response} response @param {any} [options] */
const failure = (response, options) =>
  rejection(call({ fetch: async () => response, timeoutMs: 0, ...options }));

test("an error can be constructed, renamed, cloned and thrown", () => {
  const error = new ZitadelError({ kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" });
  assert.ok(isZitadelError(error) && error instanceof ZitadelError && error instanceof Error);
  assert.deepEqual(
    [error.codeName, error.details, error.metadata],
    ["FAILED_PRECONDITION", [], {}],
  );
  assert.equal(String(error), "ZitadelError: no");
  error.name = /** @type {any} */ ("Mine");
  assert.equal(String(error), "Mine: no");
  const clone = structuredClone({ ...error });
  assert.deepEqual([clone.message, clone.id, isZitadelError(clone)], ["no", "EVENT-bfnrh", false]);
  assert.throws(() => {
    throw error;
  }, ZitadelError);
});

test("toJSON returns ZITADEL's JSON form and nothing else", async () => {
  const detail = {
    "@type": /** @type {const} */ ("type.googleapis.com/zitadel.v1.ErrorDetail"),
    id: "EVENT-bfnrh",
    message: "active",
  };
  const expected = { code: 9, message: "no", details: [detail] };
  const constructed = new ZitadelError({ kind: "status", ...expected, metadata: { a: "b" } });
  assert.equal(JSON.stringify(constructed), JSON.stringify(expected));
  const body = JSON.stringify(expected);
  const headers = { "content-type": "application/json" };
  const received = await failure(new Response(body, { status: 400, headers }), {
    protocol: "json",
  });
  assert.deepEqual(JSON.parse(JSON.stringify(received)), expected);
});

test("isZitadelError and instanceof are false for any other value", () => {
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
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  class Mine extends /** @type {any} */ (ZitadelError) {}
  const values = [undefined, null, 5, "x", Symbol(), {}, () => {}, hostile, revoked, ZitadelError];
  for (const value of values) {
    assert.equal(isZitadelError(value), false);
    assert.equal(/** @type {unknown} */ (value) instanceof ZitadelError, false);
    assert.equal(/** @type {unknown} */ (value) instanceof Mine, false);
  }
});

test("import and require share one class", async () => {
  const { stdout } = await run(
    "node",
    [
      "--input-type=module",
      "--eval",
      `import { createRequire } from "node:module";
     import { ZitadelError } from "zitadel-org-web";
     const required = createRequire(import.meta.url)("zitadel-org-web");
     const error = await required.getMyOrg("").catch((error) => error);
     console.log(error instanceof ZitadelError, error instanceof required.ZitadelError);`,
    ],
    { cwd: "tests" },
  );
  assert.equal(stdout.trim(), "true true");
});

test("a subclass matches its own instances only", async () => {
  class Mine extends /** @type {any} */ (ZitadelError) {}
  const fields = { kind: /** @type {const} */ ("status"), code: 9, message: "no" };
  const mine = new /** @type {any} */ (Mine)(fields);
  assert.ok(mine instanceof Mine && mine instanceof ZitadelError);
  assert.equal(new ZitadelError(fields) instanceof Mine, false);
  assert.equal((await rejection(RPCS.getMyOrg(""))) instanceof Mine, false);
  // Another copy has its own class.
  const { ZitadelError: Other } = await cold();
  assert.ok(mine instanceof Other);
});

/** The source of error.js, lowered to ES5. @type {Record<string, (source: string) => string>} */
const LOWERED = {
  swc: (source) =>
    transformSync(source, {
      jsc: { target: "es5", externalHelpers: false },
      module: { type: "commonjs" },
    }).code,
  TypeScript: (source) =>
    ts.transpile(source, { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.CommonJS }),
};

for (const [name, lower] of Object.entries(LOWERED)) {
  test(`a class lowered to ES5 by ${name} constructs and matches`, async () => {
    const { readFile } = await import("node:fs/promises");
    const code = lower(await readFile("js/error.js", "utf8"));
    assert.doesNotMatch(code, /^\s*(export )?class /m);
    // If the error's class breaks the call, the call never settles and the test does not end.
    /** @type {any} */
    const exports = {};
    const own = `class Mine extends exports.ZitadelError {}; exports.Mine = Mine;`;
    vm.runInThisContext(`(function (exports, require) {${code}\n${lower(own)}})`)(exports);
    const fields = { kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" };
    const error = new exports.ZitadelError(fields);
    assert.ok(error instanceof exports.ZitadelError && error instanceof Error);
    assert.ok(isZitadelError(error) && error instanceof ZitadelError);
    assert.deepEqual([error.message, error.codeName], ["no", "FAILED_PRECONDITION"]);
    const mine = new exports.Mine(fields);
    assert.ok(mine instanceof exports.Mine && mine instanceof exports.ZitadelError);
    assert.equal(error instanceof exports.Mine, false);
    assert.equal(mine.id, "EVENT-bfnrh");
  });
}

test("mayHaveChanged is false for reads and for calls that were not sent", async () => {
  const aborted = AbortSignal.abort();
  for (const error of [
    await rejection(call({ signal: aborted })),
    await rejection(RPCS.reactivateOrg(never, "1", { baseUrl: BASE_URL, timeoutMs: 20 })),
    await rejection(RPCS.getMyOrg("t", "1", { baseUrl: BASE_URL, timeoutMs: 20, fetch: never })),
    await refused("token", {}, "1", ""),
  ]) {
    assert.equal(error.mayHaveChanged, false, error.message);
    assert.doesNotMatch(error.message, /may have been applied/);
  }
  const error = await rejection(call({ fetch: lost }));
  assert.equal(error.mayHaveChanged, true);
  assert.match(error.message, /The change may have been applied/);
});

test("mayHaveChanged is false if the connection was refused", async () => {
  const port = await freePort();
  const refusedCall = await rejection(call({ baseUrl: `http://127.0.0.1:${port}`, fetch: null }));
  const cause = /** @type {any} */ (refusedCall.cause);
  assert.equal(cause.cause.code, "ECONNREFUSED");
  assert.deepEqual(
    [refusedCall.kind, refusedCall.mayHaveChanged, refusedCall.retriable],
    ["transport", false, true],
  );
  const { url, close } = await listen(createServer((request) => request.socket.destroy()));
  const reset = await rejection(call({ baseUrl: url, fetch: null }));
  close();
  assert.deepEqual([reset.kind, reset.mayHaveChanged], ["transport", true]);
});

test("mayHaveChanged is false for an HTTP status that proves a refusal", async () => {
  for (const httpStatus of [405, 406, 411, 413, 414, 415, 417, 421, 425, 426, 429, 431]) {
    const error = await failure(new Response("no", { status: httpStatus }));
    assert.deepEqual([error.httpStatus, error.mayHaveChanged], [httpStatus, false]);
  }
  for (const httpStatus of [400, 408, 500, 502, 503, 504]) {
    const error = await failure(new Response("no", { status: httpStatus }));
    assert.deepEqual([error.httpStatus, error.mayHaveChanged], [httpStatus, true]);
  }
});

test("mayHaveChanged is false for a gRPC status that proves a refusal", async () => {
  const refusals = [3, 5, 6, 7, 9, 11, 12, 16];
  for (let code = 1; code <= 16; code += 1) {
    const { mayHaveChanged } = await failure(status(code, "no"));
    assert.equal(mayHaveChanged, !refusals.includes(code), String(code));
  }
});

test("only a call that may succeed later is retriable", async () => {
  for (const [httpStatus, retriable] of /** @type {const} */ ([
    [408, true],
    [425, true],
    [429, true],
    [503, true],
    [400, false],
    [404, false],
    [500, false],
  ])) {
    assert.equal((await failure(new Response("x", { status: httpStatus }))).retriable, retriable);
  }
  const exhausted = (/** @type {any} */ headers) => failure(status(8, "quota", headers));
  assert.equal((await exhausted({})).retriable, false);
  assert.equal((await exhausted({ "retry-after": "3" })).retriable, true);
});

test("Retry-After is whole seconds or a date relative to the response's own", async () => {
  const DATE = "Wed, 21 Oct 2015 07:28:00 GMT";
  const after = async (/** @type {string} */ value, /** @type {string} */ date = DATE) => {
    const headers = { "retry-after": value, date };
    return (await failure(new Response("busy", { status: 429, headers }))).retryAfterMs;
  };
  for (const [value, expected] of /** @type {[string, number | undefined][]} */ ([
    ["0", 0],
    ["3", 3000],
    ["120", 120_000],
    ["Wed, 21 Oct 2015 07:28:05 GMT", 5000],
    // A date in the past, by the server's own clock.
    ["Wed, 21 Oct 2015 07:27:00 GMT", 0],
    ["-1", undefined],
    ["+3", undefined],
    ["1.5", undefined],
    ["3/4", undefined],
    ["1e3", undefined],
    ["10s", undefined],
    ["", undefined],
    ["soon", undefined],
    ["2027-01-01", undefined],
    ["2, 5", undefined],
  ])) {
    assert.equal(await after(value), expected, value);
  }
  assert.equal(await after("Wed, 21 Oct 2015 07:28:05 GMT", "never"), undefined);
});

test("an id is in ZITADEL's form, at the end of the message", async () => {
  for (const [text, id] of [
    ["no (EVENT-bfnrh)", "EVENT-bfnrh"],
    ["no (DOM-Ixfbxh)", "DOM-Ixfbxh"],
    ["no (V2-abcd)", "V2-abcd"],
    ["no (EV-b)", undefined],
    ["no (V2-abc)", undefined],
    ["no (E-bfnrh)", undefined],
    ["no (UTF-8)", undefined],
    ["no (SHA-256)", undefined],
    ["no (ISO-8601)", undefined],
    ["no (EVENT-)", undefined],
    ["no (EVENT-bfnrh) yet", undefined],
  ]) {
    assert.equal((await failure(status(9, text))).id, id, text);
  }
});

test("a response that is not ZITADEL's shows its beginning in body", async () => {
  const text = "ü".repeat(2000);
  const headers = { "content-type": "text/html" };
  for (const [protocol, httpStatus] of [
    ["grpc-web", 200],
    ["grpc-web", 502],
    ["json", 200],
    ["json", 502],
  ]) {
    const page = new Response(text, { status: Number(httpStatus), headers });
    const error = await failure(page, { protocol });
    // A KiB of two-byte characters.
    assert.equal(error.body, "ü".repeat(512), `${protocol} ${httpStatus}`);
    assert.equal(error.httpStatus, httpStatus);
  }
  // The 1,024th byte starts a character of two bytes, so that the text ends before it.
  const cut = await failure(new Response(`${"a".repeat(1023)}üb`, { status: 502 }));
  assert.equal(cut.body, "a".repeat(1023));
});

test("metadata never has set-cookie", async () => {
  const trailers = frame(0x80, "grpc-status: 9\r\nSet-Cookie: sid=secret\r\nx-a: 1\r\n");
  const inTrailers = await failure(new Response(trailers, { headers: GRPC_WEB }));
  const pairs = new Map([
    ["Set-Cookie", "sid=secret"],
    ["X-A", "1"],
  ]);
  const inHeaders = await failure(/** @type {any} */ ({ status: 503, headers: pairs, body: null }));
  const overJson = await failure(
    new Response("x", {
      status: 503,
      headers: [
        ["set-cookie", "sid=secret"],
        ["x-a", "1"],
      ],
    }),
    { protocol: "json" },
  );
  for (const { metadata } of [inTrailers, inHeaders, overJson]) {
    assert.equal(metadata["x-a"], "1");
    assert.doesNotMatch(JSON.stringify(metadata), /cookie/i);
  }
});

test("a gRPC-Web call has no member that adds a preflight", async () => {
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

test("a GET is never cached, and a POST has no cache member", async () => {
  const init = async (/** @type {keyof typeof RPCS} */ rpc) => {
    /** @type {any} */
    let seen;
    const fetch = async (/** @type {string} */ _, /** @type {any} */ init) => {
      seen = { ...init };
      return new Response();
    };
    const options = { baseUrl: BASE_URL, protocol: "json", fetch };
    await /** @type {any} */ (RPCS)
      [rpc]("t", rpc === "listOrganizations" ? {} : "1", options)
      .catch(() => {});
    return seen;
  };
  const read = await init("getMyOrg");
  assert.deepEqual([read.method, read.cache], ["GET", "no-store"]);
  for (const rpc of /** @type {const} */ ([
    "reactivateOrg",
    "activateOrganization",
    "listOrganizations",
  ])) {
    const change = await init(rpc);
    assert.deepEqual([change.method, "cache" in change], ["POST", false], rpc);
  }
});

test("a client keeps the options it was created with", async () => {
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

test("wrong defaults are an invalid argument of every call", async () => {
  const hostile = (/** @type {string} */ name) => ({
    token: "t",
    baseUrl: BASE_URL,
    get [name]() {
      throw new RangeError(`no ${name}`);
    },
  });
  const threw = " could not be read: it threw an exception. See cause.";
  for (const [defaults, message, cause] of /** @type {[any, string, string?][]} */ ([
    [hostile("token"), `token${threw}`, "no token"],
    [hostile("baseUrl"), `baseUrl${threw}`, "no baseUrl"],
    [hostile("headers"), `headers${threw}`, "no headers"],
    [hostile("onProgress"), `onProgress${threw}`, "no onProgress"],
    [null, "token must be a string or a function that returns one."],
    [undefined, "token must be a string or a function that returns one."],
    [5, "defaults must be an object."],
    [{ token: "t", fetch: 5 }, "fetch must be a function."],
  ])) {
    const client = createOrgClient(defaults);
    for (const call of [client.getMyOrg("1"), client.ensureOrgsActive(["1"])]) {
      const error = await rejection(call);
      assert.deepEqual([error.kind, error.code, error.message], ["invalid-argument", 3, message]);
      assert.equal(/** @type {any} */ (error.cause)?.message, cause);
    }
  }
});
