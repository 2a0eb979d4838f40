// Measured in the page for this client: a bulk run, as many calls of a hand-written fetch, and long responses.

import { ensureOrgsActive, getMyOrg } from "zitadel-org-web";

const PATH = "/zitadel.org.v2.OrganizationService/ActivateOrganization";

/** @param {string} baseUrl @param {string} token @param {string} id */
async function activate(baseUrl, token, id) {
  const bytes = new TextEncoder().encode(id);
  const response = await fetch(baseUrl + PATH, {
    method: "POST",
    headers: {
      "content-type": "application/grpc-web+proto",
      "x-grpc-web": "1",
      authorization: `Bearer ${token}`,
    },
    body: new Uint8Array([0, 0, 0, 0, bytes.length + 2, 10, bytes.length, ...bytes]),
  });
  const text = new TextDecoder().decode(await response.arrayBuffer());
  if (!text.includes("grpc-status: 0")) {
    throw new Error(text);
  }
}

/** @param {string} baseUrl @param {string} token @param {string[]} ids @param {number} concurrency */
export async function activateAll(baseUrl, token, ids, concurrency) {
  const waiting = ids.values();
  const work = async () => {
    for (const id of waiting) {
      await activate(baseUrl, token, id);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** @param {string} baseUrl @param {string} token @param {string[]} ids @param {number} concurrency */
export async function ensureAll(baseUrl, token, ids, concurrency) {
  const results = await ensureOrgsActive(token, ids, { baseUrl, concurrency });
  if (
    !results.every(
      (result) => "activation" in result && result.activation.outcome === "reactivated",
    )
  ) {
    throw new Error("not every organization was reactivated");
  }
}

/**
 * Reads a response with a long name in chunks and returns the time.
 *
 * @param {number} length
 * @param {number} chunkLength
 */
export async function read(length, chunkLength) {
  const body = organization(length);
  let at = 0;
  const stream = new ReadableStream({
    pull(controller) {
      if (at >= body.length) {
        return controller.close();
      }
      controller.enqueue(body.subarray(at, (at += chunkLength)));
    },
  });
  const headers = { "content-type": "application/grpc-web+proto" };
  const start = performance.now();
  const { org } = await getMyOrg("token", undefined, {
    fetch: async () => new Response(stream, { headers }),
  });
  const ms = performance.now() - start;
  if (org?.name.length !== length) {
    throw new Error("the name is truncated");
  }
  return ms;
}

/** Returns the frames of a response to GetMyOrg. @param {number} length */
function organization(length) {
  const name = new Uint8Array(length).fill(110);
  const org = [34, ...varint(length), name];
  const message = [10, ...varint(size(org)), ...org];
  const trailers = new TextEncoder().encode("grpc-status:0\r\n");
  const frames = [0, ...bigEndian(size(message)), ...message, 128, ...bigEndian(15), trailers];
  const bytes = new Uint8Array(size(frames));
  let at = 0;
  for (const part of frames) {
    bytes.set(typeof part === "number" ? [part] : part, at);
    at += typeof part === "number" ? 1 : part.length;
  }
  return bytes;
}

/** @param {(number | Uint8Array)[]} parts */
const size = (parts) =>
  parts.reduce(
    (/** @type {number} */ sum, part) => sum + (typeof part === "number" ? 1 : part.length),
    0,
  );

/** @param {number} value */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) {
      return [...bytes, rest];
    }
    bytes.push((rest & 127) | 128);
  }
}

/** @param {number} value */
const bigEndian = (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
