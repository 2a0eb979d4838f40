// Copies of the package whose module is not loaded yet.

const ENTRY = import.meta.resolve("zitadel-org-web");
let count = 0;

/** Imports a new copy. @returns {Promise<typeof import("zitadel-org-web")>} */
export const cold = () => import(`${ENTRY}?copy=${(count += 1)}`);

/** Imports a new copy and loads its module. */
export async function warm() {
  const copy = await cold();
  await copy.preload();
  return copy;
}

/**
 * Runs a test with another `WebAssembly.compile`.
 *
 * @template T @param {(compile: (bytes: BufferSource) => Promise<WebAssembly.Module>) => typeof WebAssembly.compile} replace
 * @param {() => Promise<T>} run
 */
export async function withCompile(replace, run) {
  const { compile } = WebAssembly;
  WebAssembly.compile = replace(compile);
  try {
    return await run();
  } finally {
    WebAssembly.compile = compile;
  }
}

/** Replaces a global during a test. @template T @param {string} name @param {unknown} value @param {() => Promise<T>} run */
export async function withGlobal(name, value, run) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(globalThis, name);
    if (before) {
      Object.defineProperty(globalThis, name, before);
    }
  }
}
