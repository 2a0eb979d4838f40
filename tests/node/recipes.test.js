// The recipes of docs/recipes.md against the types of the frameworks that they are for.

import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";

import { build } from "esbuild";

import { compile } from "../support/compile.js";

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
  await compile([
    ...["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom"],
    ...["--module", "esnext", "--moduleResolution", "bundler", "--jsx", "react-jsx"],
    "--experimentalDecorators",
    ...files,
  ]);
});

test("a recipe that does not compile fails, and so does a compiler that is not there", async () => {
  const file = `${FOLDER}/broken.ts`;
  await writeFile(file, "export const number: number = 'text';");
  await assert.rejects(compile(["--strict", "--noEmit", file]), /TS2322/);
  await assert.rejects(compile(["--noEmit", file], "tests/node_modules/no/tsc"));
});

test("the button of the React recipe cannot be pressed while a call is under way", async () => {
  const text = await readFile("docs/recipes.md", "utf8");
  const code = /^## React\n\n```tsx\n([\s\S]*?)^```/m.exec(text)?.[1] ?? "";
  // React's hooks for one component, and its elements as they are.
  const modules = /** @type {Record<string, string>} */ ({
    react: `
      const states = [];
      let at = 0;
      export const begin = () => (at = 0);
      export function useState(value) {
        const index = at++;
        if (!(index in states)) states[index] = value;
        return [states[index], (next) => (states[index] = next)];
      }
      export const useRef = (current) => useState({ current })[0];
      export const useEffect = () => {};`,
    "react/jsx-runtime": `
      export const Fragment = "";
      export const jsx = (type, props) => ({ type, props });
      export const jsxs = jsx;`,
    "zitadel-org-web": `
      export const calls = [];
      export const isZitadelError = () => true;
      export const reactivateOrg = () => new Promise((resolve, reject) => calls.push({ resolve, reject }));`,
  });
  const contents = `${code}\nexport { begin } from "react"; export { calls } from "zitadel-org-web";`;
  const { outputFiles } = await build({
    stdin: { contents, loader: "tsx" },
    bundle: true,
    format: "esm",
    jsx: "automatic",
    write: false,
    plugins: [
      {
        name: "stubs",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^[a-z]/ }, ({ path }) => ({ path, namespace: "stub" }));
          onLoad({ filter: /^/, namespace: "stub" }, ({ path }) => ({ contents: modules[path] }));
        },
      },
    ],
  });
  const bundle = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  const { ReactivateButton, begin, calls } = await import(`data:text/javascript;base64,${bundle}`);
  const render = () => {
    begin();
    const [button, problem] = ReactivateButton({ token: () => "t", orgId: "1" }).props.children;
    return { ...button.props, problem: problem?.props.children };
  };
  const pressed = render().onClick();
  assert.deepEqual([render().disabled, calls.length], [true, 1]);
  calls[0].reject({ kind: "status", id: "EVENT-bfnrh", message: "" });
  await pressed;
  assert.deepEqual([render().disabled, render().problem], [false, "It is active already."]);
});
