import { createGlue } from "../dist/tonic/zitadel_org_web.js";
import wasm from "../dist/tonic/wasm.js";
import { inflate } from "./inflate.js";

/** @type {import("./instance.js").Source} */
export const tonic = {
  createGlue,
  compile: async () => WebAssembly.compile(await inflate(wasm)),
};
