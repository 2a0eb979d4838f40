// The checks of a call's arguments, before anything is sent.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createOrgClient, ensureOrgsActive, getMyOrg, listOrganizations } from "zitadel-org-web";

import { BASE_URL, refused, rejection, RPCS, sent } from "../support/calls.js";
import { withGlobal } from "../support/copies.js";
import { message } from "../support/responses.js";

/** @param {string} baseUrl */
const base = async (baseUrl, allowInsecure = false) =>
  (await sent({ baseUrl, allowInsecure })).url.replace(/\/zitadel\.management.*/, "");

test("a token must be printable ASCII, and no message repeats it", async () => {
  const { init } = await sent({}, null, "abc.DEF-123_~+/==");
  assert.equal(init.headers["authorization"], "Bearer abc.DEF-123_~+/==");
  for (const token of [
    "",
    " ",
    "s3c ret",
    "a\r\nx: y",
    "a\0",
    "ä",
    "tab\t",
    "Bearer abc",
    "\x7f",
    5,
    null,
    {},
    () => 5,
  ]) {
    const { message } = await refused("token", {}, null, token);
    assert.ok(!message.includes("s3c"), message);
  }
});

test("an orgId must be printable ASCII without outer blanks", async () => {
  assert.equal((await sent({}, "696")).init.headers["x-zitadel-orgid"], "696");
  assert.equal((await sent({}, null)).init.headers["x-zitadel-orgid"], undefined);
  for (const orgId of ["", "  ", "1\r\nx: y", "1\n", "1\0", "日本", "ü", 5, {}]) {
    await refused("orgId", {}, orgId);
  }
  // Headers drop blanks at either end, and URLs drop the segments "." and "..". Both would name another organization.
  for (const orgId of [" 7", "7 ", " 7 ", "\t7", ".", ".."]) {
    await refused("orgId must", {}, orgId);
  }
  for (const orgId of ["a b", "...", "a/b", "%2e%2e"]) {
    assert.equal((await sent({}, orgId)).init.headers["x-zitadel-orgid"], orgId);
  }
});

test("an organizationId is one segment of the REST path", async () => {
  /** @param {string} id @returns {Promise<string>} */
  const path = async (id) => {
    /** @type {string} */
    let seen = "";
    const fetch = async (/** @type {string} */ url) => {
      seen = new URL(url).pathname;
      return new Response();
    };
    const options = {
      baseUrl: `${BASE_URL}/prefix`,
      protocol: /** @type {const} */ ("json"),
      fetch,
    };
    await rejection(RPCS.activateOrganization("t", id, options));
    return seen;
  };
  for (const [id, segment] of [
    ["7", "7"],
    ["a/b", "a%2Fb"],
    ["a b", "a%20b"],
    ["?x#y", "%3Fx%23y"],
    ["%2e%2e", "%252e%252e"],
    ["...", "..."],
  ]) {
    assert.equal(decodeURIComponent(String(segment)), id);
    const seen = await path(String(id));
    assert.equal(decodeURIComponent(seen), `/prefix/v2/organizations/${id}/activate`);
    // A URL parser treats %2E%2E like "..", so only the number of segments shows that the path is safe.
    assert.equal(seen.split("/").length, 6, seen);
  }
  for (const id of [".", "..", " 7", "7 ", "", " ", "ü"]) {
    const fetch = () => assert.fail("sent");
    for (const protocol of /** @type {const} */ (["json", "grpc-web"])) {
      const options = { baseUrl: BASE_URL, protocol, fetch };
      const error = await rejection(RPCS.activateOrganization("t", id, options));
      assert.equal(error.kind, "invalid-argument");
      assert.match(error.message, /^organizationId must/);
    }
  }
});

test("headers of the protocol and of fetch are rejected in any case", async () => {
  for (const name of [
    "Authorization",
    "X-Zitadel-OrgId",
    "content-type",
    "Accept",
    "accept-language",
    "grpc-timeout",
    "Grpc-Anything",
    "x-grpc-web",
    "x-user-agent",
    "Content-Length",
    "transfer-encoding",
    "expect",
    "upgrade",
    "host",
    "connection",
    "cookie",
    "te",
    "via",
    "Sec-Fetch-Mode",
    "proxy-authorization",
  ]) {
    await refused(`headers must not set ${name.toLowerCase()}: `, { headers: { [name]: "x" } });
  }
});

test("other headers must have a valid name and value", async () => {
  const headers = { "X-Trace": 'a, b; c="ü"\\' };
  assert.equal((await sent({ headers })).init.headers["x-trace"], 'a, b; c="ü"\\');
  for (const [name, value] of [
    ["", "x"],
    ["a b", "x"],
    ["a:", "x"],
    ["x", "a\nb"],
    ["x", "a\rb"],
    ["x", "\0"],
    ["x", "€"],
  ]) {
    await refused("headers", { headers: { [String(name)]: value } });
  }
  // An array-like may claim any length: four billion items would exhaust memory.
  const endless = { 0: "a", 1: "b", length: 4e9 };
  for (const headers of [
    5,
    "x",
    [["a"]],
    [["a", "b", "c"]],
    [5],
    [endless],
    { a: undefined },
    ["ab"],
  ]) {
    await refused("headers", { headers });
  }
});

