// Every scenario in a browser, cross-origin. Chromium also runs them with tonic, over tonic-web-wasm-client and over `TowerService`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { ENGINE, openBrowser } from "../support/browser.js";
import { playScenarios, servePackage } from "./scenario-server.js";
import { SCENARIOS } from "./scenarios.js";
import { TONIC_FAILURES } from "./tonic-failures.js";

/** @typedef {import("./scenarios.js").Expectation} Expectation */
/** @typedef {{ kind?: string, code?: number, codeName?: string, message?: string, id?: string, resourceOwner?: string }} Outcome */

const IS_CHROMIUM = ENGINE === "Chromium";
/** @typedef {"own" | "tonic" | "tower"} Build */
/** @type {Build[]} */
const BUILDS = IS_CHROMIUM ? ["own", "tonic", "tower"] : ["own"];
const ENTRIES = /** @type {Record<string, string>} */ ({
  own: "/pkg/index.js",
  tonic: "/pkg/tonic.js",
  tower: "/target/tower/tower.js",
});

/** @type {import("selenium-webdriver").WebDriver} */
let driver;
/** @type {Awaited<ReturnType<typeof playScenarios>>} */
let scenarioServer;
/** @type {Awaited<ReturnType<typeof servePackage>>} */
let packageServer;

before(async () => {
  [scenarioServer, packageServer] = await Promise.all([playScenarios(SCENARIOS), servePackage()]);
  driver = await openBrowser();
  await driver.get(packageServer.url);
});

after(async () => {
  await driver?.quit();
  scenarioServer?.close();
  packageServer?.close();
});

/**
 * Makes a scenario's call in the page.
 *
 * @param {string} build
 * @param {string} name
 * @returns {Promise<Outcome>}
 */
async function call(build, name) {
  const options = {
    timeoutMs: 8000,
    ...SCENARIOS[name]?.options,
    baseUrl: `${scenarioServer.url}/${name}`,
  };
  return driver.executeAsyncScript(
    `const [entry, options, done] = arguments;
     import(entry)
       .then(({ reactivateOrg }) => reactivateOrg("s3cret", "1", options))
       .then(({ details }) => ({ resourceOwner: details.resourceOwner, sequence: details.sequence }))
       .catch((error) => ({
         name: error.name, kind: error.kind, code: error.code, codeName: error.codeName,
         message: error.message, id: error.id ?? undefined,
       }))
       .then(done);`,
    ENTRIES[build],
    options,
  );
}

/** Returns true if the module crashed, which no scenario expects. @param {Outcome} outcome */
function isTrap({ message = "" }) {
  return /^The WebAssembly module (failed|crashed)/.test(message);
}

/** @param {Outcome} outcome @param {Expectation} expected */
function check(outcome, expected) {
  if (expected === "ok") {
    assert.deepEqual(outcome, { resourceOwner: "69629023906488334", sequence: "7" });
    return;
  }
  const { kind, code, id, message } = outcome;
  assert.ok(!isTrap(outcome), "the module trapped");
  assert.deepEqual({ kind, code }, { kind: expected.kind, code: expected.code }, message);
  if (expected.text !== undefined) {
    assert.equal(message, expected.text);
  }
  if (expected.id !== undefined) {
    assert.equal(id, expected.id);
  }
}

/**
 * Checks an outcome of tonic, whose status has no kind. The code, the id and ZITADEL's text are the same.
 *
 * @param {Outcome} outcome @param {Expectation} expected
 */
function checkStatus(outcome, expected) {
  if (expected === "ok" || expected.kind === "status") {
    check(outcome, expected);
    return;
  }
  assert.ok(!isTrap(outcome), "the module trapped");
  assert.equal(outcome.code, expected.code, outcome.message);
}

for (const build of BUILDS) {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (build !== "own" && scenario.options?.protocol === "json") {
      continue;
    }
    test(`${build}: ${scenario.about}`, async () => {
      const outcome = await call(build, name);
      if (build === "tower") {
        checkStatus(outcome, scenario.expect);
      } else if (build === "own" || TONIC_FAILURES[name] === undefined) {
        check(outcome, scenario.expect);
      } else {
        assert.throws(
          () => check(outcome, scenario.expect),
          "a listed failure passes; remove it from the list",
        );
      }
    });
  }
}

test("the next call works after every scenario", async () => {
  for (const build of BUILDS) {
    check(await call(build, "success"), "ok");
  }
});

test("a call that times out closes its connection", async () => {
  for (const name of [
    "silent-before-headers",
    "silent-in-message",
    "endless-messages",
    "message-declared-4-gib",
  ]) {
    assert.ok((scenarioServer.abandoned.get(name) ?? 0) >= 1, name);
  }
});

test("a call that is aborted closes its connection", async () => {
  const before = scenarioServer.abandoned.get("silent-before-body") ?? 0;
  const kind = await driver.executeAsyncScript(
    `const [baseUrl, done] = arguments;
     const controller = new AbortController();
     import("/pkg/index.js")
       .then(({ reactivateOrg }) => {
         setTimeout(() => controller.abort(), 200);
         return reactivateOrg("x", "1", { baseUrl, signal: controller.signal });
       })
       .catch((error) => done(error.kind));`,
    `${scenarioServer.url}/silent-before-body`,
  );
  assert.equal(kind, "aborted");
  await until(() => (scenarioServer.abandoned.get("silent-before-body") ?? 0) > before);
});

/** Waits for a condition, and fails if it does not become true. @param {() => boolean} isDone */
async function until(isDone) {
  for (let attempt = 0; attempt < 500 && !isDone(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(isDone());
}

test("docs/robustness.md states the number of scenarios and of tonic's failures", () => {
  const text = readFileSync("docs/robustness.md", "utf8").replaceAll("\n", " ");
  const scenarios = Object.values(SCENARIOS);
  const overGrpcWeb = scenarios.filter(({ options }) => options?.protocol !== "json");
  const failures = Object.keys(TONIC_FAILURES).length;
  assert.ok(text.includes(`The scenarios are ${scenarios.length} responses`));
  assert.ok(text.includes(`fails ${failures} of the ${overGrpcWeb.length} gRPC-Web scenarios`));
});
