// What is measured, in Chromium: rounds in which every candidate has its turn, so that noise meets all of them. Whatever goes over
// the network goes across origins.

import { openChromium } from "../tests/support/browser.js";
import { RESPONSE, RESPONSE_TYPE, serveApi, servePage } from "./servers.js";

/** Lighthouse's slow 4G, and a processor four times slower. */
const PROFILES = {
  fast: { latency: 0, downloadThroughput: -1, uploadThroughput: -1, cpu: 1 },
  slow: { latency: 150, downloadThroughput: 209_715, uploadThroughput: 96_000, cpu: 4 },
};
export const ROUNDS = 7;
export const LATENCY_MS = 50;
export const ORGANIZATIONS = 1000;
export const CONCURRENCY = 6;
const OWN_CALLS = 2000;
const OWN_WARM_UP = 4000;
const WARM_UP = 10;
const SEQUENTIAL_CALLS = { near: 100, far: 10 };
export const PARALLEL_CALLS = 64;
/** Of a response in chunks: bytes of a chunk, and of the whole. */
const CHUNKS = [
  [65_536, 1_048_576, 2_097_152, 4_194_000],
  [1024, 1_048_576, 2_097_152, 4_194_000],
  [1, 65_536, 131_072, 262_144],
];

/** @typedef {import("selenium-webdriver/chrome.js").Driver} Driver */
/** @typedef {"fast" | "slow" | "own" | "near" | "nearAtOnce" | "far" | "farAtOnce" | "requests" | "heap" | "wasm"} What */
/** @typedef {Record<What, number[]>} Samples */
/** @typedef {{ page: Awaited<ReturnType<typeof servePage>>, near: Api, far: Api }} Servers */
/** @typedef {Awaited<ReturnType<typeof serveApi>>} Api */

/**
 * Measures all candidates; milliseconds, or microseconds for `own`, or bytes.
 *
 * @param {Record<string, Record<string, Buffer>>} bundles
 * @param {Record<string, Buffer>} tasks
 * @param {(text: string) => void} say
 */
export async function measure(bundles, tasks, say) {
  const page = await servePage(Object.assign({}, tasks, ...Object.values(bundles)));
  const servers = { page, near: await serveApi(0), far: await serveApi(LATENCY_MS) };
  const driver = await openChromium();
  // A browser of its own: the emulation of the other one leaves traces.
  const plain = await openChromium();
  /** @type {Record<string, Samples>} */
  const samples = {};
  /** @type {Record<"raw" | "ours", number[]>} */
  const bulk = { raw: [], ours: [] };
  try {
    await driver.manage().setTimeouts({ script: 60_000 });
    await plain.manage().setTimeouts({ script: 120_000 });
    await driver.sendDevToolsCommand("Network.enable", {});
    await driver.sendDevToolsCommand("Network.setCacheDisabled", { cacheDisabled: true });
    const version = (await driver.getCapabilities()).getBrowserVersion();
    for (let round = 0; round <= ROUNDS; round += 1) {
      say(round === 0 ? "a round to warm up" : `round ${round} of ${ROUNDS}`);
      // Each round begins with another one: whoever is first finds a browser that is not warm yet.
      const names = Object.keys(bundles);
      for (const name of [...names.slice(round), ...names.slice(0, round)]) {
        const sample = {
          fast: await cold(driver, servers, name, "fast"),
          slow: await cold(driver, servers, name, "slow"),
          ...(await warm(plain, servers, name)),
          ...(await own(plain, servers, name)),
        };
        if (round > 0) {
          const all = (samples[name] ??= /** @type {any} */ ({}));
          for (const [what, value] of Object.entries(sample)) {
            (all[/** @type {What} */ (what)] ??= []).push(value);
          }
        }
      }
      const { raw, ours } = await many(plain, servers);
      if (round > 0) {
        bulk.raw.push(raw);
        bulk.ours.push(ours);
      }
    }
    say("a long response in chunks");
    const chunks = await long(plain, servers);
    return { samples, bulk, chunks, version: String(version) };
  } finally {
    await Promise.all([driver.quit(), plain.quit()]);
    Object.values(servers).forEach((server) => server.close());
  }
}

/** From the import to the first response, on a page that has nothing. @param {Driver} driver @param {Servers} servers @param {string} name @param {keyof typeof PROFILES} profile */
async function cold(driver, { page, near }, name, profile) {
  await driver.get(`${page.url}/`);
  await emulate(driver, profile);
  const ms = await run(
    driver,
    `const start = performance.now();
     const { reactivate } = await import("/${name}/index.js");
     check(await reactivate("${near.url}", "token", "1"));
     return performance.now() - start;`,
  );
  await emulate(driver, "fast");
  return ms;
}

