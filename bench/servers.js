// What the clients talk to: a page with their bundles, and an API on an origin of its own, as consoles have it.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

import { listen } from "../tests/support/serve.js";

/** To ReactivateOrg: sequence 7, a date, and the organization. */
export const RESPONSE = Buffer.from(
  "00000000240a2208071a0b08f881c3d206108094ef3a221136393632393032333930363438383333348000000010677270632d7374617475733a20300d0a",
  "hex",
);
/** To ActivateOrganization: a date. */
const ACTIVATED = Buffer.from(
  "000000000d0a0b08f881c3d206108094ef3a8000000010677270632d7374617475733a20300d0a",
  "hex",
);
export const RESPONSE_TYPE = "application/grpc-web+proto";

/**
 * A server of a page and of bundles, gzipped.
 *
 * @param {Record<string, Buffer>} bundles - by path
 * @param {string} [page]
 */
export async function servePage(
  bundles,
  page = "<!doctype html><link rel=icon href=data:,><title>bench</title>",
) {
  const files = new Map(
    Object.entries(bundles).map(([path, bytes]) => [path, gzipSync(bytes, { level: 9 })]),
  );
  /** Bytes of the bodies that were sent, as they were sent. */
  let sent = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const file = files.get(path);
    const body = file ?? Buffer.from(page);
    const type = path.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    response.writeHead(200, {
      "content-type": file ? type : "text/html",
      ...(file && { "content-encoding": "gzip" }),
      "content-length": body.length,
    });
    sent += file ? body.length : 0;
    response.end(body);
  });
  const { url, close } = await listen(server);
  return { url, close, takeSent: () => [sent, (sent = 0)][0] ?? 0 };
}

/**
 * An API that responds to every call of any origin after some time, and counts what comes.
 *
 * @param {number} delayMs
 */
export async function serveApi(delayMs) {
  const counts = { calls: 0, preflights: 0 };
  const server = createServer((request, response) => {
    const { origin = "*", "access-control-request-headers": headers = "" } = request.headers;
    const isCall = request.method === "POST";
    counts[isCall ? "calls" : "preflights"] += 1;
    const body = request.url?.endsWith("/ActivateOrganization") ? ACTIVATED : RESPONSE;
    const answer = () => {
      response.writeHead(200, {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "grpc-status, grpc-message",
        ...(isCall
          ? { "content-type": RESPONSE_TYPE, "content-length": body.length }
          : // As ZITADEL's v1 services have it.
            { "access-control-allow-headers": headers, "access-control-max-age": "600" }),
      });
      response.end(isCall ? body : undefined);
    };
    request.resume().on("end", () => (delayMs ? setTimeout(answer, delayMs) : answer()));
  });
  const { url, close } = await listen(server);
  return {
    url,
    close,
    /** What has come since the last time. */
    take: () => {
      const taken = { ...counts };
      counts.calls = counts.preflights = 0;
      return taken;
    },
  };
}
