// Reads the arguments of a call: the JavaScript side of `arguments.rs`.
//
// Any access to a caller's value can throw or lie. Each value is read once, here, inside a `try`, and becomes a plain value of its
// option's type. Rust validates the values. The file imports nothing, because wasm-pack copies it on its own.

/** More items than any argument has; an iterable may be endless. */
const MAX_ITEMS = 1_000_000;
const MAX_DEPTH = 100;
/** Values of a request. A request that shares objects can have more values than memory. */
const MAX_VALUES = 100_000;

/**
 * The objects of the classes below. `instanceof` would read the prototype of a caller's value, and a Proxy may throw then.
 *
 * @type {WeakSet<any>}
 */
const ownObjects = /* @__PURE__ */ new WeakSet();

/** An argument of the wrong type. */
class Constraint {
  /** @param {string} message */
  constructor(message) {
    this.message = message;
    ownObjects.add(this);
  }
}

/** @param {string} name @param {string} constraint @returns {never} */
function reject(name, constraint) {
  throw new Constraint(`${name} must ${constraint}.`);
}

/** Built-ins kept from load time, as in `browser.js`. */
const builtins = /* @__PURE__ */ (() => {
  const { Array, JSON, Object } = globalThis;
  return {
    arrayFrom: Array.from.bind(Array),
    stringify: JSON.stringify,
    entries: Object.entries,
    fromEntries: Object.fromEntries,
  };
})();

/** @param {unknown} value @returns {value is object} */
const isObject = (value) => typeof value === "object" && value !== null;

/** @param {unknown} value */
const isSet = (value) => value !== undefined && value !== null;

/** @param {string} name @param {unknown} value */
const object = (name, value) => (isObject(value) ? value : reject(name, "be an object"));

/** @param {string} type @returns {(name: string, value: unknown) => any} */
const ofType = (type) => (name, value) =>
  typeof value === type ? value : reject(name, `be a ${type}`);
const string = /* @__PURE__ */ ofType("string");
const number = /* @__PURE__ */ ofType("number");
const callback = /* @__PURE__ */ ofType("function");

/** @param {string} name @param {Iterable<unknown>} iterable @returns {unknown[]} */
function itemsOf(name, iterable) {
  const items = [];
  for (const item of iterable) {
    if (items.push(item) > MAX_ITEMS) {
      reject(name, `have at most ${MAX_ITEMS} items`);
    }
  }
  return items;
}

/** @param {unknown} value @returns {value is Iterable<unknown>} */
const isIterable = (value) =>
  isObject(value) && typeof Reflect.get(value, Symbol.iterator) === "function";

/** A string, or a URL of any realm. @param {string} name @param {unknown} value */
function url(name, value) {
  const text = isObject(value) ? Reflect.get(value, "href") : value;
  return typeof text === "string" ? text : reject(name, "be a string or a URL");
}

/**
 * Headers in any form that the class Headers accepts, as lines: in turn a name and a value.
 *
 * @param {string} name @param {unknown} value
 */
function headers(name, value) {
  const fail = () => reject(name, "be an object of strings or an iterable of [name, value] pairs");
  if (!isObject(value)) {
    return fail();
  }
  const pairs = isIterable(value) ? itemsOf(name, value) : builtins.entries(value);
  const lines = pairs.flatMap((pair) => {
    const [key, text, ...rest] = isIterable(pair) ? itemsOf(name, pair) : fail();
    const isText = ["string", "number", "boolean", "bigint"].includes(typeof text);
    return typeof key === "string" && isText && rest.length === 0 ? [key, String(text)] : fail();
  });
  // Rust rejects a header with a line break, so it may not become two lines.
  return lines.map((line) => line.replaceAll("\n", "\0")).join("\n");
}

/** @type {Record<string, (name: string, value: any) => any>} */
const OPTIONS = {
  baseUrl: url,
  // Rust rejects all but two names.
  protocol: (_, value) => (typeof value === "string" ? value : ""),
  timeoutMs: number,
  signal: (_, value) => value,
  language: string,
  headers,
  fetch: callback,
  // A value such as "false" must not allow it.
  allowInsecure: (_, value) => value === true,
  concurrency: number,
  onProgress: callback,
};

/** The names of all options. */
export const OPTION_NAMES = /* @__PURE__ */ Object.keys(OPTIONS);

/** Values that were read, or the first problem. */
class Reading {
  /** @type {string | undefined} */
  problem;
  /** @type {unknown} The exception that reading threw. */
  cause;

  constructor() {
    ownObjects.add(this);
  }

  /**
   * Reads a value; undefined and null are not set.
   *
   * @template T @param {string} name @param {() => T} read
   */
  attempt(name, read) {
    if (this.problem !== undefined) {
      return undefined;
    }
    try {
      return read();
    } catch (/** @type {any} */ thrown) {
      const isConstraint = ownObjects.has(thrown);
      this.problem = isConstraint
        ? thrown.message
        : `${name} could not be read: it threw an exception. See cause.`;
      this.cause = isConstraint ? undefined : thrown;
      return undefined;
    }
  }
}

/** Options of a call, or the defaults of a client. */
export class Options extends Reading {
  /** @type {Record<string, any>} The options that are set. */
  values = {};

