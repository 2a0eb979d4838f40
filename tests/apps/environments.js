// The supported environments: how an app with the package installed is built and run in each. environments.test.js tests them and
// generates the table in js/README.md.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as bundleWithEsbuild } from "esbuild";
import { rollup } from "rollup";
import { until } from "selenium-webdriver";
import { build as bundleWithVite, createServer as serveWithVite } from "vite";
import webpack from "webpack";

import { openChromium } from "../support/browser.js";
import { freePort, patientFetch } from "../support/serve.js";
import { run } from "../support/packed-app.js";

/** @typedef {import("../support/csp.js").Policy} Policy */
/** @typedef {{ url: string, close: () => unknown }} Served */
/**
 * @typedef {{
 *   name: string,
 *   package?: string, // its version is the environment's
 *   entry?: string, // omitted for the default entry
 *   isQuick?: true, // also part of `cargo xtask test`
 *   framework?: string, // the folder in tests/apps with its files
 *   app?: string, // the same in environments that share an app
 *   build?: (folder: string, policy: Policy) => Promise<unknown>,
 *   ask?: (folder: string, api: string) => Promise<string>, // runs the app and returns its result
 *   serve?: (folder: string, policy: Policy) => Promise<Served>, // for browsers; the result is the page's title
 *   hasNoPolicy?: true,
 *   isRow?: true, // also in the table, without a version and a server
 * }} Environment
 */

/** Returns the path of a program in the matrix. @param {string} name */
const program = (name) => resolve("tests/support/matrix/node_modules/.bin", name);
/** Returns the path of a Node version in the matrix. @param {string} name */
const node = (name) => resolve("tests/support/matrix/node_modules", name, "bin/node");

/** The oldest compatibility date of workerd that the package supports. */
const OLDEST_WORKERD_DATE = "2023-07-01";

/** @param {string} script */
const pageOf = (script) => `<!doctype html><script type="module" src="/${script}"></script>`;
const IMPORT_MAP = '{"imports":{"zitadel-org-web":"/node_modules/zitadel-org-web/index.js"}}';

