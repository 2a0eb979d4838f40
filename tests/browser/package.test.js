// The package in a browser, on a page of the dev server: errors, clients, loading, deadlines.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { openBrowser, setting } from "../support/browser.js";
import { inPage } from "../support/in-page.js";

const HOOLI = "69629023906488337";
const GLOBEX = "69629023906488335";

/** @type {import("selenium-webdriver").WebDriver} */
let driver;

before(async () => {
  driver = await openBrowser();
});

beforeEach(() => driver.get(`${setting("ZITADEL_TEST_URL")}/icon.svg`));

after(() => driver?.quit());

test("a call needs nothing but an import", async () => {
  const { org } = await inPage(driver, (module) => module.getMyOrg("acme-viewer"));
  assert.equal(org?.name, "ACME");
});

test("a failure is a ZitadelError with all documented fields", async () => {
  const seen = await inPage(
    driver,
    async (module, org) => {
      const error = await module
        .reactivateOrg("iam-owner", org)
        .catch((/** @type {any} */ error) => error);
      return {
        isError: error instanceof Error,
        isZitadelError: error instanceof module.ZitadelError && module.isZitadelError(error),
        isStranger: module.isZitadelError(new Error()) || module.isZitadelError(null),
        text: String(error),
        name: error.name,
        kind: error.kind,
        code: error.code,
        codeName: error.codeName,
        message: error.message,
        id: error.id,
        httpStatus: error.httpStatus,
        hasRequestId: error.requestId === error.metadata["x-request-id"],
        hasCause: "cause" in error,
        json: JSON.parse(JSON.stringify(error)),
      };
    },
    GLOBEX,
  );
  const message = "Organisation is already active (EVENT-bfnrh)";
  const detail = {
    "@type": "type.googleapis.com/zitadel.v1.ErrorDetail",
    id: "EVENT-bfnrh",
    message: "Organisation is already active",
  };
  assert.deepEqual(seen, {
    isError: true,
    isZitadelError: true,
    isStranger: false,
    text: `ZitadelError: ${message}`,
    name: "ZitadelError",
    kind: "status",
    code: 9,
    codeName: "FAILED_PRECONDITION",
    message,
    id: "EVENT-bfnrh",
    httpStatus: 200,
    hasRequestId: true,
    hasCause: false,
    json: { code: 9, message, details: [detail] },
  });
});

test("isZitadelError recognizes errors of another copy", async () => {
  const results = await inPage(driver, async (module) => {
    const url = "/pkg/error.js?copy";
    const other = await import(url);
    const error = new other.ZitadelError({ kind: "status", code: 9, message: "x" });
    return [
      other.ZitadelError !== module.ZitadelError,
      module.isZitadelError(error),
      error instanceof module.ZitadelError,
      [null, undefined, 5, "x", {}, new Error(), () => {}].some(
        (value) => module.isZitadelError(value) || value instanceof module.ZitadelError,
      ),
    ];
  });
  assert.deepEqual(results, [true, true, true, false]);
});

test("a call overrides its client's options", async () => {
  const seen = await inPage(
    driver,
    async (module, org) => {
      /** @type {any[]} */
      const sent = [];
      const client = module.createOrgClient({
        token: () => "iam-owner",
        language: "de",
        fetch: (url, init) => {
          sent.push(/** @type {any} */ (init).headers);
          return fetch(url, init);
        },
      });
      const { org: read } = await client.getMyOrg(org);
      const error = await client
        .reactivateOrg("69629023906488335", { language: "fr" })
        .catch((error) => error);
      return {
        name: read?.name,
        message: error.message,
        languages: sent.map((headers) => headers["accept-language"]),
      };
    },
    HOOLI,
  );
  assert.equal(seen.name, "Hooli");
  assert.equal(seen.message, "L'organisation est déjà active (EVENT-bfnrh)");
  assert.deepEqual(seen.languages, ["de", "fr"]);
});

