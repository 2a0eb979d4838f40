// The module inside, deflated and in base64, so that no bundler has to find a file.

import { createGlue } from "#glue";
import wasm from "#wasm";

/** @type {import("./load.js").Source} */
export const source = {
  createGlue,
  async compile() {
    const bytes = Uint8Array.from(atob(wasm), (char) => char.charCodeAt(0));
    const { readable, writable } = new DecompressionStream("deflate");
    const writer = writable.getWriter();
    writer.write(bytes).then(
      () => writer.close(),
      () => {},
    );
    const reader = readable.getReader();
    /** @type {number[]} */
    const inflated = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return WebAssembly.compile(Uint8Array.from(inflated));
      }
      inflated.push(...value);
    }
  },
};
