// The module as workerd imports it, which compiles no bytes at run time.

import { createGlue } from "#glue";
import module from "./zitadel_org_web_bg.wasm";

/** @type {import("./load.js").Source} */
export const source = { createGlue, compile: async () => module };