test("preload compiles the module once and fetches nothing", async () => {
  const seen = await inPage(driver, async (module) => {
    const { compile } = WebAssembly;
    let compiled = 0;
    WebAssembly.compile = (bytes) => {
      compiled += 1;
      return compile(bytes);
    };
    await Promise.all([module.preload(), module.preload()]);
    await module.getMyOrg("acme-viewer");
    WebAssembly.compile = compile;
    const entries = performance.getEntriesByType("resource");
    return [compiled, entries.filter((entry) => entry.name.endsWith(".wasm")).length];
  });
  assert.deepEqual(seen, [1, 0]);
});

test("a failed load is retried by the next call", async () => {
  const seen = await inPage(driver, async (module) => {
    const { compile } = WebAssembly;
    WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError("no"));
    const error = await module.getMyOrg("acme-viewer").catch((/** @type {any} */ error) => error);
    WebAssembly.compile = compile;
    const { org } = await module.getMyOrg("acme-viewer");
    return [module.isZitadelError(error), error.kind, error.code, error.cause.message, org?.name];
  });
  assert.deepEqual(seen, [true, "transport", 14, "no", "ACME"]);
});

test("an abandoned load that fails late keeps the later one", async () => {
  const seen = await inPage(driver, async () => {
    const url = "/pkg/index.js?given-up";
    const { getMyOrg } = await import(url);
    const { compile } = WebAssembly;
    /** @type {((reason: unknown) => void)[]} */
    const failures = [];
    WebAssembly.compile = () => new Promise((_, reject) => failures.push(reject));
    const call = (/** @type {any} */ options) =>
      getMyOrg("acme-viewer", null, options).catch((/** @type {any} */ error) => error.kind);
    const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
    const first = await call({ timeoutMs: 50 });
    const second = call({});
    await turn();
    failures[0]?.(new Error("late"));
    await turn();
    const third = call({});
    await turn();
    const loads = failures.length;
    WebAssembly.compile = compile;
    failures[1]?.(new Error("end"));
    return [first, loads, await second, await third];
  });
  assert.deepEqual(seen, ["timeout", 2, "transport", "transport"]);
});

for (const entry of ["streaming", "tonic"]) {
  test(`./${entry} has the same exports and makes the same call`, async () => {
    const seen = await inPage(
      driver,
      async (module, path) => {
        const other = await import(path);
        const { org } = await other.getMyOrg("acme-viewer");
        const error = await other.getMyOrg("garbage").catch((/** @type {any} */ error) => error);
        const names = Object.keys(module).every((name) => name in other);
        return [names, org.name, module.isZitadelError(error), error.id];
      },
      `/pkg/${entry}.js`,
    );
    assert.deepEqual(seen, [true, "ACME", true, "AUTH-7fs1e"]);
  });
}

test("./streaming says if a page came in place of the module", async () => {
  const path = "/pkg/streaming.js?page";
  const seen = await inPage(
    driver,
    async (_, path) => {
      const { fetch } = globalThis;
      const page = () =>
        new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
      globalThis.fetch = async (...args) =>
        String(args[0]).endsWith(".wasm") ? page() : fetch(...args);
      const { preload } = await import(path);
      const error = await preload().catch((/** @type {any} */ error) => error);
      globalThis.fetch = fetch;
      await preload();
      return [error.message, error.retriable];
    },
    path,
  );
  assert.match(seen[0], /\/zitadel_org_web_bg\.wasm is not a WebAssembly module\. See cause\.$/);
  assert.ok(seen[1]);
});