/** @type {Environment[]} */
const WITH_DEFAULT_ENTRY = [
  {
    name: "no bundler",
    isQuick: true,
    serve: async (folder, policy) =>
      policy.serve(
        folder,
        `<!doctype html><script type="importmap">${IMPORT_MAP}</script>${pageOf("browser.js")}`,
        `'sha256-${await digest(IMPORT_MAP)}'`,
      ),
  },
  {
    name: "esbuild",
    package: "esbuild",
    isQuick: true,
    build: (folder) => esbuild(folder, "browser.js"),
    serve: (folder, policy) => policy.serve(folder, pageOf("out/browser.js")),
  },
  {
    name: "Rollup",
    package: "rollup",
    isQuick: true,
    async build(folder) {
      const bundle = await rollup({ input: join(folder, "browser.js"), plugins: [nodeResolve()] });
      await bundle.write({ file: join(folder, "out/browser.js"), format: "es" });
    },
    serve: (folder, policy) => policy.serve(folder, pageOf("out/browser.js")),
  },
  {
    name: "webpack",
    package: "webpack",
    isQuick: true,
    async build(folder) {
      const compiler = webpack({
        context: folder,
        mode: "production",
        entry: "./browser.js",
        output: { path: join(folder, "out"), filename: "browser.js" },
      });
      const stats = await promisify(compiler.run.bind(compiler))();
      if (stats?.hasErrors() !== false) {
        throw new Error(stats?.toString());
      }
    },
    serve: (folder, policy) => policy.serve(folder, pageOf("out/browser.js")),
  },
  {
    name: "Vite",
    package: "vite",
    isQuick: true,
    async build(folder) {
      await writeFile(join(folder, "index.html"), pageOf("browser.js"));
      await bundleWithVite({ root: folder, logLevel: "warn", build: { outDir: "out" } });
      await cp(join(folder, "out/assets"), join(folder, "assets"), { recursive: true });
    },
    serve: async (folder, policy) =>
      policy.serve(folder, await readFile(join(folder, "out/index.html"), "utf8")),
  },
  {
    name: "Vite, development",
    package: "vite",
    hasNoPolicy: true,
    build: (folder) => writeFile(join(folder, "index.html"), pageOf("browser.js")),
    async serve(folder) {
      const server = await serveWithVite({ root: folder, logLevel: "warn", server: { port: 0 } });
      await server.listen();
      return { url: server.resolvedUrls?.local[0] ?? "", close: () => server.close() };
    },
  },
  {
    name: "Parcel",
    package: "parcel",
    async build(folder) {
      // Parcel requires a relative path.
      await writeFile(join(folder, "index.html"), pageOf("browser.js").replace("/", "./"));
      const options = ["--no-cache", "--no-source-maps", "--dist-dir", "out"];
      const args = ["build", ...options, "--public-url", "/out", "index.html"];
      await run(program("parcel"), args, { cwd: folder });
    },
    serve: async (folder, policy) =>
      policy.serve(folder, await readFile(join(folder, "out/index.html"), "utf8")),
  },
  {
    name: "Rspack",
    package: "@rspack/core",
    build: (folder) =>
      run(program("rspack"), ["build", "--entry", "./browser.js", "--output-path", "out"], {
        cwd: folder,
      }),
    serve: (folder, policy) => policy.serve(folder, pageOf("out/main.js")),
  },
  {
    name: "Angular",
    package: "@angular/build",
    framework: "angular",
    build: (folder) => run(node("node24"), [program("ng"), "build"], { cwd: folder }),
    async serve(folder, policy) {
      const out = join(folder, "out/browser");
      return policy.serve(out, await readFile(join(out, "index.html"), "utf8"));
    },
  },
  ...["Turbopack", "webpack"].flatMap(nextWith),
  {
    name: "Web Worker",
    build: (folder) => esbuild(folder, "browser-worker.js", "worker.js"),
    serve: (folder, policy) => policy.serve(join(folder, "out"), pageOf("browser-worker.js")),
  },
  {
    name: "service worker",
    build: (folder) => esbuild(folder, "browser-service-worker.js", "service-worker.js"),
    serve: (folder, policy) =>
      policy.serve(join(folder, "out"), pageOf("browser-service-worker.js")),
  },
  {
    name: "Manifest V3 extension, Chromium",
    isRow: true,
    async build(folder) {
      await esbuild(folder, "extension-page.js", "extension-worker.js");
      await writeFile(join(folder, "index.html"), pageOf("out/extension-page.js"));
      const manifest = {
        manifest_version: 3,
        name: "app",
        version: "1",
        background: { service_worker: "out/extension-worker.js", type: "module" },
        content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
      };
      await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    },
    async ask(folder, api) {
      const driver = await openChromium("--load-extension=" + folder);
      try {
        // Chromium names an unpacked extension by its folder.
        const hash = createHash("sha256").update(folder).digest("hex").slice(0, 32);
        const id = hash.replace(/./g, (digit) => String.fromCharCode(97 + parseInt(digit, 16)));
        await driver.get(`chrome-extension://${id}/index.html?api=${encodeURIComponent(api)}`);
        await driver.wait(until.titleMatches(/./), 20_000);
        return await driver.getTitle();
      } finally {
        await driver.quit();
      }
    },
  },
  {
    name: "this Node, import",
    isQuick: true,
    ask: async (folder, api) => (await run("node", ["node.mjs", api], { cwd: folder })).stdout,
  },
  ...["node20", "node24"].flatMap((version) =>
    [
      ["import", "node.mjs"],
      ["require", "node.cjs"],
    ].map(([how, file = ""]) => ({
      name: `Node, ${how}`,
      package: version,
      app: "Node",
      ask: async (/** @type {string} */ folder, /** @type {string} */ api) =>
        (await run(node(version), [file, api], { cwd: folder })).stdout,
    })),
  ),
  {
    name: "Deno",
    package: "deno",
    async ask(folder, api) {
      const args = ["run", "--quiet", "--allow-net", "--allow-read", "node.mjs", api];
      return (await run(program("deno"), args, { cwd: folder })).stdout;
    },
  },
  {
    name: "Bun",
    package: "bun",
    ask: async (folder, api) =>
      (await run(program("bun"), ["run", "node.mjs", api], { cwd: folder })).stdout,
  },
  {
    name: "workerd",
    package: "workerd",
    entry: "condition `workerd`",
    build: buildForWorkerd,
    ask: (folder, api) => askWorkerd(folder, api, "2026-11-01"),
  },
  {
    name: "workerd, oldest supported date",
    package: "workerd",
    entry: "condition `workerd`",
    build: buildForWorkerd,
    ask: (folder, api) => askWorkerd(folder, api, OLDEST_WORKERD_DATE),
  },
  ...["jsdom", "happy-dom", "node"].map((environment) => ({
    name: `Vitest, ${environment}`,
    package: "vitest",
    app: `Vitest ${environment}`,
    ask: async (/** @type {string} */ folder, /** @type {string} */ api) => {
      await writeFile(
        join(folder, "app.test.js"),
        `import { app } from "./app.js";
         import { test } from "vitest";
         test("app", async () => console.log("result=" + JSON.stringify(await app(${JSON.stringify(api)}))));`,
      );
      const args = ["run", "--environment", environment, "--root", folder];
      const { stdout } = await run(program("vitest"), args, {
        cwd: folder,
        env: { ...process.env, CI: "1" },
      });
      return stdout.match(/result=(\{.*\})/)?.[1] ?? stdout;
    },
    framework: "vitest",
  })),
  ...[
    { how: "CommonJS", environment: "node" },
    { how: "ES modules", environment: "node" },
    { how: "jsdom with polyfills", environment: "jsdom" },
  ].map(({ how, environment }) => ({
    name: `Jest, ${how}`,
    package: "jest",
    app: `Jest ${how}`,
    framework: "jest",
    ask: async (/** @type {string} */ folder, /** @type {string} */ api) => {
      const isModule = how === "ES modules";
      const head = isModule
        ? 'import { getMyOrg, isZitadelError, reactivateOrg } from "zitadel-org-web"; import { writeFileSync } from "node:fs";'
        : 'const { getMyOrg, isZitadelError, reactivateOrg } = require("zitadel-org-web"); const { writeFileSync } = require("node:fs");';
      await writeFile(
        join(folder, "package.json"),
        JSON.stringify({ private: true, type: isModule ? "module" : "commonjs" }),
      );
      await writeFile(
        join(folder, "jest.config.cjs"),
        `module.exports = { testEnvironment: ${JSON.stringify(environment === "node" ? "node" : "./jsdom-environment.cjs")}, transform: {}, testMatch: ["**/app.spec.js"] };`,
      );
      await writeFile(
        join(folder, "app.spec.js"),
        `${head}
         test("app", async () => {
           const baseUrl = process.env.API;
           const { org } = await getMyOrg("acme-viewer", null, { baseUrl });
           const error = await reactivateOrg("acme-viewer", null, { baseUrl }).catch((error) => error);
           const result = { name: org?.name, isZitadelError: isZitadelError(error), id: error.id };
           writeFileSync("result.json", JSON.stringify(result));
         });`,
      );
      const env = { ...process.env, API: api, NODE_OPTIONS: "--experimental-vm-modules" };
      await run(program("jest"), ["--ci"], { cwd: folder, env });
      return readFile(join(folder, "result.json"), "utf8");
    },
  })),
];

