// The module as text in the default entry: its decoder, and the tools that must not change it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { resolve } from "node:path";
import { promisify } from "node:util";

import { minify as minifyWithSwc } from "@swc/core";
import { build as bundleWithEsbuild, transform } from "esbuild";
import { rollup } from "rollup";
import { minify as minifyWithTerser } from "terser";
import { build as bundleWithVite } from "vite";
import webpack from "webpack";

import { decode } from "../../js/decode.js";

const ENTRY = resolve("pkg/index.js");
const entry = await readFile(ENTRY, "utf8");
const [, text = ""] = entry.match(/"([ -~]{20000,})"/) ?? [];

/** The bytes that xtask/src/text.rs encodes in its tests: each value, then pseudo-random ones. */
function vector() {
  let state = 1;
  const random = Array.from({ length: 10_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
  return Uint8Array.from([...Array(256).keys(), ...random]);
}

test("the decoder reads the text that xtask's encoder writes", async () => {
  assert.deepEqual(decode(await readFile("tests/fixtures/encoded.txt", "latin1")), vector());
});

test("the text in the entry decodes to the module", async () => {
  assert.ok(Buffer.from(decode(text)).equals(await readFile("pkg/zitadel_org_web_bg.wasm")));
});

test("the text has no character that a tool or an HTML page escapes", () => {
  assert.deepEqual([...new Set(text.matchAll(/[^ -~]|["'`\\$<]/g))], []);
});

test("malformed text is rejected as a module", async () => {
  const half = text.slice(0, text.length / 2);
  for (const malformed of [
    "",
    "a",
    "aa",
    text.slice(0, 256),
    half,
    `${text}"`,
    "\u2028".repeat(999),
  ]) {
    await assert.rejects(WebAssembly.compile(decode(malformed)), WebAssembly.CompileError);
  }
});

/** Each returns the code that a tool makes of the entry. @type {Record<string, () => Promise<string | undefined>>} */
const TOOLS = {
  async esbuild() {
    const options = {
      bundle: true,
      minify: true,
      write: false,
      format: /** @type {const} */ ("iife"),
    };
    const { outputFiles } = await bundleWithEsbuild({ entryPoints: [ENTRY], ...options });
    return outputFiles?.[0]?.text;
  },
  "esbuild, escaping for pages in ASCII": async () =>
    (await transform(entry, { minify: true, charset: "ascii", target: "es2017" })).code,
  terser: async () => (await minifyWithTerser(entry, { module: true })).code,
  "terser, ES5 with single quotes": async () =>
    (await minifyWithTerser(entry, { ecma: 5, format: { quote_style: 1, ascii_only: true } })).code,
  swc: async () =>
    (await minifyWithSwc(entry, { module: true, compress: true, mangle: true })).code,
  "swc, ES5 in ASCII": async () =>
    (await minifyWithSwc(entry, { module: true, ecma: 5, format: { asciiOnly: true } })).code,
  async Rollup() {
    const bundle = await rollup({ input: ENTRY });
    return (await bundle.generate({ format: "iife", name: "client" })).output[0].code;
  },
  async Vite() {
    const lib = { entry: ENTRY, formats: [/** @type {const} */ ("es")] };
    const build = { lib, write: false, minify: true };
    const [result] = [await bundleWithVite({ configFile: false, logLevel: "warn", build })].flat();
    const [chunk] = result && "output" in result ? result.output : [];
    return chunk && "code" in chunk ? chunk.code : undefined;
  },
  async webpack() {
    const output = { path: resolve("target/inline"), filename: "bundle.js", library: "client" };
    const compiler = webpack({ mode: "production", entry: ENTRY, output });
    await promisify(compiler.run.bind(compiler))();
    return readFile("target/inline/bundle.js", "utf8");
  },
};

for (const [name, run] of Object.entries(TOOLS)) {
  test(`${name} keeps the text byte for byte`, async () => {
    assert.ok((await run())?.includes(text));
  });
}
