// 34,000 calls against a stubbed fetch succeed, and as many fail in different ways: rejected, aborted, options that throw, a fetch
// that throws, a wrong URL, a page instead of JSON. Heap, tables and listeners must not grow.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openChromium, setting } from "../support/browser.js";

const CALLS = 34_000;
const WARM_UP = 2_000;
/** Growth of the heap allowed per call, because the browser's own heap is not quite flat. */
const HEAP_BYTES_PER_CALL = 8;

/** @type {import("selenium-webdriver/chrome.js").Driver} */
let driver;

before(async () => {
  driver = await openChromium();
  await driver.manage().setTimeouts({ script: 240_000 });
  await driver.get(`${setting("ZITADEL_TEST_URL")}/icon.svg`);
  await driver.executeAsyncScript(setUp, "/pkg/index.js");
});

after(() => driver?.quit());

/** Runs in the page: counts timers and listeners, and defines `soak(mode, calls)`. */
const setUp = `
  const [url, done] = arguments;
  const open = { timers: new Set(), listeners: 0 };
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = (callback, ms, ...rest) => {
    const handle = setTimeout(() => { open.timers.delete(handle); callback(...rest); }, ms);
    open.timers.add(handle);
    return handle;
  };
  globalThis.clearTimeout = (handle) => { open.timers.delete(handle); clearTimeout(handle); };
  for (const [name, step] of [["addEventListener", 1], ["removeEventListener", -1]]) {
    const real = AbortSignal.prototype[name];
    AbortSignal.prototype[name] = function (...args) { open.listeners += step; return real.apply(this, args); };
  }
  let memory, externrefs;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const instance = await instantiate(...args);
    const exports = Object.values(instance.exports);
    memory = exports.find((value) => value instanceof WebAssembly.Memory);
    externrefs = exports.find((value) => value instanceof WebAssembly.Table);
    return instance;
  };
  const body = Uint8Array.from(
    "00000000240a2208071a0b08f881c3d206108094ef3a221136393632393032333930363438383333348000000010677270632d7374617475733a20300d0a"
      .match(/../g), (byte) => parseInt(byte, 16));
  const headers = { "content-type": "application/grpc-web+proto", "x-request-id": "d3a8" };
  const respond = async () => new Response(body, { headers });
  const refuse = async () => new Response("", { headers: { ...headers, "grpc-status": "9", "grpc-message": "no" } });
  const fail = async () => { throw new TypeError("no"); };
  const garbled = async () => new Response("{", { headers: { "content-type": "application/json" } });
  const failing = {
    "are rejected": [{ fetch: refuse }, 9],
    "lose the connection": [{ fetch: fail }, 14],
    "have an option that throws": [{ get language() { throw new TypeError("no"); } }, 3],
    "have a fetch that throws": [{ fetch() { throw new TypeError("no"); } }, 14],
    "have a wrong URL": [{ baseUrl: "no" }, 3],
    "get malformed JSON": [{ fetch: garbled, protocol: "json" }, 13],
  };
  import(url).then(({ reactivateOrg }) => {
    globalThis.soak = async (mode, calls) => {
      const shared = new AbortController();
      for (let call = 0; call < calls; call += 1) {
        if (mode === "succeed") {
          const { details } = await reactivateOrg("x", "1", { fetch: respond, signal: shared.signal });
          if (details.sequence !== "7") throw new Error("wrong response");
        } else if (mode in failing) {
          const [options, code] = failing[mode];
          const error = await reactivateOrg("x", "1", options).catch((error) => error);
          if (error.code !== code) throw new Error(error.message);
        } else {
          const controller = new AbortController();
          const silence = () => {
            queueMicrotask(() => controller.abort());
            return new Promise(() => {});
          };
          const promise = reactivateOrg("x", "1", { fetch: silence, signal: controller.signal });
          const kind = await promise.then(() => "succeeded", (error) => error.kind);
          if (kind !== "aborted") throw new Error(kind);
        }
      }
      return { wasmBytes: memory.buffer.byteLength, externrefs: externrefs.length, timers: open.timers.size, listeners: open.listeners };
    };
    done();
  });
`;

/** @param {string} mode @param {number} calls */
async function soak(mode, calls) {
  const script =
    "const [mode, calls, done] = arguments; soak(mode, calls).then(done, (error) => done({ error: String(error) }));";
  const counts = /** @type {any} */ (await driver.executeAsyncScript(script, mode, calls));
  assert.equal(counts.error, undefined);
  await driver.sendDevToolsCommand("HeapProfiler.collectGarbage", {});
  const heap = /** @type {any} */ (
    await driver.sendAndGetDevToolsCommand("Runtime.getHeapUsage", {})
  );
  return { ...counts, heapBytes: heap.usedSize };
}

for (const mode of [
  "succeed",
  "are rejected",
  "lose the connection",
  "are aborted",
  "have an option that throws",
  "have a fetch that throws",
  "have a wrong URL",
  "get malformed JSON",
]) {
  test(`${CALLS} calls that ${mode} leave nothing behind`, async (context) => {
    const start = await soak(mode, WARM_UP);
    const end = await soak(mode, CALLS);
    const grown = (end.heapBytes - start.heapBytes) / CALLS;
    context.diagnostic(
      `${mode}: heap ${start.heapBytes} → ${end.heapBytes} B (${grown.toFixed(2)} B per call), ` +
        `wasm ${start.wasmBytes} → ${end.wasmBytes} B, externrefs ${start.externrefs} → ${end.externrefs}, timers ${end.timers}, listeners ${end.listeners}`,
    );
    assert.deepEqual([end.timers, end.listeners], [0, 0]);
    assert.deepEqual([end.wasmBytes, end.externrefs], [start.wasmBytes, start.externrefs]);
    assert.ok(grown < HEAP_BYTES_PER_CALL, `${grown} B per call`);
  });
}
