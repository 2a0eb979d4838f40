// What is measured, in Chromium: rounds in which every candidate has its turn, so that noise meets all of them.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

import { openChromium } from "../tests/support/browser.js";
import { listen } from "../tests/support/serve.js";

const RESPONSE = Buffer.from(
  "00000000240a2208071a0b08f881c3d206108094ef3a221136393632393032333930363438383333348000000010677270632d7374617475733a20300d0a",
  "hex",
);
const RESPONSE_TYPE = "application/grpc-web+proto";
/** Lighthouse's slow 4G, and a processor four times slower. */
const PROFILES = {
  fast: { latency: 0, downloadThroughput: -1, uploadThroughput: -1, cpu: 1 },
  slow: { latency: 150, downloadThroughput: 209_715, uploadThroughput: 96_000, cpu: 4 },
};
export const ROUNDS = 9;
const OWN_CALLS = 2000;
const OWN_WARM_UP = 4000;
const SEQUENTIAL_CALLS = 100;
const PARALLEL_CALLS = 64;

/** @typedef {Record<"fast" | "slow" | "own" | "sequential" | "parallel" | "heap" | "wasm", number[]>} Samples */

/**
 * Measures all candidates; milliseconds, or microseconds for `own`, or bytes.
 *
 * @param {Record<string, Record<string, Buffer>>} bundles
 * @param {(text: string) => void} say
 */
export async function measure(bundles, say) {
  const server = await serve(bundles);
  const driver = await openChromium();
  // A browser of its own: the emulation of the other one leaves traces.
  const plain = await openChromium();
  /** @type {Record<string, Samples>} */
  const samples = {};
  try {
    await driver.manage().setTimeouts({ script: 60_000 });
    await plain.manage().setTimeouts({ script: 60_000 });
    await driver.sendDevToolsCommand("Network.enable", {});
    await driver.sendDevToolsCommand("Network.setCacheDisabled", { cacheDisabled: true });
    const version = (await driver.getCapabilities()).getBrowserVersion();
    for (let round = 0; round <= ROUNDS; round += 1) {
      say(round === 0 ? "a round to warm up" : `round ${round} of ${ROUNDS}`);
      for (const name of Object.keys(bundles)) {
        const sample = {
          fast: await cold(driver, server.url, name, "fast"),
          slow: await cold(driver, server.url, name, "slow"),
          ...(await warm(plain, server.url, name)),
          ...(await own(plain, server.url, name)),
        };
        if (round > 0) {
          const all = (samples[name] ??= /** @type {any} */ ({}));
          for (const [what, value] of Object.entries(sample)) {
            (all[/** @type {keyof Samples} */ (what)] ??= []).push(value);
          }
        }
      }
    }
    return { samples, version: String(version) };
  } finally {
    await Promise.all([driver.quit(), plain.quit()]);
    server.close();
  }
}

/** From the import to the first response, on a page that has nothing. @param {import("selenium-webdriver/chrome.js").Driver} driver @param {string} url @param {string} name @param {keyof typeof PROFILES} profile */
async function cold(driver, url, name, profile) {
  const { cpu, ...network } = PROFILES[profile];
  await driver.get(`${url}/`);
  await driver.sendDevToolsCommand("Network.emulateNetworkConditions", {
    offline: false,
    ...network,
  });
  await driver.sendDevToolsCommand("Emulation.setCPUThrottlingRate", { rate: cpu });
  const ms = await run(
    driver,
    `const start = performance.now();
     const { reactivate } = await import("/${name}/index.js");
     check(await reactivate(location.origin, "token", "1"));
     return performance.now() - start;`,
  );
  await driver.sendDevToolsCommand("Emulation.setCPUThrottlingRate", { rate: 1 });
  const { cpu: _, ...unlimited } = PROFILES.fast;
  await driver.sendDevToolsCommand("Network.emulateNetworkConditions", {
    offline: false,
    ...unlimited,
  });
  return ms;
}

/** One call after the other, and many at once. @param {import("selenium-webdriver/chrome.js").Driver} driver @param {string} url @param {string} name */
async function warm(driver, url, name) {
  await driver.get(`${url}/`);
  const [sequential, parallel] = await run(
    driver,
    `const { reactivate } = await import("/${name}/index.js");
     const call = async () => check(await reactivate(location.origin, "token", "1"));
     for (let i = 0; i < 10; i += 1) await call();
     let start = performance.now();
     for (let i = 0; i < ${SEQUENTIAL_CALLS}; i += 1) await call();
     const sequential = (performance.now() - start) / ${SEQUENTIAL_CALLS};
     start = performance.now();
     await Promise.all(Array.from({ length: ${PARALLEL_CALLS} }, call));
     return [sequential, (performance.now() - start) / ${PARALLEL_CALLS}];`,
  );
  return { sequential, parallel };
}

