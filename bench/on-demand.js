// The cost of importing the client only when it is needed, in apps that Vite built.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

import { openChromium } from "../tests/support/browser.js";
import { emulate, run, setUp } from "./measure.js";
import { serveApi, servePage } from "./servers.js";

const require = createRequire(new URL("../tests/package.json", import.meta.url));
/** @type {typeof import("vite")} */
const vite = require("vite");

const PAGE = `<!doctype html><script type="module" src="/app.js"></script>`;
/** The time between hovering over the button and pressing it. */
const HOVER_MS = 1000;

/** The ways in which a page imports the client. */
const WAYS = [
  {
    label: "imported by the page",
    load: `import * as client from "zitadel-org-web"; const load = async () => client;`,
    hover: "",
  },
  {
    label: "imported on press",
    load: `const load = () => import("zitadel-org-web");`,
    hover: "",
  },
  {
    label: "imported on hover, with \`preload()\`",
    load: `const load = () => import("zitadel-org-web");`,
    hover: `hover(); await new Promise((next) => setTimeout(next, ${HOVER_MS}));`,
  },
];

/** Builds an app and returns its page and its other files by path. @param {string} name @param {string} load */
async function build(name, load) {
  const root = resolve("target/bench/on-demand", name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "index.html"), PAGE);
  writeFileSync(
    join(root, "app.js"),
    `${load}
     globalThis.hover = async () => (await load()).preload();
     globalThis.press = async (baseUrl) => (await load()).reactivateOrg("token", "1", { baseUrl });`,
  );
  const alias = { "zitadel-org-web": resolve("pkg/index.js") };
  await vite.build({ root, logLevel: "error", resolve: { alias }, build: { outDir: "out" } });
  const out = join(root, "out");
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return {
    html: readFileSync(join(out, "index.html"), "utf8"),
    files: Object.fromEntries(files.map((path) => [path.slice(out.length), readFileSync(path)])),
  };
}

/**
 * Returns the bytes at page load and the times from press to response for each way.
 *
 * @param {number} rounds
 * @param {(text: string) => void} say
 */
export async function measureOnDemand(rounds, say) {
  const api = await serveApi(0);
  const driver = await openChromium();
  const rows = [];
  try {
    await setUp(driver);
    for (const [index, { label, load, hover }] of WAYS.entries()) {
      say(label);
      const { html, files } = await build(String(index), load);
      const page = await servePage(files, html);
      const row = { label, bytes: 0, ms: /** @type {number[]} */ ([]) };
      for (let round = 0; round < rounds; round += 1) {
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
            `${hover}
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
    return rows;
  } finally {
    await driver.quit();
    api.close();
  }
}
