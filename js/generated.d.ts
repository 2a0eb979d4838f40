// Types of what the build generates.

declare module "#glue" {
  /** Returns wasm-bindgen's functions around one instance of the module. */
  export function createGlue(snippets: {
    error: typeof import("./error.js");
    browser: typeof import("../src/platform/browser.js");
    arguments: typeof import("../src/js/arguments.js");
  }): Record<string, any> & {
    __wbg_set_wasm(exports: object): void;
    /** The short names of the module's exports. */
    names: Record<string, string>;
  } & Record<import("./call.js").Rpc, (...args: unknown[]) => Promise<unknown>>;
}

declare module "#wasm" {
  /** The module as printable ASCII; decode.js reads it. */
  const text: string;
  export default text;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "#source" {
  export const source: import("./load.js").Source;
}

declare module "#rpcs" {
  /** The names of the module's exports. */
  export const RPCS: import("./call.js").Rpc[];
}