for (const [where, name] of [
  ["the export", "getMyOrg\\w*"],
  ["a callback", "\\w+closures\\w+invoke\\w+"],
]) {
  test(`a trap in ${where} fails pending calls, and the next call succeeds`, async () => {
    const seen = await inPage(
      driver,
      async (module, pattern) => {
        const { Instance, Module, instantiate } = WebAssembly;
        // (module (func (export "trap") unreachable))
        const bytes = "0061736d0100000001040160000003020100070801047472617000000a05010300000b";
        const code = Uint8Array.from(bytes.match(/../g) ?? [], (byte) => parseInt(byte, 16));
        const { trap } = /** @type {any} */ (new Instance(new Module(code)).exports);
        let instances = 0;
        const source = await (await fetch("/pkg/index.js")).text();
        // The glue's functions call exports by their short names.
        const glue = new RegExp(
          `\\b${pattern}\\([^)]*\\) \\{\\s*(?:const ret = )?wasm\\.(\\w+)\\(`,
          "g",
        );
        const traps = [...source.matchAll(glue)].map(([, short]) => [short, trap]);
        // The first instance traps in the exports that match the pattern.
        WebAssembly.instantiate = /** @type {any} */ (
          async (/** @type {any} */ source, /** @type {any} */ imports) => {
            const { exports } = /** @type {any} */ (await instantiate(source, imports));
            instances += 1;
            return {
              exports: instances === 1 ? { ...exports, ...Object.fromEntries(traps) } : exports,
            };
          }
        );
        const options = { fetch: async () => new Response("") };
        const calls = [1, 2, 3].map(() => module.getMyOrg("x", null, options));
        const errors = await Promise.all(
          calls.map((call) => call.catch((/** @type {any} */ error) => error)),
        );
        const { org } = await module.getMyOrg("acme-viewer");
        WebAssembly.instantiate = instantiate;
        return [
          traps.length > 0,
          ...errors.map((error) => [error.name, error.kind, error.code, error.cause?.name]),
          instances,
          org?.name,
        ];
      },
      name,
    );
    const error = ["ZitadelError", "protocol", 13, "RuntimeError"];
    assert.deepEqual(seen, [true, error, error, error, 2, "ACME"]);
  });
}

test("options may be inherited, a URL, Headers, or of another realm", async () => {
  const seen = await inPage(driver, async (module) => {
    /** @type {any} */
    let sent;
    const frame = document.documentElement.appendChild(
      document.createElementNS("http://www.w3.org/1999/xhtml", "iframe"),
    );
    const Foreign = /** @type {any} */ (frame).contentWindow.AbortController;
    const controller = new Foreign();
    const inherited = {
      baseUrl: new URL("https://z.example/a/"),
      headers: new Headers({ "X-A": "1", "x-b": "2" }),
      fetch: (/** @type {any} */ url, /** @type {any} */ init) => {
        sent = { url, headers: init.headers };
        controller.abort("enough");
        return new Promise(() => {});
      },
    };
    const options = Object.assign(Object.create(inherited), { signal: controller.signal });
    const error = await module
      .getMyOrg("x", null, options)
      .catch((/** @type {any} */ error) => error);
    frame.remove();
    return [sent.url, sent.headers["x-a"], sent.headers["x-b"], error.kind, error.cause];
  });
  const url = "https://z.example/a/zitadel.management.v1.ManagementService/GetMyOrg";
  assert.deepEqual(seen, [url, "1", "2", "aborted", "enough"]);
});

test("options that throw are an invalid argument with a cause", async () => {
  const seen = await inPage(driver, async (module) => {
    const hostile = [
      {
        get baseUrl() {
          throw "getter";
        },
      },
      {
        baseUrl: {
          get href() {
            throw "getter";
          },
        },
      },
      {
        headers: new Proxy(
          {},
          {
            ownKeys() {
              throw "getter";
            },
          },
        ),
      },
      new Proxy(
        {},
        {
          get() {
            throw "getter";
          },
        },
      ),
    ];
    const errors = [];
    for (const options of /** @type {any[]} */ (hostile)) {
      const error = await module
        .getMyOrg("x", null, options)
        .catch((/** @type {any} */ error) => error);
      errors.push([error.kind, error.code, error.cause]);
    }
    const { org } = await module.getMyOrg("acme-viewer");
    return [...errors, org?.name];
  });
  const error = ["invalid-argument", 3, "getter"];
  assert.deepEqual(seen, [error, error, error, error, "ACME"]);
});

