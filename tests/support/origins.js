// The sizes of the default module's functions by crate and, for this crate, by file. The data section is one more part.

import { existsSync, readFileSync } from "node:fs";

/** The default module with the names of its functions. */
const NAMED = "target/package/default/named.wasm";
const IMPORT_SECTION = 2;
const CODE_SECTION = 10;
const DATA_SECTION = 11;
const CUSTOM_SECTION = 0;
const FUNCTION_NAMES = 1;

/** Reads the integers and strings of a module. */
class Reader {
  at = 0;

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.bytes = bytes;
  }

  byte() {
    return this.bytes[this.at++] ?? 0;
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}

/**
 * Returns the bytes by origin, the largest first. An inlined function counts for its caller's origin.
 *
 * @returns {[origin: string, bytes: number][]}
 */
export function origins() {
  const { sizes, names, imported, data } = readFunctions();
  const byOrigin = new Map([["data section", data]]);
  sizes.forEach((size, index) => {
    const origin = originOf(names.get(imported + index));
    byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + size);
  });
  return [...byOrigin].sort(([, a], [, b]) => b - a);
}

function readFunctions() {
  const reader = new Reader(readFileSync(NAMED));
  /** @type {number[]} */
  const sizes = [];
  /** @type {Map<number, string>} */
  const names = new Map();
  let [imported, data] = [0, 0];
  reader.at = 8;
  while (reader.at < reader.bytes.length) {
    const section = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    if (section === IMPORT_SECTION) {
      // Imported functions have the first numbers. This module imports only functions.
      imported = reader.number();
    } else if (section === DATA_SECTION) {
      data = length;
    } else if (section === CODE_SECTION) {
      for (let left = reader.number(); left > 0; left -= 1) {
        const size = reader.number();
        sizes.push(size);
        reader.at += size;
      }
    } else if (section === CUSTOM_SECTION && reader.text() === "name") {
      while (reader.at < end) {
        const kind = reader.byte();
        const length = reader.number();
        const next = reader.at + length;
        for (let left = kind === FUNCTION_NAMES ? reader.number() : 0; left > 0; left -= 1) {
          names.set(reader.number(), reader.text());
        }
        reader.at = next;
      }
    }
    reader.at = end;
  }
  return { sizes, names, imported, data };
}

/** Returns the crate of a function, or the file in `src`. @param {string | undefined} name */
function originOf(name) {
  if (!name) {
    return "functions without a name, exported to JavaScript";
  }
  const own = /zitadel_org_web::(\w+(?:::\w+)*)/.exec(name)?.[1]?.split("::");
  if (!own) {
    return /^[<&\s]*(?:mut |dyn )?(\w+)(?:\[\w+\])?::/.exec(name)?.[1] ?? "other";
  }
  const paths = own.map((_, index) => `src/${own.slice(0, own.length - index).join("/")}`);
  const files = paths.flatMap((path) => [`${path}.rs`, `${path}/mod.rs`]);
  return files.find(existsSync) ?? `src, module ${own[0]}`;
}