/** What a client costs by itself: the network is stubbed. Then what stays in memory. @param {import("selenium-webdriver/chrome.js").Driver} driver @param {string} url @param {string} name */
async function own(driver, url, name) {
  await driver.get(`${url}/`);
  const [us, wasm] = await run(
    driver,
    `${STUBS}
     const { reactivate } = await import("/${name}/index.js");
     const call = async () => check(await reactivate(location.origin, "token", "1"));
     for (let i = 0; i < ${OWN_WARM_UP}; i += 1) await call();
     const start = performance.now();
     for (let i = 0; i < ${OWN_CALLS}; i += 1) await call();
     return [((performance.now() - start) * 1000) / ${OWN_CALLS}, wasmBytes()];`,
  );
  await driver.sendDevToolsCommand("HeapProfiler.collectGarbage", {});
  const heap = /** @type {any} */ (
    await driver.sendAndGetDevToolsCommand("Runtime.getHeapUsage", {})
  );
  return { own: us, heap: heap.usedSize, wasm };
}

/** fetch and XMLHttpRequest that respond at once. */
const STUBS = `
  const response = Uint8Array.from("${RESPONSE.toString("hex")}".match(/../g), (byte) => parseInt(byte, 16));
  const headers = { "content-type": "${RESPONSE_TYPE}" };
  const { fetch } = globalThis;
  globalThis.fetch = async (url, init) =>
    (init?.method ?? url.method) === "POST" ? new Response(response, { headers }) : fetch(url, init);
  globalThis.XMLHttpRequest = class {
    readyState = 0; status = 200; statusText = "OK"; response = null; responseURL = "x";
    open() { this.readyState = 1; }
    setRequestHeader() {}
    getResponseHeader(name) { return headers[name.toLowerCase()] ?? null; }
    getAllResponseHeaders() { return "content-type: ${RESPONSE_TYPE}\\r\\n"; }
    send() {
      queueMicrotask(() => {
        this.response = response.slice().buffer;
        this.readyState = 4;
        this.onreadystatechange?.();
      });
    }
    abort() {}
  };
  let memories = [];
  for (const name of ["instantiate", "Instance"]) {
    const real = WebAssembly[name];
    const note = (result) => {
      const { exports } = result.instance ?? result;
      memories.push(Object.values(exports).find((it) => it instanceof WebAssembly.Memory));
      return result;
    };
    WebAssembly[name] = function (...args) {
      return new.target ? note(new real(...args)) : Promise.resolve(real(...args)).then(note);
    };
  }
  const wasmBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);`;

/** Runs the body of an async function in the page. @param {import("selenium-webdriver/chrome.js").Driver} driver @param {string} body @returns {Promise<any>} */
async function run(driver, body) {
  const { value, error } = /** @type {any} */ (
    await driver.executeAsyncScript(
      `const done = arguments[0];
       const check = (response) => {
         if (response?.sequence !== "7" || response.resourceOwner !== "69629023906488334") {
           throw new Error("wrong response: " + JSON.stringify(response));
         }
       };
       (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`,
    )
  );
  if (error) {
    throw new Error(error);
  }
  return value;
}

/** A server of the bundles, gzipped, that responds to every call. @param {Record<string, Record<string, Buffer>>} bundles */
async function serve(bundles) {
  const files = new Map(
    Object.values(bundles)
      .flatMap((files) => Object.entries(files))
      .map(([path, bytes]) => [path, gzipSync(bytes, { level: 9 })]),
  );
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const file = files.get(path);
    if (request.method === "POST") {
      request.resume();
      response.writeHead(200, { "content-type": RESPONSE_TYPE, "content-length": RESPONSE.length });
      response.end(RESPONSE);
    } else if (file) {
      const type = path.endsWith(".wasm") ? "application/wasm" : "text/javascript";
      response.writeHead(200, {
        "content-type": type,
        "content-encoding": "gzip",
        "content-length": file.length,
      });
      response.end(file);
    } else {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><link rel=icon href=data:,><title>bench</title>");
    }
  });
  return listen(server);
}
