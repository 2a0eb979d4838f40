// The number of crossings between the module and JavaScript in a warm call. It is recorded in tests/support/crossings.json;
// UPDATE=1 writes it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

const RECORD = new URL("../support/crossings.json", import.meta.url);
const ALLOWED_GROWTH = 2;

test("a warm call crosses no more often than recorded", async () => {
  let count = 0;
  const counted = (/** @type {any} */ functions) =>
    Object.fromEntries(
      Object.entries(functions).map(([name, value]) => [
        name,
        typeof value === "function"
          ? (/** @type {unknown[]} */ ...values) => {
              count += 1;
              return value(...values);
            }
          : value,
      ]),
    );
  const { instantiate } = WebAssembly;
  /** @type {any} */ (WebAssembly).instantiate = async (
    /** @type {any} */ module,
    /** @type {any} */ imports,
  ) => {
    const { exports } = await /** @type {any} */ (instantiate)(module, { a: counted(imports.a) });
    return { exports: counted(exports) };
  };
  const { preload, reactivateOrg } = await import("zitadel-org-web");
  try {
    await preload();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 4, 10, 2, 8, 7]),
    Buffer.from("\x80\0\0\0\x0fgrpc-status:0\r\n", "latin1"),
  ]);
  const call = async () => {
    const before = count;
    const { details } = await reactivateOrg("token", "1", {
      baseUrl: "https://id.example.com",
      fetch: async () =>
        new Response(body, { headers: { "content-type": "application/grpc-web+proto" } }),
    });
    assert.equal(details?.sequence, "7");
    return count - before;
  };
  await call();
  const crossings = await call();
  if (process.env["UPDATE"] === "1") {
    writeFileSync(RECORD, `{ "warmCall": ${crossings} }\n`);
  }
  const { warmCall } = JSON.parse(readFileSync(RECORD, "utf8"));
  assert.ok(crossings > 0);
  assert.ok(
    crossings <= warmCall + ALLOWED_GROWTH,
    `${crossings} crossings, ${warmCall} are recorded`,
  );
});