test("a signal that hides its state or throws is an invalid argument", async () => {
  const seen = await inPage(driver, async (module) => {
    const signals = [
      {},
      5,
      { aborted: false },
      {
        aborted: false,
        addEventListener() {
          throw "no";
        },
      },
      new Proxy(
        {},
        {
          get() {
            throw "no";
          },
        },
      ),
    ];
    const kinds = [];
    for (const signal of /** @type {any[]} */ (signals)) {
      const error = await module
        .getMyOrg("x", null, { signal })
        .catch((/** @type {any} */ error) => error);
      kinds.push([error.kind, error.code]);
    }
    return kinds;
  });
  assert.deepEqual(seen, Array(5).fill(["invalid-argument", 3]));
});

test("an AbortSignal.timeout is an abort with its reason", async () => {
  const seen = await inPage(driver, async (module) => {
    const options = { signal: AbortSignal.timeout(20), fetch: () => new Promise(() => {}) };
    const error = await module
      .getMyOrg("x", null, /** @type {any} */ (options))
      .catch((/** @type {any} */ error) => error);
    return [error.kind, error.code, error.cause.name];
  });
  assert.deepEqual(seen, ["aborted", 1, "TimeoutError"]);
});

test("a deadline beyond a timer's maximum does not pass at once", async () => {
  const seen = await inPage(driver, async (module) => {
    const delays = /** @type {number[]} */ ([]);
    const { setTimeout } = globalThis;
    globalThis.setTimeout = /** @type {any} */ (
      (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
        delays.push(ms);
        return setTimeout(callback, ms);
      }
    );
    const { org } = await module.getMyOrg("acme-viewer", null, { timeoutMs: 2 ** 31 });
    const { org: again } = await module.getMyOrg("acme-viewer", null, { timeoutMs: 1e15 });
    globalThis.setTimeout = setTimeout;
    return [org?.name, again?.name, Math.max(...delays)];
  });
  assert.deepEqual(seen, ["ACME", "ACME", 2 ** 31 - 1]);
});

test("a deadline beyond a timer's maximum passes with its last timer", async () => {
  const seen = await inPage(driver, async () => {
    const { setTimeout } = globalThis;
    const now = performance.now.bind(performance);
    let skipped = 0;
    let timers = 0;
    performance.now = () => now() + skipped;
    // A copy keeps the clock that it was loaded with.
    const url = "/pkg/index.js?clock";
    const module = await import(url);
    await module.preload();
    globalThis.setTimeout = /** @type {any} */ (
      (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
        timers += 1;
        skipped += ms;
        return setTimeout(callback, 0);
      }
    );
    const options = { timeoutMs: 2 ** 32 + 10_000, fetch: () => new Promise(() => {}) };
    const error = await module
      .getMyOrg("x", null, /** @type {any} */ (options))
      .catch((/** @type {any} */ error) => error);
    globalThis.setTimeout = setTimeout;
    performance.now = now;
    return [error.kind, error.code, timers];
  });
  assert.deepEqual(seen, ["timeout", 4, 3]);
});

test("a deadline passes during a stream of empty chunks", async () => {
  const seen = await inPage(driver, async (module) => {
    const read = async () => ({ done: false, value: new Uint8Array() });
    const body = { getReader: () => ({ read }) };
    const headers = new Headers({ "content-type": "application/grpc-web+proto" });
    const options = { fetch: async () => ({ status: 200, headers, body }), timeoutMs: 300 };
    const error = await module
      .getMyOrg("x", null, /** @type {any} */ (options))
      .catch((/** @type {any} */ error) => error);
    return [error.kind, error.code];
  });
  assert.deepEqual(seen, ["timeout", 4]);
});

