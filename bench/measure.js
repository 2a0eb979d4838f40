// The measurements in Chromium. In each round every candidate has a turn, so that background load affects all of them. The page and
// the API have different origins.

import { openChromium } from "../tests/support/browser.js";
import { RESPONSE, RESPONSE_TYPE, serveApi, servePage } from "./servers.js";

/** Lighthouse's slow 4G and a processor that is four times slower. */
const PROFILES = {
  fast: { latency: 0, downloadThroughput: -1, uploadThroughput: -1, cpu: 1 },
  slow: { latency: 150, downloadThroughput: 209_715, uploadThroughput: 96_000, cpu: 4 },
};
export const LATENCY_MS = 50;
export const ORGANIZATIONS = 1000;
export const CONCURRENCY = 6;
/** The batches whose fastest one is the CPU cost, the calls of each, and the calls before that. */
const CPU_BATCHES = 5;
const CPU_CALLS = 400;
const CPU_WARM_UP = 4000;
const WARM_UP = 10;
const CALLS = { near: 100, far: 10 };
/** The length of a response in bytes: half the maximum, and the maximum. */
export const LONG = [2_097_152, 4_194_000];
const CHUNK = 65_536;
const SCRIPT_TIMEOUT_MS = 120_000;

/** @typedef {import("selenium-webdriver/chrome.js").Driver} Driver */
/** @typedef {import("./candidates.js").Candidate} Candidate */
/** @typedef {Awaited<ReturnType<typeof serveApi>>} Api */
/** @typedef {{ page: Awaited<ReturnType<typeof servePage>>, near: Api, far: Api }} Servers */
/** Milliseconds, except `cpu` in microseconds. @typedef {"fast" | "slow" | "near" | "far" | "requests" | "cpu"} Measure */

/**
 * Measures all candidates. Each measure has one value per round.
 *
 * @param {Record<Candidate, Record<string, Buffer>>} bundles
 * @param {Record<string, Buffer>} tasks
 * @param {number} rounds
 * @param {(text: string) => void} say
 */
export async function measure(bundles, tasks, rounds, say) {
  const page = await servePage(Object.assign({}, tasks, ...Object.values(bundles)));
  const servers = { page, near: await serveApi(0), far: await serveApi(LATENCY_MS) };
  // Warm calls use a separate browser, because emulation leaves traces.
  const [emulated, plain] = [await openChromium(), await openChromium()];
  const samples = /** @type {Record<Candidate, Record<Measure, number[]>>} */ ({});
  /** @type {Record<"raw" | "ours", number[]>} */
  const bulk = { raw: [], ours: [] };
  try {
    await setUp(emulated);
    await plain.manage().setTimeouts({ script: SCRIPT_TIMEOUT_MS });
    const names = /** @type {Candidate[]} */ (Object.keys(bundles));
    for (let round = 0; round <= rounds; round += 1) {
      say(round === 0 ? "warm-up round" : `round ${round} of ${rounds}`);
      // The first candidate runs in a colder browser, so each round starts with another candidate.
      const first = round % names.length;
      for (const name of [...names.slice(first), ...names.slice(0, first)]) {
        const sample = {
          fast: await firstCall(emulated, servers, name, "fast"),
          slow: await firstCall(emulated, servers, name, "slow"),
          ...(await warmCalls(plain, servers, name)),
          cpu: await cpuCost(plain, servers, name),
        };
        if (round > 0) {
          push((samples[name] ??= /** @type {any} */ ({})), sample);
        }
      }
      const times = await manyOrganizations(plain, servers);
      if (round > 0) {
        push(bulk, times);
      }
    }
    const version = String((await plain.getCapabilities()).getBrowserVersion());
    return { samples, bulk, long: await longResponses(plain, servers), version };
  } finally {
    await Promise.all([emulated.quit(), plain.quit()]);
    Object.values(servers).forEach((server) => server.close());
  }
}

