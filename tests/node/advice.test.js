// The demo page's advice on errors, and the tables that are made of the same list; UPDATE=1 writes these anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { format, resolveConfig } from "prettier";
import { ZitadelError } from "zitadel-org-web";

import { advice } from "../../www/advice.js";
import { ERRORS } from "../../www/errors.js";

test("an id that objects have anyway is no advice", () => {
  for (const id of ["constructor", "__proto__", "toString"]) {
    const error = new ZitadelError({ kind: "status", code: 9, message: "no", id });
    assert.match(advice(error), /^The server refused/);
  }
  const known = new ZitadelError({ kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" });
  assert.match(advice(known), /active/);
});

const ids = (/** @type {string[]} */ all) => all.map((id) => `\`${id}\``).join(", ");

const TABLES = {
  "js/README.md": [
    ["id", "code", "meaning"],
    ["---", "---", "---"],
    ...ERRORS.map((it) => [ids(it.ids), it.code, it.meaning]),
  ],
  "docs/zitadel.md": [
    ["id", "code", "meaning", "what to do"],
    ["---", "---", "---", "---"],
    ...ERRORS.map((it) => [ids(it.ids), it.code, it.meaning, it.advice]),
  ],
};

for (const [path, rows] of Object.entries(TABLES)) {
  test(`the ids in ${path} are those of the page's advice`, async () => {
    const table = rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
    const text = readFileSync(path, "utf8");
    const [before, after] = ["<!-- ids -->", "<!-- /ids -->"];
    assert.ok(text.includes(before) && text.includes(after));
    const [start = "", rest = ""] = text.split(before);
    const written = `${start}${before}\n\n${table}\n\n${after}${rest.split(after)[1]}`;
    const options = { ...(await resolveConfig(path)), filepath: path };
    const expected = await format(written, options);
    if (process.env.UPDATE) {
      writeFileSync(path, expected);
    }
    assert.equal(readFileSync(path, "utf8"), expected, "UPDATE=1 cargo xtask test node writes it");
  });
}
