// The recipes in docs/recipes.md.

import { readFileSync } from "node:fs";

/** Returns the code of every recipe, by its title. @returns {Record<string, { extension: string, code: string }>} */
export function recipes() {
  const text = readFileSync("docs/recipes.md", "utf8");
  const all = [...text.matchAll(/^## ([\w ]+)\n[^]*?^```(tsx?)\n([\s\S]*?)^```/gm)];
  return Object.fromEntries(
    all.map(([, name = "", extension = "", code = ""]) => [name, { extension, code }]),
  );
}
