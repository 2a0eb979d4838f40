/**
 * Compiles the module that the build has deflated (zlib) and written in base64.
 *
 * @param {string} text
 * @returns {Promise<WebAssembly.Module>}
 */
export async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return WebAssembly.compile(await new Response(inflated).arrayBuffer());
}
