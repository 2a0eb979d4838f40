// Compares the clients, prints the tables, and writes docs/performance.md and its chart. With --quick it measures one round and writes
// nothing.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { measureBulk, REFUSED, STOPPED } from "./bulk.js";
import { bundles, CANDIDATES, tasks } from "./candidates.js";
import { chart } from "./chart.js";
import { CONCURRENCY, LATENCY_MS, LONG, measure, ORGANIZATIONS } from "./measure.js";
import { measureOnDemand } from "./on-demand.js";

/** @typedef {import("./candidates.js").Candidate} Candidate */
/** @typedef {import("./measure.js").Measure} Measure */

const IS_QUICK = process.argv.includes("--quick");
const ROUNDS = IS_QUICK ? 1 : 7;
const names = /** @type {Candidate[]} */ (Object.keys(CANDIDATES));

const say = (/** @type {string} */ text) => console.log(`    ${text}`);
const files = await bundles();
const { samples, bulk, long, version } = await measure(files, await tasks(), ROUNDS, say);
const onDemand = await measureOnDemand(ROUNDS, say);
const { refused, stopped } = await measureBulk(ROUNDS);

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Formats the median, the minimum and the maximum. @param {number[]} values @param {number} digits */
function spread(values, digits) {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/** @param {number} value */
const times = (value) => `×${value.toFixed(2)}`;
/** @param {number} value */
const bytes = (value) => value.toLocaleString("en");
/** @param {Candidate} name @param {Measure} measure */
const ratio = (name, measure) => median(samples[name][measure]) / median(samples.raw[measure]);
/** @param {Candidate} name */
const label = (name) => (name === "ours-default" ? `**${CANDIDATES[name]}**` : CANDIDATES[name]);

/** @param {string[][]} rows */
const table = ([head = [], ...rows]) =>
  [head, head.map((_, column) => (column ? "---:" : "---")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** Adds up the compressed sizes of a candidate's files. @param {Candidate} name */
function downloads(name) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const parts = Object.values(files[name]);
  const sum = (/** @type {(file: Buffer) => Buffer} */ compress) =>
    bytes(parts.reduce((total, file) => total + compress(file).length, 0));
  return [
    sum((file) => file),
    sum((file) => gzipSync(file, { level: 9 })),
    sum((file) => brotliCompressSync(file, { params })),
  ];
}

const firstCall = table([
  ["import to first response", "fast network, ms", "slow 4G, CPU/4, ms", "ratio"],
  ...names.map((name) => [
    label(name),
    spread(samples[name].fast, 1),
    spread(samples[name].slow, 0),
    times(ratio(name, "slow")),
  ]),
]);
const demand = table([
  ["slow 4G, CPU/4", "bytes at page load", "press to response, ms"],
  ...onDemand.map((row) => [row.label, bytes(row.bytes), spread(row.ms, 0)]),
]);
const warmCall = table([
  ["one call", "CPU, µs", "ratio", "near server, ms", `${LATENCY_MS} ms away, ms`, "requests"],
  ...names.map((name) => [
    label(name),
    spread(samples[name].cpu, 1),
    times(ratio(name, "cpu")),
    spread(samples[name].near, 2),
    spread(samples[name].far, 1),
    median(samples[name].requests).toFixed(2),
  ]),
]);
const many = table([
  ["run", "ms", "ratio"],
  [`${bytes(ORGANIZATIONS)} calls of the hand-written fetch`, spread(bulk.raw, 0), "×1.00"],
  [
    `**\`ensureOrgsActive\`**, ${bytes(ORGANIZATIONS)} organizations`,
    spread(bulk.ours, 0),
    times(median(bulk.ours) / median(bulk.raw)),
  ],
  ...REFUSED.map((count, index) => [
    `${bytes(count)} refused organizations, without a network`,
    spread(refused[index] ?? [], 0),
    "",
  ]),
  [`longest block while ${bytes(STOPPED)} are stopped`, spread(stopped, 0), ""],
]);
const sizes = table([
  ["download, bytes", "raw", "gzip", "brotli"],
  ...names.map((name) => [label(name), ...downloads(name)]),
]);

/** @type {{ devDependencies: Record<string, string> }} */
const { devDependencies } = JSON.parse(
  readFileSync(new URL("package.json", import.meta.url), "utf8"),
);
const { version: ownVersion } = JSON.parse(readFileSync("pkg/package.json", "utf8"));
const peers = Object.entries(devDependencies).map(([name, version]) => `${name} ${version}`);
const processor = cpus()[0]?.model.trim() ?? "unknown processor";
const rustc = execFileSync("rustc", ["--version"], { encoding: "utf8" }).split(" ")[1];
const machine = [
  `${cpus().length} cores (${processor})`,
  `${Math.round(totalmem() / 2 ** 30)} GiB`,
  `Chromium ${version}`,
  `Node ${process.versions.node}`,
  `Rust ${rustc}`,
].join(", ");

const page = `# Performance

Load time, latency, CPU cost and size, compared with other clients that can call ReactivateOrg. Ratios are to a hand-written fetch
without any checks. Cells show the median, and the range in parentheses.

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="performance-dark.svg">
  <img alt="Time from import to first response on slow 4G" src="performance-light.svg">
</picture>

## First call

${firstCall}

With \`await import("zitadel-org-web")\`, a page loads the client only when it is needed. \`preload()\` on hover hides the load:

${demand}

## Warm call

${warmCall}

The time to read a long response: ${LONG.map((length, index) => `${bytes(length)} B in ${(long[index] ?? NaN).toFixed(1)} ms`).join(", ")}.

## Many organizations

${many}

All runs have a concurrency of ${CONCURRENCY}. The first two run in the browser, the others in Node.

## Bytes

${sizes}

The module holds the whole client, which other clients split between their code and the runtime. Of the default entry, the JavaScript
around the module is 9 kB gzip. Without \`ensureOrgActive\` and \`ensureOrgsActive\` the entry would have 7.5 kB less, without REST 3.1 kB,
and without all rpcs other than ReactivateOrg 0.3 kB (November 2026). \`cargo xtask build --size\` prints its parts by crate and file.

## Method

\`cargo xtask bench\` measures ${ROUNDS} rounds and writes this page. In each round every client has a turn, so background load affects all
of them. The page and the API have different origins, as in a console, so preflights count. Slow 4G is 150 ms of latency and
1.6 Mbit/s. CPU is a call with \`fetch\` or \`XMLHttpRequest\` stubbed to respond at once, in the fastest of five batches. The browser
and the servers share the machine. The clients are in [bench/candidates](../bench/candidates), bundled and minified by esbuild.

The comparison is unequal in these points:

- zitadel-org-web checks arguments, applies a deadline and a signal to every call, and decodes error details. The others do less by
  default, and the hand-written fetch does nothing of it.
- protobuf-ts, connect-web and Google's client contain this one rpc. zitadel-org-web and @zitadel/client contain all their rpcs.
- \`./streaming\` and the Rust crate load the module as a second file. The Rust app makes only this call.

Measured with zitadel-org-web ${ownVersion} on ${machine}. Compared with ${peers.join(", ")}.
`;
console.log(`\n${page}`);
if (!IS_QUICK) {
  writeFileSync("docs/performance.md", page);
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const bars = names.map((name) => ({
      label: CANDIDATES[name],
      value: median(samples[name].slow),
      isOurs: name === "ours-default",
    }));
    const title = "ms from import to first response, slow 4G, CPU/4";
    const svg = chart(theme, title, bars, (value) => value.toFixed(0));
    writeFileSync(`docs/performance-${theme}.svg`, svg);
  }
}
