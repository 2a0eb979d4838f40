// Apps that have the package installed from its tarball.

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);

/** The folder of apps that also import a framework. It lies below the matrix, which has the frameworks installed. */
const FRAMEWORK_APPS = resolve("tests/support/matrix/apps");

/** A folder for apps, with the package's tarball. */
export class Workshop {
  /** @param {string} folder @param {string} tarball */
  constructor(folder, tarball) {
    this.folder = folder;
    this.tarball = tarball;
  }

  static async open() {
    await rm(FRAMEWORK_APPS, { recursive: true, force: true });
    const folder = await mkdtemp(join(tmpdir(), "zitadel-org-web-"));
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, "./pkg"]);
    const packed = JSON.parse(stdout);
    const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
    return new Workshop(folder, join(folder, filename));
  }

  /**
   * Creates an app with the package installed from its tarball.
   *
   * @param {string} name
   * @param {string} [framework] - whose folder in tests/apps comes on top
   * @returns {Promise<string>} its folder
   */
  async install(name, framework) {
    const folder = join(framework ? FRAMEWORK_APPS : this.folder, name.replaceAll(/\W+/g, "-"));
    await mkdir(folder, { recursive: true });
    const filter = (/** @type {string} */ path) => path === "tests/apps" || statSync(path).isFile();
    await cp("tests/apps", folder, { recursive: true, filter });
    if (framework) {
      await cp(`tests/apps/${framework}`, folder, { recursive: true });
    }
    const manifest = '{ "name": "app", "private": true, "type": "module" }';
    await writeFile(join(folder, "package.json"), manifest);
    const options = ["--offline", "--no-audit", "--no-fund", "--no-save"];
    await run("npm", ["install", ...options, this.tarball], { cwd: folder });
    return folder;
  }

  async close() {
    await rm(FRAMEWORK_APPS, { recursive: true, force: true });
    await rm(this.folder, { recursive: true, force: true });
  }
}
