// Addresses of this machine.

import { createServer } from "node:net";

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

/** A port for a program that opens it itself. */
export async function freePort() {
  const { port, close } = await listen(createServer());
  close();
  return port;
}

/** Waits until a program answers that is only just starting. @param {string} url @returns {Promise<Response>} */
export async function patientFetch(url) {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const response = await fetch(url).catch(() => undefined);
    if (response) {
      return response;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`${url} does not answer`);
}
