import module from "../dist/zitadel_org_web_bg.wasm";
import { createGlue } from "../dist/zitadel_org_web.js";

/** @type {import("./instance.js").Source} */
export const imported = {
  createGlue,
  compile: async () => module,
};
