// TypeScript's compiler.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";

/** The version that the project uses. */
export const TSC = "tests/node_modules/typescript/bin/tsc";

/**
 * Compiles files. Fails with the compiler's output, or if the compiler is missing.
 *
 * @param {string[]} args
 * @param {string} [tsc]
 */
export async function compile(args, tsc = TSC) {
  const { code, output } = await run([tsc, ...args]);
  assert.equal(code, 0, output);
}

/** @param {string[]} args @returns {Promise<{ code: unknown, output: string }>} */
function run(args) {
  return new Promise((resolve) =>
    execFile("node", args, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? "killed") : 0, output: stdout + stderr }),
    ),
  );
}
