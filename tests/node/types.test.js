// The installed package's types, with the current TypeScript and an older major version, and the values that they declare.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";

import { build } from "esbuild";
import ts from "typescript5";

import { OPTION_NAMES } from "../../src/js/arguments.js";
import { compile, TSC } from "../support/compile.js";

/** A folder from which the package is found, and that git ignores. */
const FOLDER = "tests/node_modules/.types";
const STRICT = ["--strict", "--exactOptionalPropertyTypes", "--target", "es2022"];
const NODENEXT = ["--module", "nodenext", "--moduleResolution", "nodenext"];

const COMPILERS = {
  "TypeScript 7": TSC,
  "TypeScript 5.4": "tests/node_modules/typescript5/bin/tsc",
};

for (const [name, tsc] of Object.entries(COMPILERS)) {
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    test(`correct uses compile with ${name}, moduleResolution ${resolution}`, async () => {
      const options = [...STRICT, "--noEmit", "--lib", "es2023,dom"];
      const resolved = ["--module", String(module), "--moduleResolution", String(resolution)];
      const files = ["tests/node/types/uses.ts"];
      if (resolution === "nodenext") {
        files.push("tests/node/types/uses.cts");
      }
      await compile([...options, ...resolved, ...files], tsc);
    });
  }

  test(`the types need no DOM library with ${name}`, async () => {
    const options = [...STRICT, "--noEmit", "--lib", "es2023", ...NODENEXT];
    // Without any type packages, and with Node's.
    await compile([...options, "tests/node/types/without-dom.ts"], tsc);
    const files = ["tests/node/types/without-dom.ts", "tests/node/types/node-only.ts"];
    const node = ["--typeRoots", "tests/node_modules/@types", "--types", "node"];
    await compile([...options, "--skipLibCheck", ...node, ...files], tsc);
  });

  test(`inferred types can be declared with ${name}`, async () => {
    const out = [...NODENEXT, "--lib", "es2023,dom", "--outDir", FOLDER, "--declaration"];
    await compile([...STRICT, ...out, "tests/node/types/declarations.ts"], tsc);
    const declared = readFileSync(`${FOLDER}/declarations.d.ts`, "utf8");
    assert.match(declared, /asZitadelError: \(error: unknown\) => ZitadelError \| undefined/);
  });
}

test("a filter by error narrows", async () => {
  const options = [...STRICT, ...NODENEXT, "--noEmit", "--lib", "es2023,dom"];
  await compile([...options, "tests/node/types/filter.ts"]);
});

/** Names that examples use without declaring them. */
const CONTEXT = `
declare const token: string;
declare const orgId: string;
declare const ids: string[];
declare const auth: { accessToken(): Promise<string>; renew(): Promise<string> };
declare const baseUrl: string;
declare const bar: { value: number };
declare const button: HTMLButtonElement;`;

for (const path of ["README.md", "js/README.md", "pkg/index.d.ts", "pkg/types.d.ts"]) {
  test(`the examples in ${path} compile`, async () => {
    const text = readFileSync(path, "utf8").replaceAll(/^ \* ?/gm, "");
    const examples = [...text.matchAll(/^\`\`\`(?:js|ts)\n([^]*?)^\`\`\`/gm)].map(
      ([, code = ""]) => code,
    );
    assert.ok(examples.length > 0);
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    const names = Object.keys(await import("zitadel-org-web"));
    const files = [];
    for (const [index, code] of examples.entries()) {
      const imports = names.filter((name) => code.includes(name));
      // Examples in doc comments import nothing.
      const head = /\bimport\b/.test(code)
        ? ""
        : `import { ${imports.join(", ")} } from "zitadel-org-web";\n`;
      const file = `${FOLDER}/example-${index}.ts`;
      const isUndeclared = (/** @type {string} */ line) =>
        !new RegExp(`(const|let) ${/const (\w+)/.exec(line)?.[1]}\\b`).test(code);
      const context = CONTEXT.split("\n").filter(isUndeclared).join("\n");
      await writeFile(file, `${head}${context}\nexport {};\n${code}`);
      files.push(file);
    }
    const options = [...STRICT, "--noEmit", "--lib", "es2023,dom"];
    await compile([...options, "--module", "esnext", "--moduleResolution", "bundler", ...files]);
  });
}

/** Returns the members of an interface in the types. @param {string} name */
function membersOf(name) {
  const text = readFileSync("js/types.d.ts", "utf8");
  const file = ts.createSourceFile("types.d.ts", text, ts.ScriptTarget.ESNext);
  const declaration = file.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  assert.ok(declaration && ts.isInterfaceDeclaration(declaration), name);
  return declaration.members.map((member) =>
    member.name && ts.isIdentifier(member.name) ? member.name.text : "",
  );
}

test("the types declare the options that the client reads", () => {
  const declared = [...membersOf("CallOptions"), ...membersOf("BulkOptions")];
  assert.deepEqual(declared.sort(), [...OPTION_NAMES].sort());
});

test("a client has every function that takes a token", async () => {
  const { createOrgClient } = await import("zitadel-org-web");
  const text = readFileSync("js/types.d.ts", "utf8");
  const functions = [...text.matchAll(/^export function (\w+)\(\n  token: TokenSource,/gm)];
  const names = functions.map(([, name = ""]) => name);
  assert.equal(names.length, 9);
  const client = createOrgClient({ token: "t" });
  assert.deepEqual(Object.keys(client).sort(), names.sort());
});

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
  // Node cannot import workerd's entry.
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
