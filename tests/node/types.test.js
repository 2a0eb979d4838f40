// The package's types, as installed: good uses compile and misuse does not, with TypeScript of today and an older major; and
// what they declare is there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { build } from "esbuild";
import ts from "typescript5";

import { compile, TSC } from "../support/compile.js";

const COMPILERS = {
  "TypeScript 7": TSC,
  "TypeScript 5.4": "tests/node_modules/typescript5/bin/tsc",
};

for (const [name, tsc] of Object.entries(COMPILERS)) {
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    test(`${name}, moduleResolution ${resolution}`, async () => {
      const options = [
        "--strict",
        "--exactOptionalPropertyTypes",
        "--noEmit",
        "--target",
        "es2022",
        "--lib",
        "es2023,dom",
      ];
      const resolved = ["--module", String(module), "--moduleResolution", String(resolution)];
      const files = ["tests/node/types/uses.ts"];
      if (resolution === "nodenext") {
        files.push("tests/node/types/uses.cts");
      }
      await compile([...options, ...resolved, ...files], tsc);
    });
  }
}

test("every entry exports the values that the types declare, and nothing else", async () => {
  const program = ts.createProgram(["pkg/index.d.ts"], { strict: true });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile("pkg/index.d.ts");
  const module = file && checker.getSymbolAtLocation(file);
  const symbols = module ? checker.getExportsOfModule(module) : [];
  const declared = symbols.filter(({ flags }) => flags & ts.SymbolFlags.Value);
  const names = declared.map(({ name }) => name).sort();
  assert.ok(names.includes("reactivateOrg"));
  for (const entry of ["index", "streaming", "tonic"]) {
    const exports = Object.keys(await import(`../../pkg/${entry}.js`));
    assert.deepEqual(exports.sort(), names, entry);
  }
  // Node cannot import this one.
  const { metafile } = await build({
    entryPoints: ["pkg/workerd.js"],
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
    external: ["*.wasm"],
  });
  const [output] = Object.values(metafile.outputs);
  assert.deepEqual(output?.exports.sort(), names, "workerd");
});
