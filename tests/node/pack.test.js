// The tarball: its files, linters, the READMEs' examples and tree shaking.

import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { setting } from "../support/browser.js";
import { run, Workshop } from "../support/packed-app.js";

/** @type {Workshop} */
let workshop;
before(async () => {
  workshop = await Workshop.open();
});

after(() => workshop?.close());

test("the module has no path of the build machine", async () => {
  const module = await readFile("pkg/zitadel_org_web_bg.wasm", "latin1");
  assert.ok(module.includes("src/transport"));
  assert.equal(/\/registry\/src\/|\/home\/|\/root\/|\/Users\//.exec(module)?.[0], undefined);
  assert.ok(!module.includes(process.cwd()));
});

test("the tarball has exactly the expected files", async () => {
  const folder = await workshop.install("contents");
  const installed = join(folder, "node_modules/zitadel-org-web");
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  assert.deepEqual(files.sort(), [
    "LICENSE",
    "README.md",
    "THIRD_PARTY_LICENSES.txt",
    "error.cjs",
    "error.js",
    "index.cjs",
    "index.d.cts",
    "index.d.ts",
    "index.js",
    "package.json",
    "streaming.cjs",
    "streaming.js",
    "tonic.cjs",
    "tonic.js",
    "types.d.cts",
    "types.d.ts",
    "workerd.js",
    "zitadel_org_web_bg.wasm",
  ]);
  const notices = await readFile(join(installed, "THIRD_PARTY_LICENSES.txt"), "utf8");
  for (const linked of [
    "prost ",
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
  ["attw", "@arethetypeswrong/cli/dist/index.js", "--profile", "node16"],
]) {
  test(`${name} accepts the tarball`, async () => {
    const script = join("tests/node_modules", String(program));
    const { code, stdout } = await run("node", [script, ...args, workshop.tarball]).then(
      (result) => ({ code: 0, ...result }),
      (error) => error,
    );
    assert.equal(code, 0, stdout);
  });
}

for (const readme of ["README.md", "js/README.md"]) {
  test(`the example in ${readme} reactivates an organization`, async () => {
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

test("an unused import adds nothing to a bundle", async () => {
  const folder = await workshop.install("unused");
  await writeFile(join(folder, "unused.js"), 'import "zitadel-org-web"; console.log(1);');
  await writeFile(
    join(folder, "guard.js"),
    'import { isZitadelError } from "zitadel-org-web"; console.log(isZitadelError(1));',
  );
  const size = async (/** @type {string} */ file) => {
    const { outputFiles } = await build({
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
