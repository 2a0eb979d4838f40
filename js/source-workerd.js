// The module as an import, because workerd cannot compile WebAssembly at run time.

import { createGlue } from "#glue";
import module from "./zitadel_org_web_bg.wasm";

/** @type {import("./load.js").Source} */
export const source = { createGlue, compile: async () => module };
