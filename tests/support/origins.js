// What the functions of the default module hold.

import { readFileSync } from "node:fs";

/** The module as it is before its functions' names are cut off. */
const NAMED = "target/package/default/named.wasm";

/**
 * The bytes of the default module's functions by where they come from, the largest first: our own by module, others by
 * crate. Inlined functions count where they went.
 */
export function origins() {
  const bytes = readFileSync(NAMED);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = number();
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  /** @type {number[]} */
  const sizes = [];
  /** @type {Map<number, string>} */
  const names = new Map();
  let imported = 0;
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = number();
    const end = at + length;
    if (section === 2) {
      // Imported functions come first in the numbering; this module imports nothing else.
      imported = number();
    } else if (section === 10) {
      for (let left = number(); left > 0; left -= 1) {
        const size = number();
        sizes.push(size);
        at += size;
      }
    } else if (section === 0 && text() === "name") {
      while (at < end) {
        const kind = bytes[at++];
        const next = number();
        const after = at + next;
        for (let left = kind === 1 ? number() : 0; left > 0; left -= 1) {
          names.set(number(), text());
        }
        at = after;
      }
    }
    at = end;
  }
  /** @type {Map<string, number>} */
  const byOrigin = new Map();
  sizes.forEach((size, index) => {
    const name = names.get(imported + index) ?? "";
    const own = /zitadel_org_web::(\w+)(?:::(\w+))?/.exec(name);
    const origin = own
      ? `src/${[own[1] === "machine" ? "fetch" : own[1], ["machine", "protocol", "js"].includes(own[1] ?? "") && own[2]].filter(Boolean).join("/")}`
      : (/^[<&\s]*(?:mut |dyn )?(\w+)(?:\[\w+\])?::/.exec(name)?.[1] ??
        (name ? "other" : "src/js, checking of arguments (exported, so without a name)"));
    byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + size);
  });
  return [...byOrigin].sort(([, a], [, b]) => b - a);
}
