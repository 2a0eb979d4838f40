// The module inside, deflated and in base64, so that no bundler has to find a file. Inflated by fflate and not by the browser's
// DecompressionStream, which test environments such as jsdom lack.

import { createGlue } from "#glue";
import wasm from "#wasm";
import { unzlibSync } from "fflate";

/** @type {import("./load.js").Source} */
export const source = {
  createGlue,
  async compile() {
    const deflated = Uint8Array.from(atob(wasm), (char) => char.charCodeAt(0));
    return WebAssembly.compile(unzlibSync(deflated));
  },
};
