// What a page pays that imports the client when its view opens, or has it ready when the pointer comes near: apps as Vite and
// webpack build them.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { openChromium } from "../tests/support/browser.js";
import { emulate, run } from "./measure.js";
import { serveApi, servePage } from "./servers.js";

const require = createRequire(new URL("../tests/package.json", import.meta.url));
/** @type {typeof import("vite")} */
const vite = require("vite");
/** @type {typeof import("webpack")} */
const webpack = require("webpack");

const PACKAGE = resolve("pkg/index.js");
const ROUNDS = 5;
/** How long the pointer is over the button before it is pressed. */
const HOVER_MS = 1000;

/** How a page brings the client. */
const WAYS = {
  static: {
    label: "imported by the page",
    load: `import * as client from "zitadel-org-web"; const load = async () => client;`,
    hasHint: false,
  },
  onDemand: {
    label: "imported on press",
    load: `const load = () => import("zitadel-org-web");`,
    hasHint: false,
  },
  hint: {
    label: "imported on press, `preload()` on hover",
    load: `const load = () => import("zitadel-org-web");`,
    hasHint: true,
  },
};

/** @type {Record<string, (folder: string) => Promise<string>>} */
const BUNDLERS = {
  async Vite(folder) {
    writeFileSync(
      join(folder, "index.html"),
      `<!doctype html><script type="module" src="/app.js"></script>`,
    );
    await vite.build({
      root: folder,
      logLevel: "error",
      resolve: { alias: { "zitadel-org-web": PACKAGE } },
      build: { outDir: "out" },
    });
    return readFileSync(join(folder, "out/index.html"), "utf8");
  },
  async webpack(folder) {
    const compiler = webpack({
      context: folder,
      mode: "production",
      entry: "./app.js",
      resolve: { alias: { "zitadel-org-web": PACKAGE } },
      output: { path: join(folder, "out"), filename: "app.js", publicPath: "/" },
      performance: { hints: false },
    });
    const stats = await promisify(compiler.run.bind(compiler))();
    if (stats?.hasErrors() !== false) {
      throw new Error(stats?.toString());
    }
    return `<!doctype html><script type="module" src="/app.js"></script>`;
  },
};

/** The files below a folder, by path. @param {string} folder @returns {Record<string, Buffer>} */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length), readFileSync(path)]),
  );
}

/**
 * Rows of bundler, way, bytes at page load and ms from press to response.
 *
 * @param {(text: string) => void} say
 */
export async function measureOnDemand(say) {
  const api = await serveApi(0);
  const driver = await openChromium();
  /** @type {{ bundler: string, way: string, bytes: number, ms: number[] }[]} */
  const rows = [];
  try {
    await driver.manage().setTimeouts({ script: 60_000 });
    await driver.sendDevToolsCommand("Network.enable", {});
    await driver.sendDevToolsCommand("Network.setCacheDisabled", { cacheDisabled: true });
    for (const [bundler, build] of Object.entries(BUNDLERS)) {
      for (const [name, { label, load, hasHint }] of Object.entries(WAYS)) {
        say(`${bundler}: ${label}`);
        const folder = resolve(`target/bench/on-demand/${bundler}-${name}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(
          join(folder, "app.js"),
          `${load}
           globalThis.hover = async () => (await load()).preload();
           globalThis.press = async (baseUrl) => (await load()).reactivateOrg("token", "1", { baseUrl });`,
        );
        const html = await build(folder);
        const page = await servePage(filesOf(join(folder, "out")), html);
        const row = { bundler, way: label, bytes: 0, ms: /** @type {number[]} */ ([]) };
        for (let round = 0; round < ROUNDS; round += 1) {
          page.takeSent();
          await emulate(driver, "slow");
          await driver.get(`${page.url}/`);
          await run(
            driver,
            `while (!globalThis.press) await new Promise((next) => setTimeout(next, 20));`,
          );
          row.bytes = page.takeSent();
          row.ms.push(
            await run(
              driver,
              `${hasHint ? `hover(); await new Promise((next) => setTimeout(next, ${HOVER_MS}));` : ""}
               const start = performance.now();
               await press("${api.url}");
               return performance.now() - start;`,
            ),
          );
          await emulate(driver, "fast");
        }
        rows.push(row);
        page.close();
      }
    }
    return rows;
  } finally {
    await driver.quit();
    api.close();
  }
}
