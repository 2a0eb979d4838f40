// Bulk runs in Node without a server: one whose organizations are all rejected, and one that is stopped.

import { ensureOrgsActive } from "../pkg/index.js";
import { CONCURRENCY } from "./measure.js";

export const REFUSED = [4_000, 16_000];
export const STOPPED = 10_000;
const BASE_URL = "https://id.example.com";

/** The headers of a rejection. */
const REFUSAL = {
  "content-type": "application/grpc-web+proto",
  "grpc-status": "7",
  "grpc-message": "No matching permissions found (AUTH-AWfge)",
};

/** @param {number} length */
const ids = (length) => Array.from({ length }, (_, index) => String(index + 1));

/** Returns the time of a run in which the server rejects every organization. @param {number} count */
async function refused(count) {
  const fetch = async () => new Response(undefined, { headers: REFUSAL });
  const options = { baseUrl: BASE_URL, fetch, concurrency: CONCURRENCY };
  const start = performance.now();
  const results = await ensureOrgsActive("token", ids(count), options);
  const ms = performance.now() - start;
  if (!results.every((result) => result.error?.code === 7)) {
    throw new Error("not every organization was rejected");
  }
  return ms;
}

/** Returns the longest time for which stopping a run blocks Node. */
async function stopped() {
  const controller = new AbortController();
  const { signal } = controller;
  const fetch = () => new Promise(() => {});
  const options = { baseUrl: BASE_URL, fetch, concurrency: CONCURRENCY, signal };
  const run = ensureOrgsActive("token", ids(STOPPED), options);
  let isDone = false;
  run.finally(() => (isDone = true));
  await new Promise((wake) => setTimeout(wake, 50));
  let last = performance.now();
  let longest = 0;
  controller.abort();
  while (!isDone) {
    await new Promise(setImmediate);
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  await run;
  return longest;
}

/** Measures the rejected and the stopped runs. @param {number} rounds */
export async function measureBulk(rounds) {
  await refused(100);
  const samples = {
    refused: REFUSED.map(() => /** @type {number[]} */ ([])),
    stopped: /** @type {number[]} */ ([]),
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, count] of REFUSED.entries()) {
      samples.refused[index]?.push(await refused(count));
    }
    samples.stopped.push(await stopped());
  }
  return samples;
}
