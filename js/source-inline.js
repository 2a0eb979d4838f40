// The module inside, deflated and in base64, so that no bundler has to find a file. Inflated by fflate and not by the browser's
// DecompressionStream, which test environments such as jsdom lack.

import { createGlue } from "#glue";
import wasm from "#wasm";
import { inflateSync } from "fflate";

/** @type {import("./load.js").Source} */
export const source = {
  createGlue,
  async compile() {
    const text = atob(wasm);
    // Not Uint8Array.from, which takes four times as long, with every page's first call waiting.
    const deflated = new Uint8Array(text.length).map((_, at) => text.charCodeAt(at));
    return WebAssembly.compile(inflateSync(deflated));
  },
};
