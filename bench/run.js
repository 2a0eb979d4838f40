// Compares the clients, prints what came out, and writes docs/performance.md and its charts.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { origins } from "../tests/support/origins.js";
import { CANDIDATES, bundles } from "./candidates.js";
import { chart } from "./chart.js";
import { ROUNDS, measure } from "./measure.js";

const OURS = "ours-default";

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Median, and the fastest and slowest round. @param {number[]} values @param {number} digits */
function spread(values, digits) {
  const text = (/** @type {number} */ value) => value.toFixed(digits);
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

const files = await bundles();
const { samples, version } = await measure(files, (text) => console.log(`    ${text}`));

const payload = Object.fromEntries(
  Object.entries(files).map(([name, parts]) => {
    const sum = (/** @type {(bytes: Buffer) => Buffer} */ compress) =>
      Object.values(parts).reduce((total, bytes) => total + compress(bytes).length, 0);
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    return [
      name,
      {
        raw: sum((bytes) => bytes),
        gzip: sum((bytes) => gzipSync(bytes, { level: 9 })),
        brotli: sum((bytes) => brotliCompressSync(bytes, { params })),
      },
    ];
  }),
);

/** @param {string} name @param {keyof import("./measure.js").Samples} what */
const ratio = (name, what) =>
  median(samples[name]?.[what] ?? []) / median(samples.raw?.[what] ?? []);

/** @param {string[][]} rows */
const table = ([head = [], ...rows]) =>
  [head, head.map((_, column) => (column ? "---:" : "---")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const names = /** @type {(keyof typeof CANDIDATES)[]} */ (Object.keys(CANDIDATES));
const label = (/** @type {keyof typeof CANDIDATES} */ name) =>
  name === OURS ? `**${CANDIDATES[name]}**` : CANDIDATES[name];
const bytes = (/** @type {number | undefined} */ value) => (value ?? NaN).toLocaleString("en");

const sizes = table([
  ["what a page downloads, bytes", "raw", "gzip", "brotli"],
  ...names.map((name) => [
    label(name),
    bytes(payload[name]?.raw),
    bytes(payload[name]?.gzip),
    bytes(payload[name]?.brotli),
  ]),
]);
const times = table([
  ["from import to first response, ms", "fast", "ratio", "slow 4G, CPU/4", "ratio"],
  ...names.map((name) => [
    label(name),
    spread(samples[name]?.fast ?? [], 1),
    `×${ratio(name, "fast").toFixed(2)}`,
    spread(samples[name]?.slow ?? [], 0),
    `×${ratio(name, "slow").toFixed(2)}`,
  ]),
]);
const calls = table([
  ["a call of a warm client", "own cost, µs", "ratio", "one by one, ms", "64 at once, ms each"],
  ...names.map((name) => [
    label(name),
    spread(samples[name]?.own ?? [], 1),
    `×${ratio(name, "own").toFixed(2)}`,
    spread(samples[name]?.sequential ?? [], 2),
    spread(samples[name]?.parallel ?? [], 2),
  ]),
]);
const memory = table([
  ["after 6,000 calls, kB", "JavaScript heap over raw", "WebAssembly memory"],
  ...names.map((name) => {
    const over = median(samples[name]?.heap ?? []) - median(samples.raw?.heap ?? []);
    const wasm = median(samples[name]?.wasm ?? []);
    return [label(name), (over / 1000).toFixed(0), (wasm / 1000).toFixed(0)];
  }),
]);
const held = table([
  ["functions of the module, bytes", "raw"],
  ...origins()
    .filter(([, size]) => size >= 500)
    .map(([origin, size]) => [origin, bytes(size)]),
]);
const shared = Object.entries(
  JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).devDependencies,
).map(([name, version]) => `${name} ${version}`);
const machine = `${cpus().length} cores${cpus()[0] ? ` (${cpus()[0]?.model.trim()})` : ""}, ${Math.round(totalmem() / 2 ** 30)} GiB, Chromium ${version}, Node ${process.versions.node}, ${execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim()}`;

console.log(`\n${sizes}\n\n${times}\n\n${calls}\n\n${memory}\n`);
writeFileSync(
  "docs/performance.md",
  `# Performance

What a console pays for one call of ReactivateOrg, with this client and with others that can make it. \`cargo xtask bench\`
measures it and writes this page; the clients are in [bench/candidates](../bench/candidates), bundled and minified by esbuild,
each trimmed to this rpc where its tools can. Ratios are to a hand-written fetch that checks nothing.

${picture("payload", "What a page downloads, gzipped")}

${sizes}

${picture("cold", "From import to first response on slow 4G")}

${times}

${picture("own", "A client's own cost per call")}

${calls}

${memory}

Every figure is the median of ${ROUNDS} rounds with the fastest and slowest in parentheses; in each round every client has its
turn, so that what else the machine does meets all of them. "Own cost" is a call with fetch (or XMLHttpRequest) stubbed to
respond at once. Slow 4G is 150 ms of latency and 1.6 Mbit/s. The servers and the browser share the machine, so times of
calls over the network tell more of it than of the clients.

## What the module holds

The whole client is in the module, and so the default entry is larger than that of clients which leave HTTP, deadlines and
errors to a runtime that the page has anyway. By crate, and by file for this one; an inlined function counts where it went:

${held}

Measured on ${machine}.

Compared with: ${shared.join(", ")}.
`,
);
for (const theme of /** @type {const} */ (["light", "dark"])) {
  const bars = (/** @type {(name: keyof typeof CANDIDATES) => number} */ value) =>
    names.map((name) => ({ label: CANDIDATES[name], value: value(name), isOurs: name === OURS }));
  const write = (/** @type {string} */ name, /** @type {string} */ svg) =>
    writeFileSync(`docs/performance-${name}-${theme}.svg`, svg);
  write(
    "payload",
    chart(
      theme,
      "bytes, gzipped",
      bars((name) => payload[name]?.gzip ?? 0),
      bytes,
    ),
  );
  write(
    "cold",
    chart(
      theme,
      "ratio to a hand-written fetch",
      bars((name) => ratio(name, "slow")),
      times2,
    ),
  );
  write(
    "own",
    chart(
      theme,
      "ratio to a hand-written fetch",
      bars((name) => ratio(name, "own")),
      times2,
    ),
  );
}

/** @param {number} value */
function times2(value) {
  return `×${value.toFixed(2)}`;
}

/** @param {string} name @param {string} title */
function picture(name, title) {
  return `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="performance-${name}-dark.svg">
  <img alt="${title}" src="performance-${name}-light.svg">
</picture>`;
}
