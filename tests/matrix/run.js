// The package, as packed, in more runtimes and bundlers than `cargo xtask test` tries: `cargo xtask matrix` runs it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { openBrowser, setting } from "../browser.js";
import { checkTable, passed } from "../environments.js";
import { freePort, patientFetch } from "../listen.js";
import { checkInBrowser, EXPECTED, run, Workshop } from "../pack.js";

/** @type {Workshop} */
let workshop;
/** @type {import("selenium-webdriver").WebDriver} */
let driver;

before(async () => {
  workshop = await Workshop.open();
  driver = await openBrowser();
});

after(async () => {
  await driver?.quit();
  await workshop?.close();
});

/** @param {string} name */
const program = (name) => resolve("tests/matrix/node_modules/.bin", name);

for (const [name, ...command] of [
  ["Deno", "deno", "run", "--quiet", "--allow-net", "--allow-read"],
  ["Bun", "bun", "run"],
]) {
  test(`${name}: a call and an error`, async () => {
    const folder = await workshop.install(String(name));
    const [file = "", ...args] = command;
    const { stdout } = await run(
      program(file),
      [...args, "node.mjs", setting("ZITADEL_TEST_URL")],
      {
        cwd: folder,
      },
    );
    assert.deepEqual(JSON.parse(stdout), EXPECTED);
    await passed(String(name));
  });
}

test("workerd: a call and an error, the module imported", async () => {
  const folder = await workshop.install("workerd");
  await build({
    entryPoints: [join(folder, "workerd.js")],
    outfile: join(folder, "out/worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  const wasm = (await readdir(join(folder, "out"))).find((file) => file.endsWith(".wasm"));
  assert.ok(wasm, "the condition workerd imports the module as a file");
  const port = await freePort();
  await writeFile(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = .worker), (name = "net", network = (allow = ["private"]))],
      sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
    );
    const worker :Workerd.Worker = (
      modules = [
        (name = "worker.js", esModule = embed "out/worker.js"),
        (name = "${wasm}", wasm = embed "out/${wasm}"),
      ],
      compatibilityDate = "2026-11-01",
      globalOutbound = "net",
    );`,
  );
  const workerd = spawn(program("workerd"), ["serve", "config.capnp"], { cwd: folder });
  try {
    const url = `http://127.0.0.1:${port}/?api=${encodeURIComponent(setting("ZITADEL_TEST_URL"))}`;
    assert.deepEqual(await (await patientFetch(url)).json(), EXPECTED);
    await passed("workerd");
  } finally {
    workerd.kill();
  }
});

for (const [name, page, worker] of [
  ["Web Worker", "browser-worker.js", "worker"],
  ["service worker", "browser-service-worker.js", "service-worker"],
]) {
  test(`${name}: a call and an error`, async () => {
    const folder = await workshop.install(String(name));
    await build({
      entryPoints: [join(folder, `${worker}.js`)],
      outfile: join(folder, `${worker}.bundle.js`),
      bundle: true,
      minify: true,
      format: "esm",
      logLevel: "warning",
    });
    await checkInBrowser(
      driver,
      folder,
      `<!doctype html><script type="module" src="/${page}"></script>`,
    );
    await passed(`browser, ${name}`);
  });
}

test("Parcel: a call and an error", async () => {
  const folder = await workshop.install("Parcel");
  const page = '<!doctype html><script type="module" src="./browser.js"></script>';
  await writeFile(join(folder, "index.html"), page);
  const options = ["--no-cache", "--no-source-maps", "--dist-dir", "out", "--public-url", "/out"];
  await run(program("parcel"), ["build", ...options, "index.html"], { cwd: folder });
  await checkInBrowser(driver, folder, await readFile(join(folder, "out/index.html"), "utf8"));
  await passed("browser, Parcel");
});

test("the table of environments in pkg/README.md has all of them", checkTable);
