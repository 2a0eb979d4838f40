// Sizes of what a page downloads: raw, and as servers compress it. Fails over the budget, and reports what grew since
// tests/support/size.json, by section and by crate or file; UPDATE=1 writes that file anew.
//
// node tests/support/size.js [LABEL MODULE]...: more modules, of those who build it with fewer features.

import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

import { origins } from "./origins.js";

const RECORD = "tests/support/size.json";
/** What the default entry may be, bundled and minified, in bytes. */
const BUDGET = { gzip: 56_500, brotli: 54_600 };
const WASM_SECTIONS = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
];

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
const wasm = readFileSync("pkg/zitadel_org_web_bg.wasm");

/** @param {Uint8Array} bytes */
function compressed(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

/** The sections of a module and their sizes. @param {Buffer} bytes */
function sections(bytes) {
  /** @type {Record<string, number>} */
  const sizes = {};
  let at = 8;
  while (at < bytes.length) {
    const name = WASM_SECTIONS[bytes[at++] ?? 0] ?? "unknown";
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    sizes[`module, ${name}`] = (sizes[`module, ${name}`] ?? 0) + length;
    at += length;
  }
  return sizes;
}

/** @param {(string | number)[]} cells */
const print = ([name, ...sizes]) =>
  console.log(
    String(name).padEnd(44) + sizes.map((size) => size.toLocaleString("en").padStart(10)).join(""),
  );

const total = compressed(bundle);
print(["", "raw", "gzip", "brotli"]);
for (const [name, { raw, gzip, brotli }] of /** @type {const} */ ([
  ["the default entry, bundled and minified", total],
  ["the module alone, for ./streaming", compressed(wasm)],
  ["the entry ./tonic", compressed(readFileSync("pkg/tonic.js"))],
])) {
  print([name, raw, gzip, brotli]);
}

/** @type {Record<string, number>} */
const features = {};
const variants = process.argv.slice(2);
if (variants.length > 0) {
  console.log("\nthe module alone, built with fewer features:");
}
for (let at = 0; at < variants.length; at += 2) {
  const { raw, gzip, brotli } = compressed(readFileSync(variants[at + 1] ?? ""));
  print([variants[at] ?? "", raw, gzip, brotli]);
  features[`features, ${variants[at]}, gzip`] = gzip;
}
features["features, all of them, gzip"] = compressed(wasm).gzip;

console.log("\nwhat the module's functions hold, raw bytes, inlined ones counted where they went:");
const held = origins();
for (const [origin, size] of held) {
  if (size >= 200) {
    print([origin, size]);
  }
}

const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
const parts = Object.entries(inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]);
/** @type {Record<string, number>} */
const now = {
  gzip: total.gzip,
  brotli: total.brotli,
  ...Object.fromEntries(parts),
  ...sections(wasm),
  ...features,
  ...Object.fromEntries(held.map(([origin, size]) => [`functions, ${origin}`, size])),
};
if (process.env.UPDATE) {
  writeFileSync(RECORD, `${JSON.stringify(now, undefined, 2)}\n`);
}
/** @type {Record<string, number>} */
const recorded = JSON.parse(readFileSync(RECORD, "utf8"));
const changed = [...new Set([...Object.keys(now), ...Object.keys(recorded)])]
  .map((name) => [name, recorded[name] ?? 0, now[name] ?? 0])
  .filter(([, before, after]) => before !== after);
if (changed.length > 0) {
  console.log(`\nwhat changed since ${RECORD}:`);
  print(["section, raw bytes where it does not say", "then", "now", "grew by"]);
  for (const [name, before, after] of changed) {
    print([String(name), Number(before), Number(after), Number(after) - Number(before)]);
  }
}
for (const [name, budget] of Object.entries(BUDGET)) {
  const size = total[/** @type {"gzip" | "brotli"} */ (name)];
  console.log(`\n${name}: ${size} of ${budget} bytes`);
  if (size > budget) {
    console.error(`The default entry is ${size - budget} bytes over its budget.`);
    process.exitCode = 1;
  }
}
