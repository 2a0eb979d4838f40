import { crashed } from "./error.js";

/** @typedef {import("./glue.js").Module} Module */
/** @typedef {{ module: Module, calls: Set<(reason: unknown) => void>, isCrashed: boolean }} Instance */
/**
 * Where the module comes from, and what has come of it.
 *
 * @typedef {{
 *   createGlue: typeof import("./glue.js").createGlue,
 *   compile: () => Promise<WebAssembly.Module>,
 *   compiling?: Promise<WebAssembly.Module> | undefined,
 *   loading?: Promise<Instance> | undefined,
 * }} Source
 */

/**
 * Runs a call on the module, which is loaded by the first one. The promise settles even if the module traps, which it
 * should never do: then all its calls fail, and the next one gets a new instance.
 *
 * @template T
 * @param {Source} source
 * @param {(module: Module) => T | PromiseLike<T>} call
 * @returns {Promise<T>}
 */
export async function run(source, call) {
  source.loading ??= instantiate(source).catch((error) => {
    source.loading = undefined;
    throw error;
  });
  const { module, calls, isCrashed } = await source.loading;
  if (isCrashed) {
    return run(source, call);
  }
  return new Promise((resolve, reject) => {
    calls.add(reject);
    Promise.resolve(call(module))
      .then(resolve, reject)
      .finally(() => calls.delete(reject));
  });
}

/**
 * @param {Source} source
 * @returns {Promise<Instance>}
 */
async function instantiate(source) {
  source.compiling ??= source.compile().catch((error) => {
    source.compiling = undefined;
    throw error;
  });
  const compiled = await source.compiling;
  // The glue is made anew for each instance: timers and promises of one that crashed must not reach the next.
  const module = source.createGlue({
    Module: WebAssembly.Module,
    Instance: watchedInstance(crash),
  });
  /** @type {Instance} */
  const instance = { module, calls: new Set(), isCrashed: false };
  /** @param {unknown} cause */
  function crash(cause) {
    instance.isCrashed = true;
    source.loading = undefined;
    instance.calls.forEach((reject) => reject(crashed(cause)));
  }
  module.initSync({ module: compiled });
  return instance;
}

/**
 * `WebAssembly.Instance` as the glue sees it: every call into it is watched, also those of timers and promises, whose
 * exceptions nobody else would relate to a call. After the first exception no call gets through.
 *
 * @param {(cause: unknown) => void} crash
 */
function watchedInstance(crash) {
  /**
   * @param {WebAssembly.Module} module
   * @param {WebAssembly.Imports} imports
   */
  return function (module, imports) {
    let isCrashed = false;
    /** @type {Record<string, unknown>} */
    const exports = {};
    for (const [name, value] of Object.entries(new WebAssembly.Instance(module, imports).exports)) {
      exports[name] =
        typeof value !== "function"
          ? value
          : (/** @type {unknown[]} */ ...args) => {
              if (isCrashed) {
                return undefined;
              }
              try {
                return value(...args);
              } catch (error) {
                isCrashed = true;
                crash(error);
                throw error;
              }
            };
    }
    return { exports };
  };
}
