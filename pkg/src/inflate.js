/**
 * The bytes that the build has deflated (zlib) and written in base64.
 *
 * @param {string} text
 * @returns {Promise<ArrayBuffer>}
 */
export function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(inflated).arrayBuffer();
}
