import * as glue from "../dist/zitadel_org_web_bg.js";

/** @type {Promise<typeof glue> | undefined} */
let loading;

/**
 * The module, instantiated once. A load that failed is forgotten, so that the next call tries again.
 *
 * @returns {Promise<typeof glue>}
 */
export function load() {
  loading ??= instantiate().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate() {
  const url = new URL("../dist/zitadel_org_web_bg.wasm", import.meta.url);
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url.pathname} answered with HTTP ${response.status}`);
  }
  const imports = /** @type {WebAssembly.Imports} */ ({ "./zitadel_org_web_bg.js": glue });
  // Not instantiateStreaming: it refuses a server that does not know the MIME type.
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  glue.__wbg_set_wasm(instance.exports);
  const start = /** @type {() => void} */ (instance.exports.__wbindgen_start);
  start();
  return glue;
}
