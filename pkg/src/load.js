import { createGlue } from "../dist/zitadel_org_web.js";
import { crashed } from "./error.js";

/** @typedef {import("./glue.js").Module} Module */
/** @typedef {{ module: Module, calls: Set<(reason: unknown) => void>, isCrashed: boolean }} Instance */

/** @type {Promise<Instance> | undefined} */
let loading;
/** @type {Promise<WebAssembly.Module> | undefined} */
let compiling;

/**
 * Runs a call on the module, which is loaded by the first one. The promise settles even if the module traps, which it
 * should never do: then all its calls fail, and the next one gets a new instance.
 *
 * @template T
 * @param {(module: Module) => T | PromiseLike<T>} call
 * @returns {Promise<T>}
 */
export async function run(call) {
  loading ??= instantiate().catch((error) => {
    loading = undefined;
    throw error;
  });
  const { module, calls, isCrashed } = await loading;
  if (isCrashed) {
    return run(call);
  }
  return new Promise((resolve, reject) => {
    calls.add(reject);
    Promise.resolve(call(module))
      .then(resolve, reject)
      .finally(() => calls.delete(reject));
  });
}

/** @returns {Promise<Instance>} */
async function instantiate() {
  compiling ??= compile().catch((error) => {
    compiling = undefined;
    throw error;
  });
  const compiled = await compiling;
  // The glue is made anew for each instance: timers and promises of one that crashed must not reach the next.
  const module = createGlue({ Module: WebAssembly.Module, Instance: watchedInstance(crash) });
  /** @type {Instance} */
  const instance = { module, calls: new Set(), isCrashed: false };
  /** @param {unknown} cause */
  function crash(cause) {
    instance.isCrashed = true;
    loading = undefined;
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

/** @returns {Promise<WebAssembly.Module>} */
async function compile() {
  const url = new URL("../dist/zitadel_org_web_bg.wasm", import.meta.url);
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url.pathname} answered with HTTP ${response.status}`);
  }
  // Not compileStreaming: it refuses a server that does not know the MIME type.
  return WebAssembly.compile(await response.arrayBuffer());
}
