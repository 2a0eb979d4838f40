// The module as a file of its own, which the browser compiles while it downloads.

import { createGlue } from "#glue";

/** @type {import("./load.js").Source} */
export const source = {
  createGlue,
  async compile() {
    // Bundlers recognize only this exact expression. CommonJS has no import.meta.
    const url = import.meta.url && new URL("./zitadel_org_web_bg.wasm", import.meta.url);
    if (!url || url.protocol === "file:") {
      const text =
        "zitadel-org-web/streaming needs an ES module that came over HTTP; elsewhere import zitadel-org-web";
      throw Object.assign(new Error(text), { isPermanent: true });
    }
    const response = await fetch(url);
    if (!response.ok) {
      throw new Error(`${url.pathname} responded with HTTP ${response.status}`);
    }
    // Streaming rejects a response with another MIME type.
    if (response.headers.get("content-type") === "application/wasm") {
      return WebAssembly.compileStreaming(response);
    }
    const bytes = await response.arrayBuffer();
    // Servers of single-page apps respond to any path with their page.
    if (new TextDecoder().decode(bytes.slice(0, 4)) !== "\0asm") {
      throw new Error(`${url.pathname} is not a WebAssembly module`);
    }
    return WebAssembly.compile(bytes);
  },
};