/** Appends a round's values. @param {Record<string, number[]>} lists @param {Record<string, number>} values */
function push(lists, values) {
  for (const [name, value] of Object.entries(values)) {
    (lists[name] ??= []).push(value);
  }
}

/** Prepares a browser for emulation. @param {Driver} driver */
export async function setUp(driver) {
  await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT_MS });
  await driver.sendDevToolsCommand("Network.enable", {});
  await driver.sendDevToolsCommand("Network.setCacheDisabled", { cacheDisabled: true });
}

/** Emulates a profile's network and processor. @param {Driver} driver @param {keyof typeof PROFILES} profile */
export async function emulate(driver, profile) {
  const { cpu, ...network } = PROFILES[profile];
  const conditions = { offline: false, ...network };
  await driver.sendDevToolsCommand("Network.emulateNetworkConditions", conditions);
  await driver.sendDevToolsCommand("Emulation.setCPUThrottlingRate", { rate: cpu });
}

/**
 * Returns the time from the import to the first response, on a page without the client.
 *
 * @param {Driver} driver
 * @param {Servers} servers
 * @param {Candidate} name
 * @param {keyof typeof PROFILES} profile
 * @returns {Promise<number>}
 */
async function firstCall(driver, { page, near }, name, profile) {
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

/**
 * Returns the time per sequential call to a near and to a distant server, and the requests per call.
 *
 * @param {Driver} driver
 * @param {Servers} servers
 * @param {Candidate} name
 */
async function warmCalls(driver, { page, near, far }, name) {
  const sample = { near: 0, far: 0, requests: 0 };
  for (const [distance, server] of /** @type {const} */ ([
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
    server.takeRequests();
    sample[distance] = await run(
      driver,
      `const start = performance.now();
       for (let i = 0; i < ${CALLS[distance]}; i += 1) await call();
       return (performance.now() - start) / ${CALLS[distance]};`,
    );
    sample.requests += server.takeRequests() / (CALLS.near + CALLS.far);
  }
  return sample;
}

/**
 * Returns the time per call with a stubbed network, in microseconds. The fastest batch counts, which excludes background load.
 *
 * @param {Driver} driver
 * @param {Servers} servers
 * @param {Candidate} name
 * @returns {Promise<number>}
 */
async function cpuCost(driver, { page }, name) {
  await driver.get(`${page.url}/`);
  return run(
    driver,
    `${STUBS}
     const { reactivate } = await import("/${name}/index.js");
     const call = async () => check(await reactivate(location.origin, "token", "1"));
     for (let i = 0; i < ${CPU_WARM_UP}; i += 1) await call();
     let fastest = Infinity;
     for (let batch = 0; batch < ${CPU_BATCHES}; batch += 1) {
       const start = performance.now();
       for (let i = 0; i < ${CPU_CALLS}; i += 1) await call();
       fastest = Math.min(fastest, performance.now() - start);
     }
     return (fastest * 1000) / ${CPU_CALLS};`,
  );
}

/**
 * Returns the time of a bulk run, and of as many calls of a hand-written fetch at the same concurrency.
 *
 * @param {Driver} driver
 * @param {Servers} servers
 * @returns {Promise<{ raw: number, ours: number }>}
 */
async function manyOrganizations(driver, { page, near }) {
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

/** Returns the median time to read a response of each length in LONG. @param {Driver} driver @param {Servers} servers */
async function longResponses(driver, { page }) {
  await driver.get(`${page.url}/`);
  /** @type {number[]} */
  const times = [];
  for (const length of LONG) {
    times.push(
      await run(
        driver,
        `const { read } = await import("/tasks/index.js");
         const times = [];
         for (let turn = 0; turn < 5; turn += 1) times.push(await read(${length}, ${CHUNK}));
         return times.sort((a, b) => a - b)[2];`,
      ),
    );
  }
  return times;
}

/** Replaces fetch and XMLHttpRequest. Both respond at once, through a Response. */
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
  };`;

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
