// Decodes the module from the text that `xtask/src/text.rs` writes.

/** The text starts with one character for each byte. */
const TABLE_LENGTH = 256;

/**
 * Decodes the module. A character of the table that belongs to one byte is that byte's code. One that belongs to several bytes is
 * followed by a second character, whose place in the alphabet selects the byte. Malformed text decodes to bytes that
 * `WebAssembly.compile` rejects.
 *
 * @param {string} text
 */
export function decode(text) {
  const table = text.slice(0, TABLE_LENGTH);
  const alphabet = [...new Set(table)].join("");
  /** @type {number[][]} */
  const bytesByCode = [];
  for (let byte = 0; byte < table.length; byte += 1) {
    (bytesByCode[table.charCodeAt(byte)] ??= []).push(byte);
  }
  const module = new Uint8Array(text.length);
  let length = 0;
  for (let at = TABLE_LENGTH; at < text.length; at += 1) {
    const bytes = bytesByCode[text.charCodeAt(at)] ?? [];
    const index = bytes.length > 1 ? alphabet.indexOf(text.charAt((at += 1))) : 0;
    module[length] = bytes[index] ?? 0;
    length += 1;
  }
  return module.subarray(0, length);
}
