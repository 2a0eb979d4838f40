// Every scenario in a browser, cross-origin; in Chromium also through tonic, over tonic-web-wasm-client and over our service for it, and `docs/robustness.md` is the table of the
// outcomes: it is compared with what came out, or written anew if UPDATE is set.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { ENGINE, openBrowser } from "../support/browser.js";
import { playScenarios, servePackage } from "./scenario-server.js";
import { SCENARIOS } from "./scenarios.js";
import { TONIC_FAILURES } from "./tonic-failures.js";

/** @typedef {import("./scenarios.js").Expectation} Expectation */
/** @typedef {{ kind?: string, code?: number, codeName?: string, message?: string, id?: string, resourceOwner?: string }} Outcome */

const DOCUMENT = "docs/robustness.md";
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
/** @type {Record<string, Partial<Record<Build, Outcome>>>} */
const outcomes = {};

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
 * Calls a scenario in the page.
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

/** A trap is reported as an error, but it is none that a scenario expects. @param {Outcome} outcome */
function isTrap({ message }) {
  return message?.startsWith("The WebAssembly module failed") ?? false;
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
 * What tonic makes of a status has no kind: the code, the id and ZITADEL's own text are as they are elsewhere.
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
      (outcomes[name] ??= {})[build] = outcome;
      if (build === "tower") {
        checkStatus(outcome, scenario.expect);
      } else if (build === "own" || TONIC_FAILURES[name] === undefined) {
        check(outcome, scenario.expect);
      } else {
        assert.throws(
          () => check(outcome, scenario.expect),
          "a listed failure passes: take it off the list",
        );
      }
    });
  }
}

test("the next call works after all of that", async () => {
  for (const build of BUILDS) {
    check(await call(build, "success"), "ok");
  }
});

test("the server sees an abandoned call go", async () => {
  for (const name of [
    "silent-before-headers",
    "silent-in-message",
    "endless-messages",
    "message-declared-4-gib",
  ]) {
    assert.ok((scenarioServer.abandoned.get(name) ?? 0) >= 1, name);
  }
});

test("the server sees a call that its caller aborts go", async () => {
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

/** Waits for what is to happen soon, and fails if it does not happen at all. @param {() => boolean} isDone */
async function until(isDone) {
  for (let attempt = 0; attempt < 500 && !isDone(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(isDone());
}

test(
  "the table in docs/robustness.md is what came out",
  { skip: !IS_CHROMIUM && "is Chromium's" },
  () => {
    const text = table();
    if (process.env.UPDATE) {
      writeFileSync(DOCUMENT, text);
    }
    // What tonic does instead of what it should may depend on how the chunks happen to come.
    const stable = (/** @type {string} */ text) =>
      text.replaceAll(/\*\*[^*]+\*\*/g, "otherwise").split("\n");
    const recorded = stable(readFileSync(DOCUMENT, "utf8"));
    assert.deepEqual(stable(text), recorded, "run `cargo xtask robustness` to write it anew");
  },
);

function table() {
  const rows = Object.entries(SCENARIOS).map(([name, scenario]) => {
    const { own = {}, tonic, tower } = outcomes[name] ?? {};
    const second = tonic === undefined ? "–" : describe(tonic);
    const third = tower === undefined ? "–" : describe(tower);
    const [reason, link] = TONIC_FAILURES[name] ?? [];
    return reason === undefined
      ? [scenario.about, describe(own), third, second, ""]
      : [scenario.about, describe(own), third, `**${second}**`, `${reason} ([source](${link}))`];
  });
  const failing = Object.keys(TONIC_FAILURES).length;
  const counted = Object.values(SCENARIOS).filter(({ options }) => options?.protocol !== "json");
  const lines = rows.map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );
  return `# Robustness

What a caller sees when a server, or something in front of it, answers like this. \`cargo xtask robustness\` writes this page
from a run in Chromium, and \`cargo xtask test\` fails if it is out of date. The scenarios are in
[tests/browser/scenarios.js](../tests/browser/scenarios.js).

Our own transport does in all ${rows.length} what it should. tonic with tonic-web-wasm-client does in ${counted.length - failing} of the
${counted.length} that are gRPC-Web; in bold is what it does otherwise, with the reason. A client
that tonic generated gets the right code of each over \`tower::TowerService\` (feature \`tower\`), which is our transport as
a service that it takes; a tonic status has no kinds.

| the answer | own transport | tonic over our service | tonic over tonic-web-wasm-client | why |
| --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

/** @param {Outcome} outcome */
function describe(outcome) {
  const { kind, code, codeName, id } = outcome;
  if (isTrap(outcome)) {
    return "trap";
  }
  return kind === undefined ? "success" : `${kind}, ${code} ${codeName}${id ? `, ${id}` : ""}`;
}
