// The demo page's advice on errors.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ZitadelError } from "zitadel-org-web";

import { advice } from "../../www/advice.js";

test("an id that objects have anyway is no advice", () => {
  for (const id of ["constructor", "__proto__", "toString"]) {
    const error = new ZitadelError({ kind: "status", code: 9, message: "no", id });
    assert.match(advice(error), /^The server refused/);
  }
  const known = new ZitadelError({ kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" });
  assert.match(advice(known), /active/);
});
