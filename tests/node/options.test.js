// What the caller passes in, before anything is sent.

import assert from "node:assert/strict";
import { test } from "node:test";

import { refused, sent } from "../support/calls.js";

/** @param {string} baseUrl */
const base = async (baseUrl, allowInsecure = false) =>
  (await sent({ baseUrl, allowInsecure })).url.replace(/\/zitadel\.management.*/, "");

test("a token is visible ASCII and no message repeats it", async () => {
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

test("an organization is ASCII and not empty", async () => {
  assert.equal((await sent({}, "696")).init.headers["x-zitadel-orgid"], "696");
  assert.equal((await sent({}, null)).init.headers["x-zitadel-orgid"], undefined);
  for (const orgId of ["", "  ", "1\r\nx: y", "1\n", "1\0", "日本", "ü", 5, {}]) {
    await refused("orgId", {}, orgId);
  }
});

test("headers of the protocol, and those that fetch forbids, are refused in any case", async () => {
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
    await refused(`headers has ${name.toLowerCase()}`, { headers: { [name]: "x" } });
  }
});

test("other headers need a valid name and value", async () => {
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
    ["x", 5],
  ]) {
    await refused("headers", { headers: { [String(name)]: value } });
  }
  // What has but a length may claim any: to list four billion items would take all memory.
  const endless = { 0: "a", 1: "b", length: 4e9 };
  for (const headers of [5, "x", [["a"]], [["a", "b", "c"]], [5], [endless], { a: undefined }]) {
    await refused("headers", { headers });
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

test("a deadline is a finite number of milliseconds", async () => {
  for (const timeoutMs of [0, 0.5e3, 1e15]) {
    await sent({ timeoutMs });
  }
  for (const timeoutMs of [-1, NaN, Infinity, -Infinity, "5", {}]) {
    await refused("timeoutMs", { timeoutMs });
  }
});

test("a path prefix is kept and trailing slashes do not matter", async () => {
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

test("plain http goes to this machine only unless allowed", async () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "127.1", "[::1]"]) {
    assert.ok(await base(`http://${host}`), host);
  }
  for (const host of [
    "z.example",
    "localhost.example",
    // Node asks the network's DNS for it.
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

test("only true allows plain http, whatever was allowed before", async () => {
  const baseUrl = "http://prod.example";
  assert.ok(await base(baseUrl, true));
  for (const allowInsecure of ["false", "true", 1, {}, false, undefined, null]) {
    await refused("baseUrl", { baseUrl, allowInsecure });
  }
});

test("other schemes, user info, queries and fragments are refused", async () => {
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

test("a base URL is read once, as a string or a URL", async () => {
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

test("an option comes before the default, null is none, and headers are merged by name", async () => {
  const { createOrgClient } = await import("zitadel-org-web");
  /** @type {any} */
  let init;
  const client = createOrgClient({
    token: "t",
    baseUrl: "https://z.example",
    language: "de",
    headers: { "x-a": "1", "X-B": "2" },
    fetch: async (_, given) => {
      init = given;
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

test("the default of baseUrl is the page's origin at the time of the call", async () => {
  const page = /** @type {{ origin?: string }} */ (globalThis);
  try {
    for (const origin of ["https://a.example", "https://b.example"]) {
      page.origin = origin;
      assert.equal(new URL((await sent({ baseUrl: null })).url).origin, origin);
    }
  } finally {
    delete page.origin;
  }
});