test("a header's value may be a number", async () => {
  for (const headers of [{ "x-a": 5 }, [["x-a", 5]], new Headers({ "x-a": "5" }), { "x-a": 5n }]) {
    assert.equal((await sent({ headers })).init.headers["x-a"], "5");
  }
  assert.equal((await sent({ headers: { "x-a": true } })).init.headers["x-a"], "true");
});

test("defaults and options accept the same headers", async () => {
  for (const headers of [
    ["ab"],
    { href: "x" },
    { "x-a": 5 },
    [["x-a"]],
    new Map([["x-a", "1"]]),
    5,
  ]) {
    /** @type {any[]} */
    const seen = [];
    const fetch = async (/** @type {string} */ _, /** @type {any} */ init) => {
      seen.push(init.headers);
      return message();
    };
    const options = { baseUrl: BASE_URL, fetch, headers: /** @type {any} */ (headers) };
    const text = (/** @type {any} */ error) => error.message;
    const own = await RPCS.getMyOrg("t", "1", options).then(() => "sent", text);
    const client = createOrgClient({ ...options, token: "t" });
    assert.equal(await client.getMyOrg("1").then(() => "sent", text), own);
    assert.deepEqual(seen[0], seen[1]);
  }
});

test("every value of a repeated header is sent", async () => {
  const pairs = [
    ["X-A", "1"],
    ["x-b", "2"],
    ["x-a", "3"],
  ];
  for (const headers of [pairs, new Map(pairs.slice(1).map(([k, v]) => [k, v])), pairs.values()]) {
    const sentHeaders = (await sent({ headers })).init.headers;
    assert.equal(sentHeaders["x-a"], headers instanceof Map ? "3" : "1, 3");
  }
});

test("timeoutMs must be a non-negative finite number", async () => {
  for (const timeoutMs of [0, 0.5e3, 1e15]) {
    await sent({ timeoutMs });
  }
  for (const timeoutMs of [-1, NaN, Infinity, -Infinity, "5", {}]) {
    await refused("timeoutMs", { timeoutMs });
  }
});

test("baseUrl keeps its path and loses trailing slashes", async () => {
  for (const [path, expected] of [
    ["", ""],
    ["/", ""],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b"],
    ["//", ""],
  ]) {
    assert.equal(await base(`https://z.example${path}`), `https://z.example${expected}`);
  }
});

test("plain http to other machines must be allowed", async () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "127.1", "[::1]"]) {
    assert.ok(await base(`http://${host}`), host);
  }
  for (const host of [
    "z.example",
    "localhost.example",
    // Node resolves it by the network's DNS.
    "a.localhost",
    "128.0.0.1",
    "10.0.0.1",
    "[::2]",
    "notlocalhost",
    "127.0.0.1.example",
  ]) {
    await refused("baseUrl", { baseUrl: `http://${host}` });
    assert.ok(await base(`http://${host}`, true), host);
  }
});

test("only allowInsecure: true allows plain http, for one call", async () => {
  const baseUrl = "http://prod.example";
  assert.ok(await base(baseUrl, true));
  for (const allowInsecure of ["false", "true", 1, {}, false, undefined, null]) {
    await refused("baseUrl", { baseUrl, allowInsecure });
  }
});

test("baseUrl must be http(s) without credentials, query or fragment", async () => {
  for (const baseUrl of [
    "ftp://z.example",
    "file:///z",
    "data:x",
    "ws://z.example",
    "z.example",
    "/path",
    "",
    "undefined",
    "https://u@z.example",
    "https://u:p@z.example",
    "https://z.example?",
    "https://z.example/?a=b",
    "https://z.example/#",
  ]) {
    await refused("baseUrl", { baseUrl, allowInsecure: true });
  }
});

test("baseUrl is read once, as a string or a URL", async () => {
  assert.equal(
    await base(/** @type {any} */ (new URL("https://z.example/a"))),
    "https://z.example/a",
  );
  let reads = 0;
  const twoFaced = {
    get href() {
      reads += 1;
      return reads === 1 ? "https://z.example" : "https://evil.example";
    },
  };
  const { url } = await sent({ baseUrl: twoFaced });
  assert.deepEqual([reads, new URL(url).host], [1, "z.example"]);
  for (const baseUrl of [5, {}, { toString: () => "https://z.example" }, Symbol("x"), []]) {
    await refused("baseUrl", { baseUrl });
  }
});

