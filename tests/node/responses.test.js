// Responses of a caller's fetch, streams in odd chunks, and runtimes that lack parts of fetch.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";

import { listen } from "../support/serve.js";
import { BASE_URL, rejection, RPCS } from "../support/calls.js";
import { withGlobal } from "../support/copies.js";
import { GRPC_WEB, never } from "../support/responses.js";

const descriptors = Object.getOwnPropertyDescriptors;

const MESSAGE = Buffer.from("00000000040a020807", "hex");
const OK = Buffer.concat([Buffer.from("800000000f", "hex"), Buffer.from("grpc-status:0\r\n")]);
const BODY = Buffer.concat([MESSAGE, OK]);
const VALUE = { details: { sequence: "7", resourceOwner: "" } };

/** @param {any} response @param {any} [options] */
const call = (response, options) =>
  RPCS.reactivateOrg("t", "1", { baseUrl: BASE_URL, fetch: async () => response, ...options });

/**
 * A response whose stream records its use.
 *
 * @param {(controller: ReadableStreamDefaultController, count: number) => void} pull
 * @param {any} [init]
 */
function recorded(pull, init = { headers: GRPC_WEB }) {
  const seen = { isCancelled: false, count: 0 };
  const body = new ReadableStream({
    pull(controller) {
      seen.count += 1;
      pull(controller, seen.count);
    },
    cancel() {
      seen.isCancelled = true;
    },
  });
  return { response: new Response(body, init), seen };
}

test("a body that is only an ArrayBuffer is read", async () => {
  const headers = new Headers(GRPC_WEB);
  const arrayBuffer = async () => Uint8Array.from(BODY).buffer;
  assert.deepEqual(await call({ status: 200, headers, arrayBuffer }), VALUE);
  // node-fetch returns Node's streams.
  assert.deepEqual(
    await call({ status: 200, headers, body: Readable.from([]), arrayBuffer }),
    VALUE,
  );
});

test("an unreadable response names the option fetch", async () => {
  const headers = new Headers(GRPC_WEB);
  const used = new Response(BODY, { headers: GRPC_WEB });
  await used.text();
  const locked = new Response(BODY, { headers: GRPC_WEB });
  locked.body?.getReader();
  const endless = { status: 200, headers: { length: 4e9 }, body: null };
  const unread = { status: 200, headers, body: Readable.from([]) };
  const numbers = [NaN, -1, 0.5, 1000, 65_736, Infinity, "200", new Number(200)];
  const statuses = numbers.map((status) => ({ status, headers, body: null }));
  const responses = [used, locked, unread, endless, {}, null, 5, ...statuses];
  for (const response of responses) {
    const error = await rejection(call(response));
    assert.deepEqual([error.kind, error.code, error.retriable], ["transport", 14, false]);
    assert.match(error.message, /Check the `fetch` option/);
    assert.ok(error.cause);
  }
});

test("a reader that does not tell when it closes is read to its end", async () => {
  const boo = () => {
    throw new Error("boo");
  };
  for (const closed of [{}, { closed: 1 }, { closed: never() }, { closed: null }, "throws"]) {
    const chunks = [MESSAGE, OK];
    const reader = { read: async () => ({ value: chunks[0], done: !chunks.shift() }), cancel() {} };
    const parts =
      closed === "throws" ? Object.defineProperty({}, "closed", { get: boo }) : Object(closed);
    const body = { getReader: () => Object.defineProperties(reader, descriptors(parts)) };
    assert.deepEqual(await call({ status: 200, headers: new Headers(GRPC_WEB), body }), VALUE);
  }
});

test("a body that closed with its last chunk is not read again", async () => {
  const { response } = recorded((controller) => {
    controller.enqueue(BODY);
    controller.close();
  });
  const reader = /** @type {any} */ (response.body).getReader();
  let reads = 0;
  const read = () => {
    reads += 1;
    return reader.read();
  };
  const body = { getReader: () => ({ read, closed: reader.closed, cancel() {} }) };
  assert.deepEqual(await call({ status: 200, headers: new Headers(GRPC_WEB), body }), VALUE);
  assert.equal(reads, 1);
});

test("a chunk that is not bytes names the option fetch", async () => {
  const detached = new Uint8Array(8);
  structuredClone(detached, { transfer: [detached.buffer] });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const chunk of ["text", detached, proxy, {}, [1], null, undefined]) {
    const { response } = recorded((controller) => controller.enqueue(/** @type {any} */ (chunk)));
    const error = await rejection(call(response));
    assert.deepEqual(
      [error.kind, error.code, error.retriable, error.mayHaveChanged],
      ["transport", 14, false, true],
    );
    assert.match(error.message, /Check the `fetch` option/);
    assert.ok(error.cause);
  }
});

