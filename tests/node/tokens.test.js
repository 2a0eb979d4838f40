// Token functions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createOrgClient, ensureOrgActive, ensureOrgsActive, preload } from "zitadel-org-web";

import { BASE_URL, rejection, RPCS } from "../support/calls.js";
import { activated, message, never, server, status } from "../support/responses.js";

await preload();

const IDS = Array.from({ length: 40 }, (_, index) => String(index));
const rejected = () => status(16, "Errors.Token.Invalid (AUTH-7fs1e)");
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Returns options with a server that accepts some tokens, and the list of tokens that it received.
 *
 * @param {(token: string) => boolean} accepts
 */
function guarded(accepts) {
  /** @type {string[]} */
  const tokens = [];
  const { fetch, calls } = server({
    "*": (init) => {
      const token = init.headers.authorization.replace("Bearer ", "");
      tokens.push(token);
      if (!accepts(token)) {
        return rejected();
      }
      return calls.at(-1) === "ActivateOrganization" ? activated() : message();
    },
  });
  return { options: { baseUrl: BASE_URL, timeoutMs: 0, fetch }, tokens };
}

test("a token function gets the error of the first token", async () => {
  /** @type {any[]} */
  const contexts = [];
  const { options, tokens } = guarded((token) => token === "new");
  const token = (/** @type {any} */ context) => {
    contexts.push(context);
    return context.previous ? "new" : "old";
  };
  await RPCS.reactivateOrg(token, "1", options);
  assert.deepEqual(tokens, ["old", "new"]);
  assert.equal(contexts[0].previous, undefined);
  assert.deepEqual([contexts[1].previous.code, contexts[1].previous.id], [16, "AUTH-7fs1e"]);
});

test("a token is renewed once, and the same token is not sent again", async () => {
  for (const [second, expected] of [
    ["t2", ["t1", "t2"]],
    ["t1", ["t1"]],
  ]) {
    let count = 0;
    const { options, tokens } = guarded(() => false);
    const token = () => {
      count += 1;
      return count === 1 ? "t1" : String(second);
    };
    const error = await rejection(RPCS.reactivateOrg(token, "1", options));
    assert.deepEqual(
      [error.kind, error.code, error.id, error.mayHaveChanged],
      ["status", 16, "AUTH-7fs1e", false],
    );
    assert.deepEqual([tokens, count], [expected, 2]);
  }
});

test("a token that is a string is sent once", async () => {
  const { options, tokens } = guarded(() => false);
  assert.equal((await rejection(RPCS.reactivateOrg("t", "1", options))).code, 16);
  assert.deepEqual(tokens, ["t"]);
});

test("ensureOrgActive renews its token once for all steps", async () => {
  let count = 0;
  const { options, tokens } = guarded(() => false);
  const error = await rejection(ensureOrgActive(() => `t${(count += 1)}`, "7", options));
  assert.deepEqual([error.code, tokens, count], [16, ["t1", "t2"], 2]);
});

test("concurrent calls share an invocation and a renewal", async () => {
  let count = 0;
  const token = async () => {
    count += 1;
    const name = `t${count}`;
    await turn();
    return name;
  };
  const { options, tokens } = guarded((token) => token === "t2");
  const client = createOrgClient({ ...options, token });
  const calls = IDS.slice(0, 10).map((id) => client.reactivateOrg(id));
  await Promise.all([...calls, RPCS.reactivateOrg(token, "1", options)]);
  assert.equal(count, 2);
  assert.deepEqual(new Set(tokens), new Set(["t1", "t2"]));
  // A later call starts its own invocation.
  await rejection(client.reactivateOrg("1"));
  assert.equal(tokens.includes("t3"), true);
});

test("calls with different token functions don't share a token", async () => {
  const { options, tokens } = guarded(() => true);
  await Promise.all([
    RPCS.reactivateOrg(async () => "alice", "1", options),
    RPCS.reactivateOrg(async () => "bob", "1", options),
  ]);
  assert.deepEqual(tokens.sort(), ["alice", "bob"]);
});

