// Prints the sizes of the downloads and of the module's parts, and what changed since tests/support/size.json. Fails if the default
// entry exceeds its budget. UPDATE=1 records the sizes.

import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

import { origins } from "./origins.js";

const RECORD = "tests/support/size.json";
/** The allowed growth of the default entry over its recorded size, in bytes. */
const MARGIN = 500;
/** The smallest origin that is printed, in bytes. */
const SMALLEST = 200;

const { outputFiles, metafile } = await build({
  entryPoints: ["pkg/index.js"],
  bundle: true,
  minify: true,
  format: "esm",
  write: false,
  outdir: "target",
  metafile: true,
});
const bundle = outputFiles[0]?.contents ?? new Uint8Array();

/** @param {Uint8Array} bytes */
function compress(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

/** @param {(string | number)[]} cells */
function print([name, ...sizes]) {
  const numbers = sizes.map((size) => size.toLocaleString("en").padStart(10));
  console.log(String(name).padEnd(50) + numbers.join(""));
}

const entry = compress(bundle);
print(["bytes", "raw", "gzip", "brotli"]);
for (const [name, { raw, gzip, brotli }] of Object.entries({
  "default entry, bundled and minified": entry,
  "module, for ./streaming": compress(readFileSync("pkg/zitadel_org_web_bg.wasm")),
  "entry ./tonic": compress(readFileSync("pkg/tonic.js")),
})) {
  print([name, raw, gzip, brotli]);
}

console.log("\nthe module by crate and file, raw bytes:");
const parts = origins();
for (const [origin, size] of parts.filter(([, size]) => size >= SMALLEST)) {
  print([origin, size]);
}

const inputs = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {});
/** @type {Record<string, number>} */
const sizes = {
  gzip: entry.gzip,
  brotli: entry.brotli,
  ...Object.fromEntries(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput])),
  ...Object.fromEntries(parts.map(([origin, size]) => [`module, ${origin}`, size])),
};
if (process.env.UPDATE) {
  writeFileSync(RECORD, `${JSON.stringify(sizes, undefined, 2)}\n`);
}
/** @type {Record<string, number>} */
const recorded = JSON.parse(readFileSync(RECORD, "utf8"));
const changes = [...new Set([...Object.keys(sizes), ...Object.keys(recorded)])]
  .map((name) => /** @type {const} */ ([name, recorded[name] ?? 0, sizes[name] ?? 0]))
  .filter(([, before, after]) => before !== after);
if (changes.length > 0) {
  console.log(`\nchanges since ${RECORD}:`);
  print(["part, raw bytes unless named otherwise", "before", "now", "change"]);
  changes.forEach(([name, before, after]) => print([name, before, after, after - before]));
}

for (const name of /** @type {const} */ (["gzip", "brotli"])) {
  const budget = (recorded[name] ?? 0) + MARGIN;
  console.log(`\n${name}: ${entry[name]} of ${budget} bytes`);
  if (entry[name] > budget) {
    console.error(`The default entry exceeds its budget by ${entry[name] - budget} bytes.`);
    process.exitCode = 1;
  }
}
