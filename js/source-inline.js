// The module inside the JavaScript, as text: no bundler has to find a file.

import { createGlue } from "#glue";
import wasm from "#wasm";
import { decode } from "./decode.js";

/** @type {import("./load.js").Source} */
export const source = { createGlue, compile: async () => WebAssembly.compile(decode(wasm)) };