  /** @param {string} name @param {unknown} options */
  constructor(name, options) {
    super();
    if (!isSet(options)) {
      return;
    }
    this.attempt(name, () => object(name, options));
    for (const option of OPTION_NAMES) {
      this.attempt(option, () => {
        const value = Reflect.get(/** @type {object} */ (options), option);
        if (isSet(value)) {
          this.values[option] = OPTIONS[option]?.(option, value);
        }
      });
    }
  }
}

/** The options of a call, and of its client where the call has none. @param {Options} [defaults] @param {Options} [own] */
export const mergedOptions = (defaults, own) => ({ ...defaults?.values, ...own?.values });

/** The first reading with a problem. @param {(Reading | undefined)[]} readings */
export const wrongReading = (readings) =>
  readings.find((reading) => reading?.problem !== undefined);

/** The ids of a bulk run. */
export class Ids extends Reading {
  /** @type {string[]} */
  values;

  /** @param {unknown} value */
  constructor(value) {
    super();
    const ids = this.attempt("orgIds", () => {
      const items = isIterable(value)
        ? itemsOf("orgIds", value)
        : reject("orgIds", "be an iterable of strings");
      return items.map((id, index) => string(`orgIds[${index}]`, id));
    });
    this.values = ids ?? [];
  }
}

/**
 * A copy of a request that JSON can carry.
 *
 * @param {string} path @param {unknown} value @param {number} depth @param {{ values: number }} count @returns {unknown}
 */
function plain(path, value, depth, count) {
  count.values += 1;
  if (count.values > MAX_VALUES) {
    return reject("request", `have at most ${MAX_VALUES} values`);
  }
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) {
    return String(value);
  }
  if (typeof value === "function" || typeof value === "symbol") {
    return reject(path, "be a plain value");
  }
  if (!isObject(value)) {
    return value;
  }
  if (depth > MAX_DEPTH) {
    return reject(path, `be nested at most ${MAX_DEPTH} levels deep`);
  }
  if (Array.isArray(value)) {
    return builtins.arrayFrom({ length: value.length }, (_, index) =>
      plain(`${path}[${index}]`, value[index], depth + 1, count),
    );
  }
  const prototype = Reflect.getPrototypeOf(value);
  // In any realm, the prototype of plain objects has no prototype.
  if (prototype && Reflect.getPrototypeOf(prototype)) {
    return reject(path, "be a plain object or array");
  }
  const members = builtins
    .entries(value)
    .map(([name, member]) => [name, plain(`${path}.${name}`, member, depth + 1, count)]);
  return builtins.fromEntries(members);
}

/** The arguments of an exported function. */
export class Arguments extends Reading {
  /** @type {string | undefined} */
  tokenText;
  /** @type {Function | undefined} */
  tokenFunction;
  /** @type {any} The target of the call, its second argument: an id, ids, or a request as JSON text. */
  target;
  /** @type {Record<string, any>} The options of the call, and of the client where the call has none. */
  options;
  /** @type {string | undefined} The client's headers, which Rust merges by name. */
  defaultHeaders;

  /**
   * @param {keyof typeof TARGETS} reader - of the target
   * @param {unknown} token @param {any} target @param {any} options
   * @param {Options | undefined} defaults - of a client
   */
  constructor(reader, token, target, options, defaults) {
    super();
    // The loader has read them already, because it waits for the module under their rules.
    /** @type {Options} */
    const own = ownObjects.has(options) ? options : new Options("options", options);
    const asIds = (/** @type {any} */ value) => (ownObjects.has(value) ? value : new Ids(value));
    /** @type {Ids | undefined} */
    const ids = reader === "orgIds" ? asIds(target) : undefined;
    const wrong = wrongReading([defaults, own, ids]);
    this.problem = wrong?.problem;
    this.cause = wrong?.cause;
    this.options = { ...mergedOptions(defaults, own), headers: own.values.headers };
    this.defaultHeaders = defaults?.values.headers;
    const [name, read] = TARGETS[reader];
    this.target = ids ? ids.values : this.attempt(name, () => read(name, target));
    if (typeof token === "string") {
      this.tokenText = token;
    } else if (typeof token === "function") {
      this.tokenFunction = token;
    } else {
      this.attempt("token", () => reject("token", "be a string or a function that returns one"));
    }
  }
}

/**
 * The name of the argument and its reader, for each kind of target.
 *
 * @satisfies {Record<string, [string, (name: string, value: unknown) => any]>}
 */
const TARGETS = {
  optionalOrgId: ["orgId", (name, value) => (isSet(value) ? string(name, value) : undefined)],
  orgId: ["orgId", string],
  organizationId: ["organizationId", string],
  orgIds: ["orgIds", () => []],
  request: [
    "request",
    (name, value) =>
      builtins.stringify(plain(name, isSet(value) ? object(name, value) : {}, 0, { values: 0 })),
  ],
};

/** A record of a call that outlives a crash of the module. */
export class CallRecord {
  isChangeSent = false;
  /** @type {any[]} Results of a bulk run. One that was started but has none is null. */
  results = [];

  /** @param {number} startedAt - by the clock of `browser.js` */
  constructor(startedAt) {
    this.startedAt = startedAt;
  }
}
