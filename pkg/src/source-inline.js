import { createGlue } from "../dist/zitadel_org_web.js";
import wasm from "../dist/wasm.js";
import { inflate } from "./inflate.js";

/** @type {import("./instance.js").Source} */
export const inline = {
  createGlue,
  compile: async () => WebAssembly.compile(await inflate(wasm)),
};
