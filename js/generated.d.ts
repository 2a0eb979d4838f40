// Types of what the build generates.

declare module "#glue" {
  /** Makes the functions around one instance of the module: wasm-bindgen's, in a function. */
  export function createGlue(errors: {
    ZitadelError: typeof import("./error.js").ZitadelError;
  }): Record<string, any> & {
    __wbg_set_wasm(exports: object): void;
    /** The short names of the module's exports. */
    names: Record<string, string>;
  } & Record<import("./call.js").Rpc, (...args: unknown[]) => Promise<unknown> | undefined>;
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
