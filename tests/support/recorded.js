// Exchanges recorded on real servers, in tests/fixtures. Tokens are replaced by their roles.

import { readFileSync } from "node:fs";

/** @typedef {{ name: string, request: string, status: string, headers: string[], bodyHex?: string }} Exchange */

/** @param {string} name @returns {Exchange[]} */
export const exchanges = (name) => JSON.parse(readFileSync(`tests/fixtures/${name}.json`, "utf8"));

/** Returns the response of an exchange. @param {Exchange} exchange */
export function responseOf({ status, headers, bodyHex = "" }) {
  const pairs = headers.map((line) => {
    const colon = line.indexOf(":");
    return /** @type {[string, string]} */ ([line.slice(0, colon), line.slice(colon + 1).trim()]);
  });
  // HTTP/2 has no status line.
  const code = Number(/ (\d{3})/.exec(status)?.[1] ?? status.match(/\d{3}/)?.[0] ?? 200);
  return new Response(Buffer.from(bodyHex, "hex"), { status: code, headers: pairs });
}
