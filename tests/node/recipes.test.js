// The recipes in docs/recipes.md compile against the types of their frameworks.

import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import { compile } from "../support/compile.js";
import { recipes } from "../support/recipes.js";

// A folder from which the frameworks are found, and that git ignores.
const FOLDER = "tests/node_modules/.recipes";

beforeEach(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER);
});

test("the recipes compile under tsc --strict", async () => {
  const all = recipes();
  assert.deepEqual(Object.keys(all), [
    "Client",
    "React",
    "TanStack Query",
    "Angular",
    "Vue",
    "On demand",
  ]);
  const files = [];
  for (const [name, { extension, code }] of Object.entries(all)) {
    const file = `${FOLDER}/${name.replaceAll(" ", "")}.${extension}`;
    await writeFile(file, code);
    files.push(file);
  }
  await compile([
    ...["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom"],
    ...["--module", "esnext", "--moduleResolution", "bundler", "--jsx", "react-jsx"],
    "--experimentalDecorators",
    ...files,
  ]);
});

test("a broken recipe and a missing compiler fail", async () => {
  const file = `${FOLDER}/broken.ts`;
  await writeFile(file, "export const number: number = 'text';");
  await assert.rejects(compile(["--strict", "--noEmit", file]), /TS2322/);
  await assert.rejects(compile(["--noEmit", file], "tests/node_modules/no/tsc"));
});
