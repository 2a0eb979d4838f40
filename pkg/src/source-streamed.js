import { createGlue } from "../dist/zitadel_org_web.js";

/** @type {import("./instance.js").Source} */
export const streamed = {
  createGlue,
  async compile() {
    const url = new URL("../dist/zitadel_org_web_bg.wasm", import.meta.url);
    const response = await fetch(url);
    if (!response.ok) {
      throw new Error(`${url.pathname} answered with HTTP ${response.status}`);
    }
    // Streaming refuses a server that does not know the MIME type.
    return response.headers.get("content-type") === "application/wasm"
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  },
};
