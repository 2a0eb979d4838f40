// The recipes of docs/recipes.md against the types of the frameworks that they are for.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

// Where the frameworks are found, and git does not look.
const FOLDER = "tests/node_modules/.recipes";

test("the recipes compile under tsc --strict", async () => {
  const text = await readFile("docs/recipes.md", "utf8");
  const recipes = [...text.matchAll(/^## (\w+)\n\n```(tsx?)\n([\s\S]*?)^```/gm)];
  assert.deepEqual(
    recipes.map(([, name]) => name),
    ["React", "Angular", "Vue"],
  );
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER);
  const files = [];
  for (const [, name, extension, code = ""] of recipes) {
    const file = `${FOLDER}/${name}.${extension}`;
    await writeFile(file, code);
    files.push(file);
  }
  const { stdout } = await promisify(execFile)("node", [
    "tests/node_modules/typescript/bin/tsc",
    ...["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom"],
    ...["--module", "esnext", "--moduleResolution", "bundler", "--jsx", "react-jsx"],
    "--experimentalDecorators",
    ...files,
  ]).catch((error) => error);
  assert.equal(stdout, "");
});