test("both protocols return the same values and errors", async () => {
  const seen = await inPage(
    driver,
    async (module, org, active) => {
      const results = [];
      for (const protocol of /** @type {const} */ (["grpc-web", "json"])) {
        const client = module.createOrgClient({ token: "iam-owner", protocol, language: "fr" });
        const read = await client.getMyOrg(org);
        const changed = [];
        for (const change of /** @type {const} */ (["reactivateOrg", "deactivateOrg"])) {
          const result = await client[change](org).catch((error) => error);
          changed.push(result.details?.resourceOwner ?? result.id);
        }
        const error = await client.reactivateOrg(active).catch((/** @type {any} */ error) => error);
        results.push({
          org: read.org && Object.keys(read.org).sort(),
          details: read.org?.details && Object.keys(read.org.details).sort(),
          changed: changed.at(-1),
          error: [error.kind, error.code, error.message, error.id, error.details],
        });
      }
      return results;
    },
    HOOLI,
    GLOBEX,
  );
  assert.deepEqual(seen[1], seen[0]);
  assert.equal(seen[0]?.changed, HOOLI);
  assert.equal(seen[0]?.error[2], "L'organisation est déjà active (EVENT-bfnrh)");
});

test("the token is only in the Authorization header", async () => {
  const { seen, headers } = await inPage(driver, async (module) => {
    const token = "s3cret-t0ken";
    /** @type {string[]} */
    const seen = [];
    /** @type {any} */
    let headers;
    const show = (/** @type {any} */ value) => {
      const own = Object.getOwnPropertyNames(value ?? {}).map((name) => value[name]);
      const shown = own.map((member) =>
        typeof member === "object" ? JSON.stringify(member) : String(member),
      );
      seen.push(String(value), JSON.stringify(value), ...shown, String(value?.stack));
      if (value?.cause) {
        show(value.cause);
      }
    };
    for (const name of /** @type {const} */ (["log", "warn", "error", "info", "debug"])) {
      const real = console[name];
      console[name] = (...args) => {
        args.forEach(show);
        real(...args);
      };
    }
    const fetches = [
      async (/** @type {any} */ url, /** @type {any} */ init) => {
        headers = init.headers;
        const others = { ...headers, authorization: undefined };
        seen.push(String(url), JSON.stringify({ ...init, headers: others }));
        throw new TypeError("no");
      },
      async () => new Response("<h1>", { status: 503 }),
      async () => new Response("junk", { headers: { "content-type": "application/grpc-web" } }),
      () => new Promise(() => {}),
      () => 5,
    ];
    for (const fetch of /** @type {any[]} */ (fetches)) {
      for (const protocol of /** @type {const} */ (["grpc-web", "json"])) {
        await module.reactivateOrg(token, "1", { fetch, protocol, timeoutMs: 50 }).catch(show);
      }
    }
    await module.reactivateOrg(`${token}\n`, "1").catch(show);
    await module.reactivateOrg(token, "1\n").catch(show);
    await module.reactivateOrg(token, "1", { baseUrl: "nonsense" }).catch(show);
    await module.reactivateOrg(token, "1").catch(show);
    seen.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
    seen.push(...performance.getEntries().map((entry) => entry.name));
    return { seen: seen.filter((text) => text?.includes(token)), headers };
  });
  assert.deepEqual(seen, []);
  assert.equal(headers.authorization, "Bearer s3cret-t0ken");
});

test("a page's variable named origin is not the default of baseUrl", async () => {
  const seen = await inPage(driver, async (module) => {
    // The assignment replaces the browser's accessor by a property, as `var origin` in a script does.
    Reflect.set(globalThis, "origin", "https://evil.example");
    /** @type {string[]} */
    const origins = [];
    const fetch = async (/** @type {string} */ url) => {
      origins.push(new URL(url).origin);
      return new Response();
    };
    await module.getMyOrg("t", null, { fetch }).catch(() => {});
    return [Reflect.get(globalThis, "origin"), ...origins];
  });
  assert.deepEqual(seen, ["https://evil.example", new URL(setting("ZITADEL_TEST_URL")).origin]);
});
