// Sizes of what a page downloads: raw, and as servers compress it.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

const bundle = await build({
  entryPoints: ["pkg/src/index.js"],
  bundle: true,
  minify: true,
  format: "esm",
  write: false,
});
const rows = [
  ["the default entry, bundled and minified", bundle.outputFiles[0]?.contents ?? new Uint8Array()],
  ["  of that: the module, deflated, base64", readFileSync("pkg/dist/wasm.js")],
  ["  of that: wasm-bindgen's glue", readFileSync("pkg/dist/zitadel_org_web.js")],
  ["the module alone, for ./streaming", readFileSync("pkg/dist/zitadel_org_web_bg.wasm")],
  ["the module over tonic", readFileSync("pkg/dist/tonic/zitadel_org_web_bg.wasm")],
];

/** @param {(string | number)[]} cells */
const print = ([name, ...sizes]) =>
  console.log(
    String(name).padEnd(42) + sizes.map((size) => size.toLocaleString("en").padStart(10)).join(""),
  );

print(["", "raw", "gzip", "brotli"]);
for (const [name, bytes] of /** @type {[string, Uint8Array][]} */ (rows)) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const gzip = gzipSync(bytes, { level: 9 }).length;
  print([name, bytes.length, gzip, brotliCompressSync(bytes, { params }).length]);
}