/** Has a browser's network and processor be those of a profile. @param {Driver} driver @param {keyof typeof PROFILES} profile */
export async function emulate(driver, profile) {
  const { cpu, ...network } = PROFILES[profile];
  await driver.sendDevToolsCommand("Network.emulateNetworkConditions", {
    offline: false,
    ...network,
  });
  await driver.sendDevToolsCommand("Emulation.setCPUThrottlingRate", { rate: cpu });
}

/** One call after the other, and many at once, to a server that is near and to one that is far. @param {Driver} driver @param {Servers} servers @param {string} name */
async function warm(driver, { page, near, far }, name) {
  /** @type {Record<string, number>} */
  const sample = {};
  let [requests, calls] = [0, 0];
  for (const [which, server] of /** @type {const} */ ([
    ["near", near],
    ["far", far],
  ])) {
    await driver.get(`${page.url}/`);
    await run(
      driver,
      `const { reactivate } = await import("/${name}/index.js");
       globalThis.call = async () => check(await reactivate("${server.url}", "token", "1"));
       for (let i = 0; i < ${WARM_UP}; i += 1) await call();`,
    );
    server.take();
    [sample[which], sample[`${which}AtOnce`]] = await run(
      driver,
      `let start = performance.now();
       for (let i = 0; i < ${SEQUENTIAL_CALLS[which]}; i += 1) await call();
       const sequential = (performance.now() - start) / ${SEQUENTIAL_CALLS[which]};
       start = performance.now();
       await Promise.all(Array.from({ length: ${PARALLEL_CALLS} }, call));
       return [sequential, (performance.now() - start) / ${PARALLEL_CALLS}];`,
    );
    const came = server.take();
    requests += came.calls + came.preflights;
    calls += SEQUENTIAL_CALLS[which] + PARALLEL_CALLS;
  }
  return { ...sample, requests: requests / calls };
}

/** What a client costs by itself: the network is stubbed. Then what stays in memory. @param {Driver} driver @param {Servers} servers @param {string} name */
async function own(driver, { page }, name) {
  await driver.get(`${page.url}/`);
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

/** Many organizations: as many calls of a hand-written fetch, so many at a time, and `ensureOrgsActive`; ms. @param {Driver} driver @param {Servers} servers @returns {Promise<{ raw: number, ours: number }>} */
async function many(driver, { page, near }) {
  await driver.get(`${page.url}/`);
  return run(
    driver,
    `const { activateAll, ensureAll } = await import("/tasks/index.js");
     const ids = Array.from({ length: ${ORGANIZATIONS} }, (_, index) => String(index + 1));
     const timed = async (task) => {
       await task("${near.url}", "token", ids.slice(0, 30), ${CONCURRENCY});
       const start = performance.now();
       await task("${near.url}", "token", ids, ${CONCURRENCY});
       return performance.now() - start;
     };
     return { raw: await timed(activateAll), ours: await timed(ensureAll) };`,
  );
}

/** A long response, in chunks of several sizes: bytes of a chunk, of the whole, and ms. @param {Driver} driver @param {Servers} servers */
async function long(driver, { page }) {
  await driver.get(`${page.url}/`);
  /** @type {[chunk: number, total: number, ms: number][]} */
  const rows = [];
  for (const [chunk = 0, ...totals] of CHUNKS) {
    for (const total of totals) {
      const ms = await run(
        driver,
        `const { read } = await import("/tasks/index.js");
         const times = [];
         for (let turn = 0; turn < 3; turn += 1) times.push(await read(${total}, ${chunk}));
         return times.sort((a, b) => a - b)[1];`,
      );
      rows.push([chunk, total, ms]);
    }
  }
  return rows;
}

/** fetch and XMLHttpRequest that respond at once, each through a Response. */
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
    getResponseHeader(name) { return this.headers.get(name); }
    getAllResponseHeaders() {
      return Array.from(this.headers, ([name, value]) => name + ": " + value + "\\r\\n").join("");
    }
    async send() {
      const received = new Response(response, { headers });
      this.headers = received.headers;
      this.response = await received.arrayBuffer();
      this.readyState = 4;
      this.onreadystatechange?.();
    }
    abort() {}
  };
  let memories = [];
  for (const name of ["instantiate", "instantiateStreaming", "Instance"]) {
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

/** Runs the body of an async function in the page. @param {Driver} driver @param {string} body @returns {Promise<any>} */
export async function run(driver, body) {
  const { value, error } = /** @type {any} */ (
    await driver.executeAsyncScript(
      `const done = arguments[0];
       globalThis.check = (response) => {
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
