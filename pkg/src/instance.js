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
      "The WebAssembly module failed: please report it with its cause. The change may have been made; the next call starts afresh.",
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
    decode(index, status, isComplete, headers, chunks) {
      if (crash) {
        throw crash;
      }
      const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const bytes = join([latin1(head), ...chunks]);
      try {
        return parse(glue.decode(index, status, isComplete, head.length, bytes));
      } catch (cause) {
        return crashed(cause);
      }
    },
  };
}

/** The bytes that fetch shows as characters, one each. @param {string} text */
function latin1(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    bytes[at] = text.charCodeAt(at);
  }
  return bytes;
}

/** @param {Uint8Array[]} chunks */
export function join(chunks) {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
