// Types of the generated `dist/wasm.js`.

/** The module, deflated (zlib), in base64. */
declare const wasm: string;
export default wasm;
