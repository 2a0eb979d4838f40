// The module as a file of its own, which the browser compiles while it comes in.

import { createGlue } from "../dist/zitadel_org_web.js";
import { call, client } from "./call.js";
import { load } from "./instance.js";

export { ZitadelError, isZitadelError } from "./error.js";

/** @type {import("./instance.js").Source} */
const source = {
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

/** @type {typeof import("./index.js").reactivateOrg} */
export function reactivateOrg(token, orgId, options) {
  return call(source, "reactivateOrg", token, orgId, options);
}

/** @type {typeof import("./index.js").deactivateOrg} */
export function deactivateOrg(token, orgId, options) {
  return call(source, "deactivateOrg", token, orgId, options);
}

/** @type {typeof import("./index.js").getMyOrg} */
export function getMyOrg(token, orgId, options) {
  return call(source, "getMyOrg", token, orgId, options);
}

/** @type {typeof import("./index.js").createOrgClient} */
export function createOrgClient(defaults) {
  return client(source, defaults);
}

/** @type {typeof import("./index.js").preload} */
export async function preload() {
  await load(source);
}
