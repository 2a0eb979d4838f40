import { failure } from "./error.js";

/** @typedef {import("./module.js").Module} Module */
/**
 * Where the module comes from, and what has come of it.
 *
 * @typedef {{
 *   createGlue: typeof import("./module.js").createGlue,
 *   compile: () => Promise<WebAssembly.Module>,
 *   exchange?: typeof import("./exchange.js").exchange,
 *   loading?: Promise<Module> | undefined,
 * }} Source
 */

/**
 * Loads the module, once; a load that failed is tried again by the next call.
 *
 * @param {Source} source
 * @returns {Promise<Module>}
 */
export function load(source) {
  source.loading ??= instantiate(source).catch((cause) => {
    source.loading = undefined;
    throw failure(
      "transport",
      14,
      "The WebAssembly module could not be loaded, so nothing was sent. See cause; a Content-Security-Policy needs script-src 'wasm-unsafe-eval'.",
      { cause },
    );
  });
  return source.loading;
}

/**
 * @param {Source} source
 * @returns {Promise<Module>}
 */
async function instantiate(source) {
  const glue = source.createGlue();
  const { exports } = await WebAssembly.instantiate(await source.compile(), {
    "./zitadel_org_web_bg.js": glue,
  });
  glue.__wbg_set_wasm(exports);
  const decoder = new TextDecoder();
  /** @type {import("./error.js").ZitadelError | undefined} */
  let crash;

  /**
   * The module should never trap; if it does, nothing more is asked of this instance.
   *
   * @param {unknown} cause
   * @returns {never}
   */
  function crashed(cause) {
    source.loading = undefined;
    crash ??= failure(
      "protocol",
      13,
      "The WebAssembly module failed, which is a bug of zitadel-org-web: please report it with its cause. The change may have been made; the next call starts afresh.",
      { cause },
    );
    throw crash;
  }

  /** @param {Uint8Array} bytes */
  const parse = (bytes) => (bytes.length > 0 ? JSON.parse(decoder.decode(bytes)) : undefined);

  return {
    glue,
    methods: parse(glue.methods()),
    parse,
    crashed,
    decode(index, isJson, status, ending, head, chunks) {
      if (crash) {
        throw crash;
      }
      let length = head.length;
      for (const chunk of chunks) {
        length += chunk.length;
      }
      const answer = new Uint8Array(length);
      answer.set(head);
      let at = head.length;
      for (const chunk of chunks) {
        answer.set(chunk, at);
        at += chunk.length;
      }
      try {
        return parse(glue.decode(index, isJson, status, ending, head.length, answer));
      } catch (cause) {
        return crashed(cause);
      }
    },
  };
}
