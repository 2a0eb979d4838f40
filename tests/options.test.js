// What the caller passes in, before anything is sent.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isZitadelError } from "../pkg/src/error.js";
import { checkToken, readCall } from "../pkg/src/options.js";

const URL_OPTION = { baseUrl: "https://z.example" };

/** @param {() => unknown} call @param {string} argument */
function refused(call, argument) {
  assert.throws(call, (error) => {
    assert.ok(isZitadelError(error));
    assert.deepEqual([error.kind, error.code], ["invalid-argument", 3]);
    assert.ok(error.message.startsWith(argument), error.message);
    return true;
  });
}

/** @param {string} baseUrl */
const base = (baseUrl, allowInsecure = false) =>
  readCall(null, { baseUrl, allowInsecure }, undefined).base.url;

test("a token is visible ASCII and no message repeats it", () => {
  assert.equal(checkToken("abc.DEF-123_~+/=="), "abc.DEF-123_~+/==");
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
  ]) {
    refused(() => checkToken(token), "token");
  }
  assert.throws(
    () => checkToken("s3cret s3cret"),
    (/** @type {Error} */ error) => !error.message.includes("s3cret"),
  );
});

test("an organization is a header's value and not empty", () => {
  assert.equal(readCall("696", URL_OPTION, undefined).headers["x-zitadel-orgid"], "696");
  assert.deepEqual(readCall(null, URL_OPTION, undefined).headers, {});
  for (const orgId of ["", "  ", "1\r\nx: y", "1\n", "1\0", "日本", 5]) {
    refused(() => readCall(/** @type {any} */ (orgId), URL_OPTION, undefined), "orgId");
  }
});

test("headers of the protocol are refused in any case", () => {
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
  ]) {
    refused(
      () => readCall(null, { ...URL_OPTION, headers: { [name]: "x" } }, undefined),
      `headers has ${name}`,
    );
  }
});

test("other headers need a valid name and value", () => {
  const headers = { "X-Trace": 'a, b; c="ü"' };
  assert.deepEqual(readCall(null, { ...URL_OPTION, headers }, undefined).headers, {
    "x-trace": 'a, b; c="ü"',
  });
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
    const headers = /** @type {any} */ ({ [String(name)]: value });
    refused(() => readCall(null, { ...URL_OPTION, headers }, undefined), "headers");
  }
});

test("a deadline is a finite number of milliseconds", () => {
  for (const timeoutMs of [0, 0.5, 1e15]) {
    assert.equal(readCall(null, { ...URL_OPTION, timeoutMs }, undefined).timeoutMs, timeoutMs);
  }
  assert.equal(readCall(null, URL_OPTION, undefined).timeoutMs, 30_000);
  for (const timeoutMs of [-1, NaN, Infinity, -Infinity, "5", {}]) {
    const options = /** @type {any} */ ({ ...URL_OPTION, timeoutMs });
    refused(() => readCall(null, options, undefined), "timeoutMs");
  }
});

test("a path prefix is kept and trailing slashes do not matter", () => {
  for (const [path, expected] of [
    ["", ""],
    ["/", ""],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b"],
    ["//", ""],
  ]) {
    assert.equal(base(`https://z.example${path}`), `https://z.example${expected}`);
  }
});

test("plain http goes to this machine only unless allowed", () => {
  for (const host of ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "127.1", "[::1]"]) {
    assert.ok(base(`http://${host}`), host);
  }
  for (const host of [
    "z.example",
    "localhost.example",
    "128.0.0.1",
    "10.0.0.1",
    "[::2]",
    "notlocalhost",
    "127.0.0.1.example",
  ]) {
    refused(() => base(`http://${host}`), "baseUrl");
    assert.ok(base(`http://${host}`, true), host);
  }
});

test("other schemes, user info, queries and fragments are refused", () => {
  for (const url of [
    "ftp://z.example",
    "file:///z",
    "data:x",
    "ws://z.example",
    "z.example",
    "/path",
    "",
    "https://u@z.example",
    "https://u:p@z.example",
    "https://z.example?",
    "https://z.example/?a=b",
    "https://z.example/#",
  ]) {
    refused(() => base(url, true), "baseUrl");
  }
});

test("an option comes before the default, and null is none", () => {
  const defaults = { ...URL_OPTION, timeoutMs: 5, language: "de" };
  const call = readCall(null, /** @type {any} */ ({ language: "fr", timeoutMs: null }), defaults);
  assert.deepEqual([call.timeoutMs, call.headers], [5, { "accept-language": "fr" }]);
});
