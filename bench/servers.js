// The server of the page and the clients' bundles, and the API's server on another origin.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

import { listen } from "../tests/support/serve.js";

/** The response to ReactivateOrg: sequence 7, a date and the organization. */
export const RESPONSE = Buffer.from(
  "00000000240a2208071a0b08f881c3d206108094ef3a221136393632393032333930363438383333348000000010677270632d7374617475733a20300d0a",
  "hex",
);
/** The response to ActivateOrganization: a date. */
const ACTIVATED = Buffer.from(
  "000000000d0a0b08f881c3d206108094ef3a8000000010677270632d7374617475733a20300d0a",
  "hex",
);
export const RESPONSE_TYPE = "application/grpc-web+proto";

/**
 * Serves a page, and bundles compressed by gzip.
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
  /** The compressed bytes of the bundles that were sent. */
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
 * Serves an API that responds to any call from any origin after a delay, and counts the requests.
 *
 * @param {number} delayMs
 */
export async function serveApi(delayMs) {
  let requests = 0;
  const server = createServer((request, response) => {
    const { origin = "*", "access-control-request-headers": headers = "" } = request.headers;
    const isCall = request.method === "POST";
    requests += 1;
    const body = request.url?.endsWith("/ActivateOrganization") ? ACTIVATED : RESPONSE;
    const respond = () => {
      response.writeHead(200, {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "grpc-status, grpc-message",
        ...(isCall
          ? { "content-type": RESPONSE_TYPE, "content-length": body.length }
          : // As ZITADEL's v1 services respond.
            { "access-control-allow-headers": headers, "access-control-max-age": "600" }),
      });
      response.end(isCall ? body : undefined);
    };
    request.resume().on("end", () => (delayMs ? setTimeout(respond, delayMs) : respond()));
  });
  const { url, close } = await listen(server);
  /** Returns the number of requests since the last call, preflights included. */
  const takeRequests = () => [requests, (requests = 0)][0] ?? 0;
  return { url, close, takeRequests };
}