test("an abort of one call keeps the shared invocation for the other", async () => {
  const controller = new AbortController();
  let count = 0;
  /** @type {(token: string) => void} */
  let login = () => {};
  const token = () => {
    count += 1;
    return new Promise((/** @type {(token: string) => void} */ resolve) => (login = resolve));
  };
  const { options, tokens } = guarded(() => true);
  const first = rejection(
    RPCS.reactivateOrg(token, "1", { ...options, signal: controller.signal }),
  );
  const second = RPCS.reactivateOrg(token, "1", options);
  await turn();
  controller.abort();
  assert.equal((await first).kind, "aborted");
  login("t");
  await second;
  assert.deepEqual([count, tokens], [1, ["t"]]);
});

test("a token function that fails is named, with its exception as cause", async () => {
  const reason = new Error("login window closed");
  for (const token of [
    () => {
      throw reason;
    },
    async () => {
      throw reason;
    },
    /** @type {any} */ (
      () => ({
        then() {
          throw reason;
        },
      })
    ),
  ]) {
    const { options, tokens } = guarded(() => true);
    const error = await rejection(RPCS.reactivateOrg(token, "1", options));
    assert.deepEqual(
      [error.kind, error.code, error.cause, error.mayHaveChanged, tokens],
      ["invalid-argument", 16, reason, false, []],
    );
    assert.match(error.message, /^token function failed, so nothing was sent\./);
  }
});

test("a failed renewal says that ZITADEL rejected the first token", async () => {
  const reason = new Error("refresh token expired");
  const { options, tokens } = guarded(() => false);
  const token = (/** @type {any} */ { previous }) => {
    if (previous) {
      throw reason;
    }
    return "old";
  };
  const error = await rejection(RPCS.reactivateOrg(token, "1", options));
  assert.deepEqual(
    [error.kind, error.code, error.cause, error.mayHaveChanged, tokens],
    ["invalid-argument", 16, reason, false, ["old"]],
  );
  assert.match(error.message, /^token was rejected by ZITADEL/);
  assert.doesNotMatch(error.message, /nothing was sent/);
});

test("a bulk run calls the token function once, also if it outlives a timeout", async () => {
  let count = 0;
  const { options, tokens } = guarded(() => true);
  const token = async () => {
    count += 1;
    // The first organization times out in the meantime.
    await new Promise((resolve) => setTimeout(resolve, 40));
    return "t";
  };
  const results = await ensureOrgsActive(token, IDS, { ...options, timeoutMs: 10 });
  assert.equal(count, 1);
  assert.ok(tokens.every((token) => token === "t"));
  assert.ok(results.some(({ activation }) => activation));
});

test("a bulk run renews its token whenever it expires", async () => {
  let count = 0;
  let left = 0;
  const { options } = guarded((token) => {
    // Each token is accepted for 16 requests.
    const isGood = token === `t${count}` && left > 0;
    left -= 1;
    return isGood;
  });
  const token = () => {
    count += 1;
    left = 16;
    return `t${count}`;
  };
  const results = await ensureOrgsActive(token, IDS, options);
  assert.deepEqual(
    results.filter(({ error }) => error),
    [],
  );
  assert.equal(count, 3);
});

test("a bulk run stops at a token that stays rejected", async () => {
  const { options, tokens } = guarded(() => false);
  const results = await ensureOrgsActive(() => "t", IDS, options);
  assert.deepEqual(new Set(results.map(({ error }) => error?.code)), new Set([16]));
  assert.equal(tokens.length, 1);
});

test("a token function that never settles ends with the deadline", async () => {
  const { options, tokens } = guarded(() => true);
  const error = await rejection(RPCS.reactivateOrg(never, "1", { ...options, timeoutMs: 20 }));
  assert.deepEqual([error.kind, error.mayHaveChanged, tokens], ["timeout", false, []]);
});