test("a chunk that is not bytes leaves the status of the response", async () => {
  const bad = (/** @type {any} */ init) =>
    recorded((controller) => controller.enqueue(/** @type {any} */ ("text")), init).response;
  const inHeaders = bad({ headers: { ...GRPC_WEB, "grpc-status": "9" } });
  const refused = await rejection(call(inHeaders));
  assert.deepEqual([refused.kind, refused.code, refused.mayHaveChanged], ["status", 9, false]);
  const limited = { status: 429, headers: { "retry-after": "5" } };
  for (const protocol of ["grpc-web", "json"]) {
    const error = await rejection(call(bad(limited), { protocol }));
    assert.deepEqual(
      [error.kind, error.httpStatus, error.retryAfterMs, error.mayHaveChanged],
      ["status", 429, 5000, false],
    );
  }
  assert.equal((await rejection(call(bad({ headers: GRPC_WEB })))).httpStatus, 200);
  // A wrapper of fetch has read the body, for example to log it.
  const used = new Response("x", { ...limited, headers: { ...limited.headers, ...GRPC_WEB } });
  await used.text();
  const { httpStatus, retryAfterMs } = await rejection(call(used));
  assert.deepEqual([httpStatus, retryAfterMs], [429, 5000]);
});

test("a body that is not an ArrayBuffer names the option fetch", async () => {
  const headers = new Headers(GRPC_WEB);
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  const bodies = ["text", undefined, {}, new SharedArrayBuffer(8), detached];
  const used = { bodyUsed: true, arrayBuffer: () => Promise.reject(new TypeError("used")) };
  const responses = bodies.map((body) => ({ arrayBuffer: async () => body }));
  for (const part of [...responses, used]) {
    const error = await rejection(call({ status: 200, headers, ...part }));
    assert.deepEqual([error.kind, error.retriable], ["transport", false]);
    assert.match(error.message, /Check the `fetch` option/);
  }
});

test("the body of a response whose head is unreadable is cancelled", async () => {
  for (const part of [{ status: "200" }, { headers: { "x-a": "1" } }]) {
    const { response, seen } = recorded(() => {});
    await rejection(call({ status: 200, headers: new Headers(), body: response.body, ...part }));
    assert.deepEqual([seen.isCancelled, response.body?.locked], [true, false]);
  }
});

