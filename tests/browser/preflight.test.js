// A warm cross-origin call is one request, because the browser caches the preflight.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { openBrowser, setting } from "../support/browser.js";
import { inPage } from "../support/in-page.js";
import { listen } from "../support/serve.js";

const WARM_UP = 5;
const CALLS = 20;
const BODY = Buffer.from("0000000000800000000f677270632d7374617475733a300d0a", "hex");

/** @type {import("selenium-webdriver").WebDriver} */
let driver;
/** @type {Awaited<ReturnType<typeof listen>>} */
let server;
/** The HTTP methods of the requests. @type {string[]} */
const methods = [];

before(async () => {
  server = await listen(
    createServer((request, response) => {
      methods.push(request.method ?? "");
      response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
      response.setHeader(
        "access-control-allow-headers",
        request.headers["access-control-request-headers"] ?? "",
      );
      // As in ZITADEL's v1 services.
      response.setHeader("access-control-max-age", "600");
      response.setHeader("content-type", "application/grpc-web+proto");
      request.resume().on("end", () => response.end(request.method === "POST" ? BODY : undefined));
    }),
  );
  driver = await openBrowser();
  await driver.get(`${setting("ZITADEL_TEST_URL")}/icon.svg`);
});

after(async () => {
  await driver?.quit();
  server?.close();
});

test("warm cross-origin calls are one request each", async () => {
  const run = (/** @type {number} */ count, isConcurrent = false) =>
    inPage(
      driver,
      async ({ reactivateOrg }, baseUrl, count, isConcurrent) => {
        const calls = [];
        for (let left = count; left > 0; left -= 1) {
          const call = reactivateOrg("t", "1", { baseUrl });
          calls.push(call);
          if (!isConcurrent) await call;
        }
        return (await Promise.all(calls)).length;
      },
      server.url,
      count,
      isConcurrent,
    );
  // Firefox sends a preflight for each of the first three calls, also for a hand-written fetch.
  await run(WARM_UP);
  assert.equal(methods.splice(0)[0], "OPTIONS");
  await run(CALLS);
  assert.deepEqual(
    methods.splice(0),
    Array.from({ length: CALLS }, () => "POST"),
  );
  await run(CALLS, true);
  assert.deepEqual(
    methods.splice(0),
    Array.from({ length: CALLS }, () => "POST"),
  );
});
