// The environments that the package was run in, as packed. A test that passed leaves a record in target/environments;
// pkg/README.md has the table of them, which is compared by the last step of `cargo xtask matrix`, or written if UPDATE is set.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";

const RECORDS = "target/environments";
const README = "pkg/README.md";
const MARKS = /(<!-- environments -->\n)[\s\S]*?(<!-- \/environments -->)/;
/** Which package's version belongs to an environment. @type {Record<string, string>} */
const PACKAGES = {
  "browser, esbuild": "esbuild",
  "browser, Rollup": "rollup",
  "browser, webpack": "webpack",
  "browser, Vite": "vite",
  "browser, Parcel": "parcel",
  Deno: "deno",
  Bun: "bun",
  workerd: "workerd",
};

/** Tells that the package worked there. @param {string} environment */
export async function passed(environment) {
  await mkdir(RECORDS, { recursive: true });
  await writeFile(`${RECORDS}/${environment.replaceAll(/\W+/g, "-")}`, environment);
}

/** The table of the records. */
async function table() {
  const files = await readdir(RECORDS);
  const names = await Promise.all(files.map((file) => readFile(`${RECORDS}/${file}`, "utf8")));
  /** @type {Record<string, string>} */
  const versions = {};
  for (const manifest of ["tests/package.json", "tests/matrix/package.json"]) {
    Object.assign(versions, JSON.parse(await readFile(manifest, "utf8")).devDependencies);
  }
  const rows = names.sort().map((name) => {
    const version = versions[PACKAGES[name] ?? ""] ?? "";
    const entry = name === "workerd" ? "condition `workerd`" : "default";
    return [name, version.replace(/^\D+/, ""), entry];
  });
  return [["environment", "version", "entry"], ["---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** Compares the table with the README's, or writes it there. */
export async function checkTable() {
  const readme = await readFile(README, "utf8");
  const rows = (/** @type {string} */ text) =>
    text.split("\n").map((line) => line.replaceAll(/ +|-{3,}/g, " ").trim());
  const [current = ""] = readme.match(MARKS) ?? [];
  const fresh = `\n${await table()}\n\n`;
  if (process.env.UPDATE) {
    await writeFile(
      README,
      readme.replace(MARKS, (_, start, end) => start + fresh + end),
    );
    return;
  }
  const known = rows(current);
  assert.deepEqual(
    rows(fresh).filter((row) => !known.includes(row)),
    [],
    "run `UPDATE=1 cargo xtask matrix` and prettier",
  );
}