test("a body of many chunks is read under faked timers", async (t) => {
  const { response } = recorded((controller, count) => {
    controller.enqueue(count < 1100 ? new Uint8Array() : BODY);
    if (count === 1100) {
      controller.close();
    }
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  assert.deepEqual(await call(response), VALUE);
});

test("a response that comes after the call has ended is cancelled", async () => {
  const { response, seen } = recorded(() => {});
  /** @type {(response: Response) => void} */
  let respond = () => {};
  const fetch = () => new Promise((resolve) => (respond = resolve));
  assert.equal((await rejection(call(response, { fetch, timeoutMs: 10 }))).kind, "timeout");
  respond(response);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual([seen.isCancelled, response.body?.locked], [true, false]);
});

test("a stream is cancelled and released if the call ends early", async () => {
  const chunks = {
    "a malformed frame": Buffer.from("0100000000", "hex"),
    "a message over the limit": Buffer.from("00ffffffff", "hex"),
  };
  for (const [why, chunk] of Object.entries(chunks)) {
    const { response, seen } = recorded((controller) => controller.enqueue(chunk));
    await rejection(call(response));
    assert.deepEqual([seen.isCancelled, response.body?.locked], [true, false], why);
  }
  const silent = recorded(() => {});
  assert.equal((await rejection(call(silent.response, { timeoutMs: 30 }))).kind, "timeout");
  assert.deepEqual([silent.seen.isCancelled, silent.response.body?.locked], [true, false]);
});

test("a complete response ends the call on an open connection", async () => {
  const { response, seen } = recorded((controller, count) => {
    if (count === 1) {
      controller.enqueue(BODY);
    }
  });
  assert.deepEqual(await call(response, { timeoutMs: 0 }), VALUE);
  assert.ok(seen.isCancelled);
});

test("an error in the headers does not wait for the body", async () => {
  const html = recorded(() => {}, { headers: { "content-type": "text/html" } });
  assert.equal((await rejection(call(html.response, { timeoutMs: 0 }))).code, 2);
  const refused = recorded(() => {}, { headers: { ...GRPC_WEB, "grpc-status": "9" } });
  assert.equal((await rejection(call(refused.response, { timeoutMs: 400 }))).code, 9);
});

test("100 kB in chunks of one byte are read", async () => {
  const message = Buffer.alloc(100_000, 0);
  // An unknown field of 99,990 bytes after the details.
  Buffer.from("0a0208077a", "hex").copy(message);
  message.set([0x96, 0x8d, 0x06], 5);
  const length = 5 + 3 + 0x18696;
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(length, 1);
  const body = Buffer.concat([frame, message.subarray(0, 8), Buffer.alloc(0x18696), OK]);
  let at = 0;
  const { response } = recorded((controller) => {
    if (at % 1000 === 0) {
      controller.enqueue(new Uint8Array());
    }
    if (at < body.length) {
      controller.enqueue(Uint8Array.of(body[at++] ?? 0));
    } else {
      controller.close();
    }
  });
  assert.equal((await call(response)).details?.sequence, "7");
});

test("large details in the headers are decoded once", async () => {
  const details = Buffer.alloc(150_000, "a").toString("base64");
  const headers = { ...GRPC_WEB, "grpc-status": "9", "grpc-status-details-bin": details };
  const { response } = recorded(
    (controller, count) => {
      if (count > 500) {
        controller.close();
      } else {
        controller.enqueue(Uint8Array.of(0).subarray(count % 2));
      }
    },
    { headers },
  );
  assert.equal((await rejection(call(response))).code, 9);
});

test("both protocols read a header as UTF-8", async () => {
  // The bytes of "Zürich" in UTF-8, as fetch shows them.
  const city = "ZÃ¼rich";
  const json = { "content-type": "application/json", "x-city": city };
  const overJson = await rejection(
    call(new Response('{"code":9}', { status: 400, headers: json }), { protocol: "json" }),
  );
  const headers = { ...GRPC_WEB, "grpc-status": "9", "x-city": city };
  const overGrpcWeb = await rejection(call(new Response("", { headers })));
  assert.deepEqual(
    [overJson.metadata["x-city"], overGrpcWeb.metadata["x-city"]],
    ["Zürich", "Zürich"],
  );
});

test("a redirect names its location and is not retriable", async () => {
  const location = "https://elsewhere.example/";
  const moved = await rejection(call(new Response(null, { status: 302, headers: { location } })));
  assert.deepEqual([moved.kind, moved.httpStatus, moved.retriable], ["transport", 302, false]);
  assert.ok(moved.message.includes(location));
});

test("status 0 is a redirect only if fetch says so", async () => {
  const hidden = { status: 0, type: "opaqueredirect", headers: new Headers(), body: null };
  const moved = await rejection(call(hidden));
  assert.deepEqual([moved.kind, moved.code, moved.retriable], ["transport", 14, false]);
  assert.match(moved.message, /redirects/);
  const lost = await rejection(call(Response.error()));
  assert.deepEqual([lost.kind, lost.code, lost.retriable], ["transport", 14, true]);
  assert.match(lost.message, /^No response\./);
});

test("headers over the runtime's limit are RESOURCE_EXHAUSTED", async () => {
  const server = createServer((_, response) => {
    response.setHeader("grpc-status-details-bin", "A".repeat(20_000));
    response.end();
  });
  const { url, close } = await listen(server);
  const error = await rejection(RPCS.reactivateOrg("t", "1", { baseUrl: url }));
  close();
  assert.deepEqual([error.kind, error.code], ["protocol", 8], error.message);
});

/** Classes of a runtime that lacks Request. @type {Record<string, unknown>} */
const REQUESTS = {
  "is missing": undefined,
  "cannot be constructed": class {
    constructor() {
      throw new TypeError("not here");
    }
  },
};

for (const [name, Request] of Object.entries(REQUESTS)) {
  test(`a change is sent once where Request ${name}`, async () => {
    let count = 0;
    const server = createServer((request) => {
      count += 1;
      request.resume();
      request.on("end", () => request.socket.destroy());
    });
    const { url, close } = await listen(server);
    const error = await withGlobal("Request", Request, () =>
      rejection(RPCS.deactivateOrg("t", "7", { baseUrl: url })),
    );
    close();
    assert.deepEqual(
      [error.kind, error.mayHaveChanged, error.retriable, count],
      ["transport", true, true, 1],
    );
  });

  test(`a mocked global fetch is called once where Request ${name}`, async () => {
    let count = 0;
    const fetch = () => {
      count += 1;
      throw new TypeError("Failed to fetch");
    };
    const error = await withGlobal("Request", Request, () =>
      withGlobal("fetch", fetch, () =>
        rejection(RPCS.reactivateOrg("t", "7", { baseUrl: BASE_URL })),
      ),
    );
    assert.deepEqual([error.kind, error.mayHaveChanged, count], ["transport", true, 1]);
  });
}

test("a runtime that rejects an option of fetch is probed without sending", async () => {
  /** @type {string[][]} */
  const sent = [];
  const { Request } = globalThis;
  class Old extends Request {
    /** @param {any} url @param {any} init */
    constructor(url, init) {
      if (init && "referrerPolicy" in init) {
        throw new TypeError("referrerPolicy is not implemented");
      }
      super(url, init);
    }
  }
  const fetch = async (/** @type {string} */ url, /** @type {any} */ init) => {
    new Old(url, init);
    sent.push(Object.keys(init).sort());
    return new Response(BODY, { headers: GRPC_WEB });
  };
  const value = await withGlobal("Request", Old, () =>
    withGlobal("fetch", fetch, () => RPCS.reactivateOrg("t", "7", { baseUrl: BASE_URL })),
  );
  assert.deepEqual(value, VALUE);
  assert.deepEqual(sent, [["body", "credentials", "headers", "method", "redirect", "signal"]]);
});

test("a wrapper that replaces the body of a response is accepted", async () => {
  const used = new Response(BODY, { headers: GRPC_WEB });
  await used.text();
  const { body } = new Response(BODY);
  Object.defineProperty(used, "body", { value: body });
  assert.equal(used.bodyUsed, true);
  assert.deepEqual(await call(used), VALUE);
});
