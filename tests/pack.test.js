// The package as it is packed: installed from its tarball into an app for each environment, built there, run, and checked
// against the dev server, cross-origin and under a strict Content-Security-Policy.

import assert from "node:assert/strict";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { rollup } from "rollup";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as bundleWithEsbuild } from "esbuild";
import { build as bundleWithVite } from "vite";
import webpack from "webpack";

import { openBrowser, setting } from "./browser.js";
import { passed } from "./environments.js";
import { checkInBrowser, digest, EXPECTED, run, Workshop } from "./pack.js";

const MODULE_PAGE = '<!doctype html><script type="module" src="/bundle.js"></script>';
const IMPORT_MAP = '{"imports":{"zitadel-org-web":"/node_modules/zitadel-org-web/src/index.js"}}';
// Of the import map, the one inline script.
const IMPORT_MAP_HASH = `'sha256-${await digest(IMPORT_MAP)}'`;

/**
 * How an app is bundled where it is run in a browser: into `bundle.js`, or into a page of its own.
 *
 * @type {Record<string, (folder: string) => Promise<string>>} the page
 */
const BUNDLERS = {
  "no bundler": async () =>
    `<!doctype html><script type="importmap">${IMPORT_MAP}</script><script type="module" src="/browser.js"></script>`,
  async esbuild(folder) {
    await bundleWithEsbuild({
      entryPoints: [join(folder, "browser.js")],
      outfile: join(folder, "bundle.js"),
      bundle: true,
      minify: true,
      format: "esm",
      logLevel: "warning",
    });
    return MODULE_PAGE;
  },
  async Rollup(folder) {
    const bundle = await rollup({ input: join(folder, "browser.js"), plugins: [nodeResolve()] });
    await bundle.write({ file: join(folder, "bundle.js"), format: "es" });
    return MODULE_PAGE;
  },
  async webpack(folder) {
    const compiler = webpack({
      context: folder,
      mode: "production",
      entry: "./browser.js",
      output: { path: folder, filename: "bundle.js" },
    });
    const stats = await promisify(compiler.run.bind(compiler))();
    assert.equal(stats?.hasErrors(), false, stats?.toString());
    return MODULE_PAGE;
  },
  async Vite(folder) {
    await writeFile(join(folder, "index.html"), MODULE_PAGE.replace("bundle.js", "browser.js"));
    await bundleWithVite({ root: folder, logLevel: "warn", build: { outDir: "out" } });
    await cp(join(folder, "out/assets"), join(folder, "assets"), { recursive: true });
    return readFile(join(folder, "out/index.html"), "utf8");
  },
};

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

test("the tarball holds what it should and nothing else", async () => {
  const folder = await workshop.install("contents");
  const installed = join(folder, "node_modules/zitadel-org-web");
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  assert.deepEqual(files.filter((file) => !/^(src|dist)\//.test(file)).sort(), [
    "LICENSE",
    "README.md",
    "package.json",
  ]);
  assert.deepEqual(
    files.filter((file) => file.endsWith(".wasm")),
    ["dist/zitadel_org_web_bg.wasm"],
  );
  const notices = await readFile(join(installed, "dist/THIRD_PARTY_LICENSES.txt"), "utf8");
  for (const linked of [
    "prost ",
    "serde-wasm-bindgen ",
    "wasm-bindgen ",
    "web-sys ",
    "tonic ",
    "tonic-web-wasm-client ",
  ]) {
    assert.ok(notices.includes(`- ${linked}`), linked);
  }
  assert.ok(!notices.includes("- protox "), "protox builds, it is not linked");
});

for (const [name, program, ...args] of [
  ["publint", "publint/src/cli.js", "--strict"],
  ["attw", "@arethetypeswrong/cli/dist/index.js", "--profile", "esm-only"],
]) {
  test(`${name} finds nothing to complain about`, async () => {
    const script = join("tests/node_modules", String(program));
    const { code, stdout } = await run("node", [script, ...args, workshop.tarball]).then(
      (result) => ({ code: 0, ...result }),
      (error) => error,
    );
    assert.equal(code, 0, stdout);
  });
}

for (const [name, file] of [
  ["Node, import", "node.mjs"],
  ["Node, require", "node.cjs"],
]) {
  test(`${name}: a call and an error`, async () => {
    const folder = await workshop.install(String(name));
    const { stdout } = await run(
      "node",
      ["--no-warnings", String(file), setting("ZITADEL_TEST_URL")],
      {
        cwd: folder,
      },
    );
    assert.deepEqual(JSON.parse(stdout), EXPECTED);
    await passed(String(name));
  });
}

for (const readme of ["README.md", "pkg/README.md"]) {
  test(`the example in ${readme} does what it says`, async () => {
    const folder = await workshop.install(`example ${readme}`);
    const [, example = ""] = (await readFile(readme, "utf8")).match(/```js\n(.*?)```/s) ?? [];
    const api = setting("ZITADEL_TEST_URL");
    const code = example.replace("https://id.example.com", api);
    assert.notEqual(code, example);
    const args = 'const [token, orgId] = ["iam-owner", "69629023906488336"];\n';
    await writeFile(join(folder, "example.js"), args + code);
    const headers = { authorization: "Bearer iam-owner", "x-zitadel-orgid": "69629023906488336" };
    const deactivate = `${api}/management/v1/orgs/me/_deactivate`;
    await fetch(deactivate, { method: "POST", headers });
    const play = async () => (await run("node", ["example.js"], { cwd: folder })).stdout;
    assert.match(await play(), /^active since \d{4}-\d\d-\d\dT/);
    assert.equal(await play(), "", "it is active already");
  });
}

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  test(`browser, ${name}: a call and an error`, async () => {
    const folder = await workshop.install(`browser ${name}`);
    await checkInBrowser(driver, folder, await bundle(folder), IMPORT_MAP_HASH);
    await passed(`browser, ${name}`);
  });
}

test("an import that is not used leaves nothing in a bundle", async () => {
  const folder = await workshop.install("unused");
  await writeFile(join(folder, "unused.js"), 'import "zitadel-org-web"; console.log(1);');
  await writeFile(
    join(folder, "guard.js"),
    'import { isZitadelError } from "zitadel-org-web"; console.log(isZitadelError(1));',
  );
  const size = async (/** @type {string} */ file) => {
    const { outputFiles } = await bundleWithEsbuild({
      entryPoints: [join(folder, file)],
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
      logLevel: "error",
    });
    return outputFiles[0]?.contents.length ?? NaN;
  };
  assert.ok((await size("unused.js")) < 50);
  assert.ok((await size("guard.js")) < 2_000);
});