/** @type {Environment[]} */
export const ENVIRONMENTS = [
  ...WITH_DEFAULT_ENTRY,
  ...withEntry("streaming", "webpack", "Rspack", "Vite"),
  ...withEntry("tonic", "esbuild", "Vite"),
];

/** Returns environments with another entry. @param {string} entry @param {string[]} names */
function withEntry(entry, ...names) {
  const environments = WITH_DEFAULT_ENTRY.filter(({ name }) => names.includes(name));
  return environments.map(({ isQuick, build, ...environment }) => ({
    ...environment,
    entry: `./${entry}`,
    app: `${environment.name} ${entry}`,
    async build(/** @type {string} */ folder, /** @type {Policy} */ policy) {
      const app = join(folder, "app.js");
      const code = await readFile(app, "utf8");
      await writeFile(app, code.replace('"zitadel-org-web"', `"zitadel-org-web/${entry}"`));
      await build?.(folder, policy);
    },
  }));
}

/** Bundles with esbuild, into out. @param {string} folder @param {string[]} scripts */
function esbuild(folder, ...scripts) {
  return bundleWithEsbuild({
    entryPoints: scripts.map((script) => join(folder, script)),
    outdir: join(folder, "out"),
    bundle: true,
    minify: true,
    format: "esm",
    logLevel: "warning",
  });
}

/** Returns the environments of one Next app: client, route and server component. @param {string} bundler @returns {Environment[]} */
function nextWith(bundler) {
  /** @type {Pick<Environment, "package" | "framework" | "app" | "build">} */
  const common = {
    package: "next",
    framework: "next",
    app: `Next with ${bundler}`,
    async build(folder, policy) {
      const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
      const APP_POLICY = policy.header("'unsafe-inline'");
      const args = ["build", `--${bundler.toLowerCase()}`];
      await run(program("next"), args, { cwd: folder, env: { ...env, APP_POLICY } });
    },
  };
  const ask = async (/** @type {string} */ folder, /** @type {string} */ path) => {
    const server = await startNext(folder);
    try {
      return await (await fetch(server.url + path)).text();
    } finally {
      server.close();
    }
  };
  return [
    { ...common, name: `Next with ${bundler}, client`, serve: startNext },
    {
      ...common,
      name: `Next with ${bundler}, route`,
      ask: (folder, api) => ask(folder, `/route?api=${encodeURIComponent(api)}`),
    },
    {
      ...common,
      name: `Next with ${bundler}, server component`,
      async ask(folder, api) {
        const html = await ask(folder, `/server?api=${encodeURIComponent(api)}`);
        return decodeURIComponent(html.match(/result=([^.]*)\./)?.[1] ?? html);
      },
    },
  ];
}

/** @param {string} folder */
async function startNext(folder) {
  const port = await freePort();
  const args = ["start", "--hostname", "127.0.0.1", "--port", `${port}`];
  const server = spawn(program("next"), args, { cwd: folder, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await patientFetch(url);
  return { url, close: () => server.kill() };
}

/** @param {string} folder */
function buildForWorkerd(folder) {
  return bundleWithEsbuild({
    entryPoints: [join(folder, "workerd.js")],
    outfile: join(folder, "out/worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
}

/** @param {string} folder @param {string} api @param {string} date */
async function askWorkerd(folder, api, date) {
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
      compatibilityDate = "${date}",
      globalOutbound = "net",
    );`,
  );
  const workerd = spawn(program("workerd"), ["serve", "config.capnp"], { cwd: folder });
  try {
    const url = `http://127.0.0.1:${port}/?api=${encodeURIComponent(api)}`;
    return await (await patientFetch(url)).text();
  } finally {
    workerd.kill();
  }
}

/** @param {string} text */
async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(hash).toString("base64");
}
