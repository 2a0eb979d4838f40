// The package's types, as installed: good uses compile and misuse does not, with TypeScript of today and an older major.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const COMPILERS = {
  "TypeScript 7": "tests/node_modules/typescript/bin/tsc",
  "TypeScript 5.4": "tests/node_modules/typescript5/bin/tsc",
};

for (const [name, tsc] of Object.entries(COMPILERS)) {
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    test(`${name}, moduleResolution ${resolution}`, async () => {
      const options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2023,dom"];
      const resolved = ["--module", String(module), "--moduleResolution", String(resolution)];
      const files = ["tests/types/uses.ts"];
      const { stdout } = await promisify(execFile)("node", [
        tsc,
        ...options,
        ...resolved,
        ...files,
      ]).catch((error) => error);
      assert.equal(stdout, "");
    });
  }
}
