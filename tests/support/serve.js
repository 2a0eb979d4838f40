// Local servers and ports.

import { readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { extname, join } from "node:path";

const TYPES = /** @type {Record<string, string>} */ ({
  ".js": "text/javascript",
  ".wasm": "application/wasm",
});

/**
 * Opens a server on a free port.
 *
 * @param {import("node:net").Server} server
 */
export async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, port, close: () => server.close() };
}

/**
 * Serves a page at `/` and the files of a folder.
 *
 * @param {string} folder
 * @param {string} page
 * @param {Record<string, string>} [headers] - more headers
 */
export function serveFiles(folder, page, headers = {}) {
  const server = createHttpServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      const body = path === "/" ? page : await readFile(join(folder, path));
      const contentType = TYPES[extname(path)] ?? "text/html";
      response.writeHead(200, { ...headers, "content-type": contentType }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return listen(server);
}

/** Returns a free port for another program. */
export async function freePort() {
  const { port, close } = await listen(createServer());
  close();
  return port;
}

/** Waits until a program that is starting responds. @param {string} url @returns {Promise<Response>} */
export async function patientFetch(url) {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const response = await fetch(url).catch(() => undefined);
    if (response) {
      return response;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`${url} does not respond`);
}
