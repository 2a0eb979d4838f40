// Bundles the entries of the package as ES modules and as CommonJS. Each entry loads the module in its own way.
//
// node xtask/bundle.mjs FROM TO ENTRY...: FROM has wasm-bindgen's output and wasm.js, TO is the package's folder.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { build } = createRequire(join(root, "tests/package.json"))("esbuild");
const [from = "", to = "", ...entries] = process.argv.slice(2);
const js = join(root, "js");

const SNIPPETS = {
  error: "js/error.js",
  browser: "src/platform/browser.js",
  arguments: "src/js/arguments.js",
};

/** @param {string | undefined} snippet */
const snippetPath = (snippet) =>
  join(root, SNIPPETS[/** @type {keyof typeof SNIPPETS} */ (snippet)]);

/** The names that a snippet exports. @param {string} snippet */
function exportsOf(snippet) {
  const text = readFileSync(snippetPath(snippet), "utf8");
  return [...text.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
}

// wasm-opt shortened the names of the module's imports and exports, so the glue code is adapted to them.
const { imports, exports } = JSON.parse(readFileSync(join(from, "names.json"), "utf8"));
// wasm-bindgen lets the module import some functions of a snippet directly.
const renamed = imports.map(
  (/** @type {string[]} */ [module, name], /** @type {number} */ index) =>
    `import { ${name} as import${index} } from "${module}";`,
);
const members = imports.map(
  (/** @type {string[]} */ [, , short], /** @type {number} */ index) => `${short}: import${index}`,
);
/** @type {Record<string, string>} */
const names = Object.fromEntries(exports);
const bindings = join(from, "zitadel_org_web_bg.js");
const withShortNames = readFileSync(bindings, "utf8").replace(
  /\bwasm\.(\w+)/g,
  (whole, name) => `wasm.${names[name] ?? name}`,
);
/** Exports that only the module's own functions call. */
const inner = Object.keys(names).filter((name) =>
  /^__(wbindgen_(malloc|realloc|free|exn_store)|externref)/.test(name),
);
const rpcs = Object.keys(names).filter((name) => /^[a-zA-Z]+$/.test(name) && name !== "memory");
if (!rpcs.includes("reactivateOrg")) {
  throw new Error(`${from} has a module that lacks the crate's exports`);
}
// An object instead of exports, because esbuild adds 300 B gzip of helpers for those.
writeFileSync(
  join(from, "entry.mjs"),
  `${renamed.join("\n")}
   import { ${[...rpcs, "__wbg_set_wasm"]} } from "./zitadel_org_web_bg.js";
   glue = { ${[...members, ...rpcs, "__wbg_set_wasm"]}, 
     start: "${names.__wbindgen_start}", inner: ${JSON.stringify(inner.map((name) => names[name]))} };`,
);

// wasm-bindgen's functions keep the state of one instance. A wrapping function gives each instance its own state. The snippets
// are arguments, because the loader shares them.
await build({
  entryPoints: [join(from, "entry.mjs")],
  outfile: join(from, "glue.js"),
  bundle: true,
  format: "iife",
  banner: { js: "export function createGlue(snippets) {\nlet glue;" },
  footer: { js: "return glue;\n}" },
  plugins: [
    {
      name: "snippets as arguments",
      setup(/** @type {any} */ { onResolve, onLoad }) {
        onLoad({ filter: /_bg\.js$/ }, () => ({ contents: withShortNames }));
        onResolve(
          { filter: /\/(error|browser|arguments)\.js$/ },
          (/** @type {{ path: string }} */ { path }) => ({
            path: basename(path, ".js"),
            namespace: "snippet",
          }),
        );
        onLoad(
          { filter: /^/, namespace: "snippet" },
          (/** @type {{ path: string }} */ { path }) => ({
            contents: `export const { ${exportsOf(path).join(", ")} } = snippets.${path};`,
          }),
        );
      },
    },
  ],
});

// Not namespaces, which bundlers would keep even if nothing is used. The error class is a file of its own.
const shared = join(from, "snippets.js");
const snippetExports = Object.keys(SNIPPETS).map((snippet) => [
  snippet,
  exportsOf(snippet).join(", "),
]);
writeFileSync(
  shared,
  [
    ...snippetExports.map(
      ([snippet, list]) =>
        `import { ${list} } from "${snippet === "error" ? "./error.js" : snippetPath(snippet)}";`,
    ),
    `export const snippets = () => ({ ${snippetExports.map(([snippet, list]) => `${snippet}: { ${list} }`).join(", ")} });`,
  ].join("\n"),
);

const rpcNames = join(from, "rpcs.js");
writeFileSync(rpcNames, `export const RPCS = ${JSON.stringify(rpcs)};`);
const functions = join(from, "functions.js");
writeFileSync(
  functions,
  [
    'import { source } from "#source";',
    'import { call } from "#call";',
    "const bind = (rpc) => (token, target, options) => call(source, rpc, token, target, options);",
    ...rpcs.map((rpc) => `export const ${rpc} = /* @__PURE__ */ bind("${rpc}");`),
  ].join("\n"),
);

for (const name of entries) {
  const source = { index: "inline", tonic: "inline", tower: "inline" }[name] ?? name;
  /** @type {Record<string, string>} */
  const aliases = {
    "#source": join(js, `source-${source}.js`),
    "#call": join(js, "call.js"),
    "#snippets": resolve(shared),
    "#rpcs": resolve(rpcNames),
    "#functions": resolve(functions),
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
