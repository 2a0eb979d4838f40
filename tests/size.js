// Sizes of what a page downloads: raw, and as servers compress it.

import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FOLDERS = ["pkg/src", "pkg/dist"];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .map((name) => `${folder}/${name}`),
);
const rows = files.map((file) => {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    file,
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
});
const total = { file: "all", raw: 0, gzip: 0, brotli: 0 };
for (const { raw, gzip, brotli } of rows) {
  total.raw += raw;
  total.gzip += gzip;
  total.brotli += brotli;
}
console.log(
  `${"file".padEnd(36)}${"raw".padStart(10)}${"gzip".padStart(10)}${"brotli".padStart(10)}`,
);
for (const { file, ...sizes } of [...rows, total]) {
  const numbers = Object.values(sizes).map((size) => size.toLocaleString("en").padStart(10));
  console.log(file.padEnd(36) + numbers.join(""));
}
