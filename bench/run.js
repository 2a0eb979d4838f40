// Compares the clients, prints what came out, and writes docs/performance.md and its charts.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { origins } from "../tests/support/origins.js";
import { CANDIDATES, bundles, tasks } from "./candidates.js";
import { chart } from "./chart.js";
import {
  CONCURRENCY,
  LATENCY_MS,
  ORGANIZATIONS,
  PARALLEL_CALLS,
  ROUNDS,
  measure,
} from "./measure.js";
import { measureOnDemand } from "./on-demand.js";

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

const say = (/** @type {string} */ text) => console.log(`    ${text}`);
const files = await bundles();
const { samples, bulk, chunks, version } = await measure(files, await tasks(), say);
const onDemand = await measureOnDemand(say);

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

/** @param {string} name @param {import("./measure.js").What} what */
const of = (name, what) => samples[name]?.[what] ?? [];
/** @param {string} name @param {import("./measure.js").What} what */
const ratio = (name, what) => median(of(name, what)) / median(of("raw", what));
/** @param {number} value */
const times = (value) => `×${value.toFixed(2)}`;

/** @param {string[][]} rows */
const table = ([head = [], ...rows]) =>
  [head, head.map((_, column) => (column ? "---:" : "---")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const names = /** @type {(keyof typeof CANDIDATES)[]} */ (Object.keys(CANDIDATES));
const label = (/** @type {keyof typeof CANDIDATES} */ name) =>
  name === OURS ? `**${CANDIDATES[name]}**` : CANDIDATES[name];
const bytes = (/** @type {number | undefined} */ value) => (value ?? NaN).toLocaleString("en");

const first = table([
  ["from import to first response, ms", "fast", "ratio", "slow 4G, CPU/4", "ratio"],
  ...names.map((name) => [
    label(name),
    spread(of(name, "fast"), 1),
    times(ratio(name, "fast")),
    spread(of(name, "slow"), 0),
    times(ratio(name, "slow")),
  ]),
]);
const demand = table([
  [
    "a page in whose view a button is pressed, slow 4G, CPU/4",
    "bundler",
    "bytes at page load",
    "press to response, ms",
  ],
  ...onDemand.map(({ bundler, way, bytes: atLoad, ms }) => [
    way,
    bundler,
    bytes(atLoad),
    spread(ms, 0),
  ]),
]);
const warm = table([
  [
    "a call of a warm client, ms",
    "one by one",
    `${PARALLEL_CALLS} at once, each`,
    `one by one, ${LATENCY_MS} ms away`,
    `${PARALLEL_CALLS} at once, each, ${LATENCY_MS} ms away`,
    "requests a call",
  ],
  ...names.map((name) => [
    label(name),
    spread(of(name, "near"), 2),
    spread(of(name, "nearAtOnce"), 2),
    spread(of(name, "far"), 1),
    spread(of(name, "farAtOnce"), 2),
    median(of(name, "requests")).toFixed(2),
  ]),
]);
const many = table([
  [`${ORGANIZATIONS.toLocaleString("en")} organizations, ${CONCURRENCY} at a time`, "ms", "ratio"],
  ["hand-written fetch, no checks", spread(bulk.raw, 0), "×1.00"],
  [
    "**zitadel-org-web**, `ensureOrgsActive`",
    spread(bulk.ours, 0),
    times(median(bulk.ours) / median(bulk.raw)),
  ],
]);
const long = table([
  ["a response, bytes", "in chunks of", "ms", "µs a KiB", "µs a chunk"],
  ...chunks.map(([chunk, total, ms]) => [
    bytes(total),
    bytes(chunk),
    ms.toFixed(1),
    ((ms * 1000) / (total / 1024)).toFixed(2),
    ((ms * 1000) / Math.ceil(total / chunk)).toFixed(2),
  ]),
]);
const sizes = table([
  ["what a page downloads, bytes", "raw", "gzip", "brotli"],
  ...names.map((name) => [
    label(name),
    bytes(payload[name]?.raw),
    bytes(payload[name]?.gzip),
    bytes(payload[name]?.brotli),
  ]),
]);
const own = table([
  ["a call of a warm client, with the network stubbed", "own cost, µs", "ratio"],
  ...names.map((name) => [label(name), spread(of(name, "own"), 1), times(ratio(name, "own"))]),
]);
const memory = table([
  ["after 6,000 calls, kB", "JavaScript heap over raw", "WebAssembly memory"],
  ...names.map((name) => {
    const over = median(of(name, "heap")) - median(of("raw", "heap"));
    return [label(name), (over / 1000).toFixed(0), (median(of(name, "wasm")) / 1000).toFixed(0)];
  }),
]);
const held = table([
  ["functions of the module, bytes", "raw"],
  ...origins()
    .filter(([, size]) => size >= 500)
    .map(([origin, size]) => [origin, bytes(size)]),
]);
/** @type {Record<string, number>} */
const recorded = JSON.parse(readFileSync("tests/support/size.json", "utf8"));
const features = table([
  ["the module with these features, besides `js` and `lol_alloc`", "gzip"],
  ...Object.entries(recorded)
    .filter(([name]) => name.startsWith("features, "))
    .map(([name, size]) => [name.slice("features, ".length, -", gzip".length), bytes(size)]),
]);
const shared = Object.entries(
  JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).devDependencies,
).map(([name, version]) => `${name} ${version}`);
const machine = `${cpus().length} cores${cpus()[0] ? ` (${cpus()[0]?.model.trim()})` : ""}, ${Math.round(totalmem() / 2 ** 30)} GiB, Chromium ${version}, Node ${process.versions.node}, ${execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim()}`;

console.log(`\n${[first, demand, warm, many, long, sizes, own, memory].join("\n\n")}\n`);
writeFileSync(
  "docs/performance.md",
  `# Performance

What a console's users feel of this client, and what it weighs, beside other clients that can call ReactivateOrg. \`cargo xtask
bench\` measures it and writes this page; the clients are in [bench/candidates](../bench/candidates), bundled and minified by
esbuild, each trimmed to this rpc where its tools can. Ratios are to a hand-written fetch that checks nothing. The page and the API
are of two origins, as with consoles, so a browser's preflights are in every figure that has a network in it.

## The first call

${picture("cold", "From import to first response on slow 4G")}

${first}

A page pays nothing for the client until it is wanted: with \`await import("zitadel-org-web")\` where it is used, and
\`preload()\` when the pointer comes near (here a second before the press).

${demand}

## Calls of a warm client

${warm}

## Many organizations

${many}

## Long responses

${long}

## Bytes

${picture("payload", "What a page downloads, gzipped")}

${sizes}

## A call's own cost

${picture("own", "A client's own cost per call")}

${own}

${memory}

## How it was measured

Every figure is a median with the fastest and slowest in parentheses, of ${ROUNDS} rounds in each of which every client has its turn,
so that what else the machine does meets all of them. Slow 4G is 150 ms of latency and 1.6 Mbit/s. "Own cost" is a call with fetch
or XMLHttpRequest stubbed to respond at once, both through a Response. The servers and the browser share the machine, so times of
calls over the network tell more of it than of the clients.

What is unequal: this client alone has a deadline and a signal for each call unless asked not to, decodes the details of errors and
checks its arguments; the hand-written fetch does none of it. protobuf-ts, connect-web, nice-grpc-web and Google's client hold one
rpc, this client and @zitadel/client every one that they offer. The crate in a Rust app holds one call and loads its module as a
file; so does connectrpc, whose crate leaves the transport over fetch to apps: bench/connectrpc has one.

## What the module holds

The whole client is in the module, and so the default entry is larger than that of clients which leave HTTP, deadlines and
errors to a runtime that the page has anyway. By crate, and by file for this one; an inlined function counts where it went:

${held}

Who builds the module can leave out what they do not need (\`wasm-pack build -- --no-default-features --features js,lol_alloc,v2\`):

${features}

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
      times,
    ),
  );
  write(
    "own",
    chart(
      theme,
      "ratio to a hand-written fetch",
      bars((name) => ratio(name, "own")),
      times,
    ),
  );
}

/** @param {string} name @param {string} title */
function picture(name, title) {
  return `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="performance-${name}-dark.svg">
  <img alt="${title}" src="performance-${name}-light.svg">
</picture>`;
}
