// Bundles the entries of the package as ES modules and as CommonJS. Each entry loads the module in its own way.
//
// node xtask/bundle.mjs FROM TO ENTRY...: FROM has wasm-bindgen's output and wasm.js, TO is the package's folder.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { build } = createRequire(join(root, "tests/package.json"))("esbuild");
const [from = "", to = "", ...entries] = process.argv.slice(2);
const js = join(root, "js");

// wasm-opt shortened the names of the module's imports and exports. The glue code exports the imports by their short names, and
// `names` maps the exports.
const { imports, exports } = JSON.parse(readFileSync(join(from, "names.json"), "utf8"));
const renamed = imports.map((/** @type {string[]} */ [, name, short]) => `${name} as ${short}`);
const names = Object.fromEntries(exports);
const rpcs = Object.keys(names).filter((name) => /^[a-zA-Z]+$/.test(name) && name !== "memory");
if (!rpcs.includes("reactivateOrg")) {
  throw new Error(`${from} has a module that lacks the crate's exports`);
}
writeFileSync(
  join(from, "entry.mjs"),
  `export { ${[...renamed, ...rpcs, "__wbg_set_wasm"]} } from "./zitadel_org_web_bg.js";
   export const names = ${JSON.stringify(names)};`,
);

// wasm-bindgen's functions keep the state of one instance. A wrapping function gives each instance its own state.
await build({
  entryPoints: [join(from, "entry.mjs")],
  outfile: join(from, "glue.js"),
  bundle: true,
  format: "iife",
  globalName: "glue",
  banner: { js: "export function createGlue(errors) {" },
  footer: { js: "return glue;\n}" },
  plugins: [
    {
      name: "error class as an argument",
      setup(/** @type {any} */ { onResolve, onLoad }) {
        onResolve({ filter: /\/js\/error\.js$/ }, () => ({ path: "errors", namespace: "errors" }));
        onLoad({ filter: /^/, namespace: "errors" }, () => ({
          contents: "export const { ZitadelError } = errors;",
        }));
      },
    },
  ],
});

for (const name of entries) {
  const source = { index: "inline", tonic: "inline", tower: "inline" }[name] ?? name;
  /** @type {Record<string, string>} */
  const aliases = {
    "#source": join(js, `source-${source}.js`),
    "#glue": resolve(from, "glue.js"),
    "#wasm": resolve(from, "wasm.js"),
  };
  for (const [format, extension] of /** @type {const} */ ([
    ["esm", "js"],
    ["cjs", "cjs"],
  ])) {
    if (format === "cjs" && name === "workerd") {
      continue; // Workers are ES modules.
    }
    await build({
      entryPoints: [join(js, "index.js")],
      outfile: join(to, `${name}.${extension}`),
      bundle: true,
      format,
      logLevel: "error",
      plugins: [
        {
          name: "package files",
          setup(/** @type {any} */ { onResolve }) {
            onResolve({ filter: /^#/ }, (/** @type {{ path: string }} */ { path }) => ({
              path: aliases[path],
            }));
            onResolve(
              { filter: /^\.\/(error\.js|zitadel_org_web_bg\.wasm)$/ },
              (/** @type {{ path: string }} */ { path }) => ({
                path: path.endsWith(".wasm") ? path : `./error.${extension}`,
                external: true,
              }),
            );
          },
        },
      ],
    });
  }
}

await build({ entryPoints: [join(js, "error.js")], outfile: join(to, "error.cjs"), format: "cjs" });
