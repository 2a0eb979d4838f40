// The output of `wasm-pack build` works without the package: for the web, through a bundler, and in Node.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { resolve } from "node:path";
import { promisify } from "node:util";

import webpack from "webpack";

import { openBrowser, setting } from "../support/browser.js";
import { compile } from "../support/compile.js";
import { serveFiles } from "../support/serve.js";

const run = promisify(execFile);
const FOLDER = "target/wasm-pack";
const CALL = `
  const title = async () => {
    const baseUrl = new URL(location).searchParams.get("api");
    const { org } = await getMyOrg("acme-viewer", null, { baseUrl });
    const error = await reactivateOrg("acme-viewer", null, { baseUrl }).catch((error) => error);
    return [org.name, error instanceof ZitadelError, error.id].join(" ");
  };
  title().catch(String).then((text) => (document.title = text));`;

/** @type {import("selenium-webdriver").WebDriver} */
let driver;
/** @type {Awaited<ReturnType<typeof serveFiles>>} */
let server;

before(async () => {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(
    `${FOLDER}/web.js`,
    `import init, { getMyOrg, reactivateOrg, ZitadelError } from "./web/zitadel_org_web.js"; await init();${CALL}`,
  );
  await writeFile(
    `${FOLDER}/bundler.js`,
    `import { getMyOrg, reactivateOrg, ZitadelError } from "./bundler/zitadel_org_web.js";${CALL}`,
  );
  const page =
    '<!doctype html><script type="module">import(new URL(location).searchParams.get("app"))</script>';
  server = await serveFiles(FOLDER, page);
  driver = await openBrowser();
});

after(async () => {
  await driver?.quit();
  server?.close();
});

/** Returns the page's title, which an app sets. @param {string} app */
async function titleOf(app) {
  await driver.get(`${server.url}/?app=${app}&api=${setting("ZITADEL_TEST_URL")}`);
  await driver.wait(async () => (await driver.getTitle()) !== "", 20_000);
  return driver.getTitle();
}

test("the output for the web makes a call in a page", async () => {
  assert.equal(await titleOf("/web.js"), "ACME true AUTH-5mWD2");
});

test("the output for bundlers makes a call through webpack", async () => {
  const compiler = webpack({
    mode: "development",
    devtool: false,
    entry: resolve(FOLDER, "bundler.js"),
    output: { path: resolve(FOLDER), filename: "bundled.js", publicPath: "/" },
  });
  const stats = await promisify(compiler.run.bind(compiler))();
  assert.ok(stats && !stats.hasErrors(), stats?.toString());
  assert.equal(await titleOf("/bundled.js"), "ACME true AUTH-5mWD2");
});

test("the output for Node makes a call", async () => {
  const script = `
    const { getMyOrg } = require("./${FOLDER}/nodejs/zitadel_org_web.js");
    getMyOrg("acme-viewer", null, { baseUrl: "${setting("ZITADEL_TEST_URL")}" }).then(({ org }) => console.log(org.name));`;
  const { stdout } = await run("node", ["--eval", script]);
  assert.equal(stdout.trim(), "ACME");
});

test("its types match the package's", async () => {
  await writeFile(
    `${FOLDER}/uses.ts`,
    `import { getMyOrg, reactivateOrg, type CallOptions, type ZitadelError } from "./web/zitadel_org_web.js";
     import type * as published from "../../js/index.js";
     const options: published.CallOptions = {} as CallOptions;
     const own: typeof published.reactivateOrg = reactivateOrg;
     const read: typeof published.getMyOrg = getMyOrg;
     const error: published.ZitadelError = {} as ZitadelError;
     export { options, own, read, error };
     // @ts-expect-error a token is required
     void reactivateOrg();`,
  );
  const options = ["--module", "nodenext", "--target", "es2022", "--lib", "es2024,dom"];
  await compile(["--strict", "--noEmit", ...options, `${FOLDER}/uses.ts`]);
});
