// Types of the modules that the build generates.

declare module "#glue" {
  /** Returns wasm-bindgen's functions around one instance of the module. */
  export function createGlue(snippets: import("#snippets").Snippets): Record<string, any> & {
    __wbg_set_wasm(exports: object): void;
    /** The short name of the export that starts the module. */
    start: string;
    /** The short names of the exports that only the module's own functions call. */
    inner: string[];
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

declare module "#snippets" {
  export interface Snippets {
    error: Partial<typeof import("./error.js")>;
    browser: Partial<typeof import("../src/platform/browser.js")>;
    arguments: Partial<typeof import("../src/js/arguments.js")>;
  }
  /** Returns the functions and classes of the snippets, which the loader and the module share. */
  export function snippets(): Snippets;
}
