// The package in every environment: installed from its tarball into an app, built, and run against the dev server, cross-origin.
// Browsers run it under a strict Content-Security-Policy. With MATRIX set, all environments and engines are tested, and the table
// in js/README.md is compared. UPDATE=1 writes it.

import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { until } from "selenium-webdriver";

import { ALL_ENGINES, ENGINE, hasEngine, openBrowser, setting } from "../support/browser.js";
import { ENVIRONMENTS } from "./environments.js";
import { Policy } from "../support/csp.js";
import { exportsNothing, RUST_APPS, useApp, versionOf } from "./rust-apps.js";
import { Workshop } from "../support/packed-app.js";

/** @typedef {import("./environments.js").Environment} Environment */
/** @typedef {import("../support/browser.js").Engine} Engine */

const IS_MATRIX = Boolean(process.env.MATRIX);
const ENGINES = IS_MATRIX ? ALL_ENGINES : [ENGINE];
/** The result of every app; see apps/app.js. */
const EXPECTED = '{"name":"ACME","isZitadelError":true,"id":"AUTH-5mWD2"}';
/** The versions of bundlers, runtimes and frameworks. @type {Record<string, string>} */
const VERSIONS = {};
for (const manifest of ["tests/package.json", "tests/support/matrix/package.json"]) {
  Object.assign(VERSIONS, JSON.parse(await readFile(manifest, "utf8")).devDependencies);
}

/** @type {Workshop} */
let workshop;
/** @type {Policy} */
let policy;
/** @type {Partial<Record<Engine, import("../support/browser.js").WebDriver>>} */
const drivers = {};
/** @type {Record<string, Promise<string>>} */
const apps = {};
/** The rows of the README's table. @type {string[][]} */
const rows = [];

before(async () => {
  workshop = await Workshop.open();
  policy = await Policy.open();
  for (const engine of ENGINES.filter(hasEngine)) {
    drivers[engine] = await openBrowser(engine);
  }
});

after(async () => {
  await Promise.all(Object.values(drivers).map((driver) => driver.quit()));
  policy?.close();
  await workshop?.close();
});

/** Returns true if a file of a built app contains the module's text. @param {string} folder */
async function hasModuleText(folder) {
  const [, text = ""] = (await readFile("pkg/index.js", "utf8")).match(/"([ -~]{20000,})"/) ?? [];
  assert.ok(text);
  for (const path of await readdir(folder, { recursive: true })) {
    const isBuilt = path.endsWith(".js") && !path.startsWith("node_modules");
    if (isBuilt && (await readFile(join(folder, path), "utf8")).includes(text)) {
      return true;
    }
  }
  return false;
}

/** Installs and builds the environment's app. @param {Environment} environment */
async function install({ name, app = name, framework, build }) {
  const folder = await workshop.install(app, framework);
  await build?.(folder, policy);
  return folder;
}

for (const environment of ENVIRONMENTS.filter(({ isQuick }) => IS_MATRIX || isQuick)) {
  const {
    name,
    app = name,
    entry = "default",
    ask,
    build,
    serve,
    hasNoPolicy,
    isRow,
  } = environment;
  const isBundled = build !== undefined && entry === "default" && !hasNoPolicy;
  const version = VERSIONS[environment.package ?? ""]?.replace(/^\D+/, "") ?? "";
  test(`${[name, version, entry].filter(Boolean).join(" ")}: a call and an error`, async (t) => {
    const folder = await (apps[app] ??= install(environment));
    if (isBundled) {
      assert.ok(await hasModuleText(folder), "the build changed the module's text");
    }
    if (ask) {
      assert.equal((await ask(folder, setting("ZITADEL_TEST_URL"))).trim(), EXPECTED);
    }
    /** @type {Engine[]} */
    const engines = [];
    const served = await serve?.(folder, policy);
    for (const engine of served ? ENGINES : []) {
      const skip = !hasEngine(engine) && "not on this machine";
      await t.test(engine, { skip }, async () => {
        await check(engine, served?.url ?? "", !hasNoPolicy);
        engines.push(engine);
      });
    }
    await served?.close();
    if (environment.package || serve || isRow) {
      rows.push([name, version, entry, engines.join(", ")]);
    }
  });
}

for (const [name, folder] of IS_MATRIX ? Object.entries(RUST_APPS) : []) {
  const version = versionOf(folder);
  test(`${name} ${version}, a Rust app: calls, errors and no exports`, async (t) => {
    await exportsNothing(folder);
    const built = `target/examples/${folder}`;
    const served = await policy.serve(built, await readFile(`${built}/index.html`, "utf8"));
    /** @type {Engine[]} */
    const engines = [];
    for (const engine of ENGINES) {
      await t.test(engine, { skip: !hasEngine(engine) && "not on this machine" }, async () => {
        const driver = drivers[engine];
        assert.ok(driver);
        await useApp(driver, served.url, setting("ZITADEL_TEST_URL"));
        assert.deepEqual(await policy.violations(driver), []);
        engines.push(engine);
      });
    }
    await served.close();
    rows.push([name, version, "the crate", engines.join(", ")]);
  });
}

/**
 * Opens an app in a browser, and checks the result in the page's title and that no violation was reported.
 *
 * @param {Engine} engine
 * @param {string} url
 * @param {boolean} hasPolicy
 */
async function check(engine, url, hasPolicy) {
  const driver = drivers[engine];
  assert.ok(driver);
  await driver.get(`${url}/?api=${encodeURIComponent(setting("ZITADEL_TEST_URL"))}`);
  await driver.wait(until.titleMatches(/./), 20_000);
  assert.equal(await driver.getTitle(), EXPECTED);
  assert.deepEqual(hasPolicy ? await policy.violations(driver) : [], []);
}

test("the table in js/README.md matches the results", { skip: !IS_MATRIX }, async () => {
  const file = "js/README.md";
  const readme = await readFile(file, "utf8");
  const marks = /(<!-- environments -->\n)([\s\S]*?)(<!-- \/environments -->)/;
  const head = [
    ["environment", "version", "entry", "checked in"],
    ["---", "---", "---", "---"],
  ];
  const lines = [...head, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  if (process.env.UPDATE) {
    const table = `\n${lines.join("\n")}\n\n`;
    await writeFile(
      file,
      readme.replace(marks, (_, start, _old, end) => start + table + end),
    );
    return;
  }
  // Ignores prettier's padding, and the engines if one of them is missing.
  const hasAll = ENGINES.every(hasEngine);
  const plain = (/** @type {string} */ line) =>
    line
      .split("|")
      .map((cell) => cell.trim().replace(/^-+$/, "---"))
      .slice(0, hasAll ? undefined : 4)
      .join("|");
  const recorded = (readme.match(marks)?.[2] ?? "").trim().split("\n").map(plain);
  assert.deepEqual(
    recorded,
    lines.map(plain),
    "run `UPDATE=1 cargo xtask test matrix` and prettier",
  );
});
