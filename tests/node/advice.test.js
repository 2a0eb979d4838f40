// The demo page's advice on errors, and the tables in the documentation that list the same ids. UPDATE=1 writes the tables.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { format, resolveConfig } from "prettier";
import { ZitadelError } from "zitadel-org-web";

import { ERRORS, advice } from "../../www/errors.js";

test("ids that are names of object members get the general advice", () => {
  for (const id of ["constructor", "__proto__", "toString"]) {
    const error = new ZitadelError({ kind: "status", code: 9, message: "no", id });
    assert.equal(advice(error), "Contact the instance's administrator.");
  }
  const withId = new ZitadelError({ kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" });
  assert.match(advice(withId), /active/);
});

test("advice never denies that a request was sent", () => {
  /** @type {import("zitadel-org-web").ErrorKind[]} */
  const kinds = ["status", "transport", "protocol", "aborted", "timeout", "invalid-argument"];
  for (const kind of kinds) {
    for (const mayHaveChanged of [true, false]) {
      const text = advice(new ZitadelError({ kind, code: 16, message: "no", mayHaveChanged }));
      assert.doesNotMatch(text, /nothing was sent/i);
      assert.equal(/whether it was changed/.test(text), mayHaveChanged);
    }
  }
});

test("advice mentions the request id only if the error has one", () => {
  const error = { kind: /** @type {const} */ ("status"), code: 13, message: "no" };
  assert.match(advice(new ZitadelError({ ...error, requestId: "1" })), /request id/);
  assert.doesNotMatch(advice(new ZitadelError(error)), /request id/);
});

const ids = (/** @type {string[]} */ all) => all.map((id) => `\`${id}\``).join(", ");

const TABLES = {
  "js/README.md": [
    ["id", "code", "meaning"],
    ["---", "---", "---"],
    ...ERRORS.map((entry) => [ids(entry.ids), entry.code, entry.meaning]),
  ],
  "docs/zitadel.md": [
    ["id", "code", "meaning", "what to do"],
    ["---", "---", "---", "---"],
    ...ERRORS.map((entry) => [ids(entry.ids), entry.code, entry.meaning, entry.advice]),
  ],
};

for (const [path, rows] of Object.entries(TABLES)) {
  test(`${path} lists the ids and advice of the page`, async () => {
    const table = rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
    const text = readFileSync(path, "utf8");
    const [before, after] = ["<!-- ids -->", "<!-- /ids -->"];
    assert.ok(text.includes(before) && text.includes(after));
    const [start = "", rest = ""] = text.split(before);
    const updated = `${start}${before}\n\n${table}\n\n${after}${rest.split(after)[1]}`;
    const options = { ...(await resolveConfig(path)), filepath: path };
    const expected = await format(updated, options);
    if (process.env.UPDATE) {
      writeFileSync(path, expected);
    }
    assert.equal(readFileSync(path, "utf8"), expected, "UPDATE=1 cargo xtask test node writes it");
  });
}