test("options override defaults, and headers are merged by name", async () => {
  /** @type {any} */
  let init;
  const client = createOrgClient({
    token: "t",
    baseUrl: "https://z.example",
    language: "de",
    headers: { "x-a": "1", "X-B": "2" },
    fetch: async (_, requestInit) => {
      init = requestInit;
      return new Response();
    },
  });
  const options = {
    language: "fr",
    timeoutMs: null,
    headers: [
      ["x-b", "3"],
      ["x-c", "4"],
    ],
  };
  await client.getMyOrg("1", /** @type {any} */ (options)).catch(() => {});
  const { "accept-language": language, "x-a": a, "x-b": b, "x-c": c } = init.headers;
  assert.deepEqual([language, a, b, c], ["fr", "1", "3", "4"]);
});

test("baseUrl defaults to the page's origin at the time of the call", async () => {
  for (const origin of ["https://a.example", "http://localhost:8080"]) {
    const location = new URL(origin);
    await withGlobal("location", location, async () => {
      assert.equal(new URL((await sent({ baseUrl: null })).url).origin, origin);
    });
  }
  for (const href of ["about:blank", "chrome-extension://abc/page.html", "file:///page.html"]) {
    await withGlobal("location", new URL(href), () =>
      refused("baseUrl must be set", { baseUrl: null }),
    );
  }
  await refused("baseUrl must be set", { baseUrl: null });
});

test("a variable named origin is not the page's origin", async () => {
  await withGlobal("origin", "https://evil.example", async () => {
    await refused("baseUrl must be set", { baseUrl: null });
    await withGlobal("location", new URL("https://page.example/x"), async () => {
      assert.equal(new URL((await sent({ baseUrl: null })).url).origin, "https://page.example");
    });
  });
});

/** @param {any} request @param {"grpc-web" | "json"} [protocol] */
const list = async (request, protocol = "grpc-web") => {
  /** @type {any} */
  let body;
  const fetch = async (/** @type {string} */ _, /** @type {any} */ init) => {
    body = init.body;
    return protocol === "json" ? Response.json({}) : message();
  };
  await RPCS.listOrganizations("t", request, { baseUrl: BASE_URL, protocol, fetch });
  return protocol === "json"
    ? JSON.parse(Buffer.from(body).toString())
    : Buffer.from(body).toString("hex");
};

test("a uint64 may be a string, a number or a bigint", async () => {
  const expected = await list({ query: { offset: "7" } });
  assert.notEqual(expected, await list({}));
  assert.equal(await list({ query: { offset: 7 } }), expected);
  assert.equal(await list({ query: { offset: 7n } }), expected);
  const { query } = await list({ query: { offset: 2n ** 64n - 1n } }, "json");
  assert.equal(String(query.offset), "18446744073709551615");
  for (const offset of [-1n, 2n ** 64n, 1.5, "x", NaN]) {
    const error = await rejection(list({ query: { offset } }));
    assert.deepEqual([error.kind, error.code], ["invalid-argument", 3], String(offset));
    assert.match(error.message, /^request\.query\.offset must/);
  }
});

test("a request must be plain objects and arrays", async () => {
  const query = { limit: 1 };
  class Getters {
    get query() {
      return query;
    }
  }
  for (const [name, request] of Object.entries({
    Map: new Map([["query", query]]),
    Date: new Date(),
    URLSearchParams: new URLSearchParams("query=1"),
    Promise: Promise.resolve({ query }),
    "class instance": new Getters(),
    "nested Map": { query: new Map([["limit", 1]]) },
    "Map in an array": { queries: [{ idQuery: new Map([["id", "7"]]) }] },
    function: () => ({ query }),
    string: "query",
    number: 5,
    "function inside": { query: () => query },
    cycle: (() => {
      /** @type {any} */
      const request = {};
      request.query = request;
      return request;
    })(),
  })) {
    const error = await rejection(list(request));
    assert.deepEqual([error.kind, error.code], ["invalid-argument", 3], name);
    assert.match(error.message, /^request/, name);
  }
  const bare = Object.assign(Object.create(null), { query });
  assert.equal(await list(bare), await list({ query }));
  assert.equal(await list(undefined), await list({}));
  assert.equal(await list(null), await list({}));
});

test("a request that shares objects has a limit of values", async () => {
  /** @type {any} */
  let queries = {};
  for (let depth = 0; depth < 24; depth += 1) {
    queries = [queries, queries];
  }
  await assert.rejects(listOrganizations("t", { queries }, { baseUrl: "https://z.example" }), {
    kind: "invalid-argument",
    message: "request must have at most 100000 values.",
  });
});

test("a thrown Proxy that cannot be inspected is an option's problem", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const options = /** @type {any} */ ({
    get baseUrl() {
      throw proxy;
    },
  });
  const request = /** @type {any} */ ({
    get query() {
      throw proxy;
    },
  });
  for (const call of [
    () => getMyOrg("t", "1", options),
    () => createOrgClient(options).getMyOrg("1"),
    () => ensureOrgsActive("t", ["1"], options),
    () => listOrganizations("t", request, { baseUrl: "https://id.example.com" }),
  ]) {
    const error = await call().then(
      () => assert.fail("resolved"),
      (/** @type {any} */ rejection) => rejection,
    );
    assert.equal(error.kind, "invalid-argument");
    assert.match(error.message, /could not be read: it threw an exception/);
  }
});
