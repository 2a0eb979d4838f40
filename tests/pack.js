// The package as it is packed, installed from its tarball into apps, and pages that are served as consoles serve them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";

import { until } from "selenium-webdriver";

import { setting } from "./browser.js";
import { listen } from "./listen.js";

export const run = promisify(execFile);

/** What every app answers; see pack/app.js. */
export const EXPECTED = { name: "ACME", isZitadelError: true, id: "AUTH-5mWD2" };

/** A folder for apps, with the package's tarball. */
export class Workshop {
  /** @param {string} folder @param {string} tarball */
  constructor(folder, tarball) {
    this.folder = folder;
    this.tarball = tarball;
  }

  static async open() {
    const folder = await mkdtemp(join(tmpdir(), "zitadel-org-web-"));
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, "./pkg"]);
    const packed = JSON.parse(stdout);
    const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
    return new Workshop(folder, join(folder, filename));
  }

  /** An app with the package installed from its tarball. @param {string} name */
  async install(name) {
    const folder = join(this.folder, name.replaceAll(/\W+/g, "-"));
    await mkdir(folder);
    await cp("tests/pack", folder, { recursive: true });
    await writeFile(
      join(folder, "package.json"),
      '{ "name": "app", "private": true, "type": "module" }',
    );
    const options = ["--offline", "--no-audit", "--no-fund", "--no-save"];
    await run("npm", ["install", ...options, this.tarball], { cwd: folder });
    return folder;
  }

  close() {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Opens an app in the browser and checks what it puts into the page's title.
 *
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {string} folder
 * @param {string} page
 * @param {string} [scripts] - more for script-src
 */
export async function checkInBrowser(driver, folder, page, scripts) {
  const server = await serve(folder, page, scripts);
  try {
    await driver.get(`${server.url}/?api=${encodeURIComponent(setting("ZITADEL_TEST_URL"))}`);
    await driver.wait(until.titleMatches(/./), 20_000);
    assert.deepEqual(JSON.parse(await driver.getTitle()), EXPECTED);
  } finally {
    server.close();
  }
}

const TYPES = /** @type {Record<string, string>} */ ({
  ".js": "text/javascript",
  ".wasm": "application/wasm",
});

/**
 * A page and the files of a folder, under the Content-Security-Policy that the README asks for.
 *
 * @param {string} folder
 * @param {string} page
 * @param {string} [scripts] - more for script-src
 */
async function serve(folder, page, scripts = "") {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${scripts}`,
    `connect-src 'self' ${setting("ZITADEL_TEST_URL")}`,
    "worker-src 'self'",
    "require-trusted-types-for 'script'",
  ].join("; ");
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      const body = path === "/" ? page : await readFile(join(folder, path));
      response.setHeader("content-security-policy", policy);
      response.setHeader("content-type", TYPES[extname(path)] ?? "text/html");
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return listen(server);
}

/** @param {string} text */
export async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(hash).toString("base64");
}
