// The Content-Security-Policy in the package's README, and the violations that browsers report.

import { createServer } from "node:http";

import { setting } from "./browser.js";
import { listen, serveFiles } from "./serve.js";

const FORBIDDEN = "/forbidden.png";

/** A strict policy, and the server that receives the reports of its violations. */
export class Policy {
  /** @param {Awaited<ReturnType<typeof listen>>} server @param {string[]} reported */
  constructor(server, reported) {
    this.server = server;
    this.reported = reported;
  }

  static async open() {
    /** @type {string[]} */
    const reported = [];
    const server = createServer(async (request, response) => {
      const chunks = await request.toArray();
      const { "csp-report": report } = JSON.parse(Buffer.concat(chunks).toString());
      reported.push(`${report["effective-directive"]} ${report["blocked-uri"]}`);
      response.end();
    });
    return new Policy(await listen(server), reported);
  }

  close() {
    this.server.close();
  }

  /** Returns the header's value. @param {string} [scripts] - more for script-src */
  header(scripts = "") {
    return [
      "default-src 'none'",
      `script-src 'self' 'wasm-unsafe-eval' ${scripts}`,
      `connect-src 'self' ${setting("ZITADEL_TEST_URL")}`,
      "worker-src 'self'",
      "require-trusted-types-for 'script'",
      `report-uri ${this.server.url}`,
    ].join("; ");
  }

  /**
   * Returns the violations reported since the last call. The page first violates the policy on purpose, which proves that reports
   * arrive; that violation is left out.
   *
   * @param {import("./browser.js").WebDriver} driver
   */
  async violations(driver) {
    await driver.executeScript(`document.createElement("img").src = "${FORBIDDEN}"`);
    const isOnPurpose = (/** @type {string} */ violation) => violation.endsWith(FORBIDDEN);
    await driver.wait(async () => this.reported.some(isOnPurpose), 20_000);
    // Some browsers ask for an icon by themselves.
    return this.reported
      .splice(0)
      .filter((entry) => !isOnPurpose(entry) && !entry.endsWith("/favicon.ico"));
  }

  /**
   * Serves a page and the files of a folder under the policy.
   *
   * @param {string} folder
   * @param {string} page
   * @param {string} [scripts] - more for script-src
   */
  serve(folder, page, scripts) {
    return serveFiles(folder, page, { "content-security-policy": this.header(scripts) });
  }
}
