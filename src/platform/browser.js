// The JavaScript side of `browser.rs`: the clock, URLs, signals, fetch and its responses.
//
// A caller may pass their own fetch, signal or token function, and a page may patch the global ones. Any access to such an
// object can throw or lie. Every access therefore happens here, inside a `try`, and Rust gets plain values. Nothing is decided
// here. The file imports nothing, because wasm-pack copies it on its own.

/**
 * Built-ins kept from load time, so that a page that replaces them later breaks nothing. Timers and fetch are looked up for each
 * use, because tests and instrumentation replace those on purpose. The call is marked as pure, so that bundlers can leave the
 * file out.
 */
const builtins = /* @__PURE__ */ (() => {
  const { JSON, Promise, URL, performance } = globalThis;
  return {
    parseJson: JSON.parse,
    resolve: Promise.resolve.bind(Promise),
    then: Promise.prototype.then,
    URL,
    now: typeof performance?.now === "function" ? performance.now.bind(performance) : Date.now,
    setTimeout: globalThis.setTimeout,
    getOrigin: originGetter(),
  };
})();

const ignore = () => {};

/**
 * Reacts to a promise, a thenable or a plain value. Throws what `Promise.resolve` throws.
 *
 * @param {unknown} value
 * @param {(value: any) => void} onFulfilled
 * @param {(reason: unknown) => void} onRejected
 */
function settle(value, onFulfilled, onRejected) {
  Reflect.apply(builtins.then, builtins.resolve(value), [onFulfilled, onRejected]);
}

/** Milliseconds of a monotonic clock. The epoch is unspecified. */
export function now() {
  return builtins.now();
}

/** The runtime's accessor of the origin. A page's own variable `origin` is a plain property, which does not count. */
function originGetter() {
  try {
    for (
      let owner = globalThis;
      owner;
      owner = /** @type {any} */ (Reflect.getPrototypeOf(owner))
    ) {
      const property = Reflect.getOwnPropertyDescriptor(owner, "origin");
      if (property) {
        return property.get;
      }
    }
  } catch {
    // A global object of a test environment.
  }
  return undefined;
}

function readOrigin() {
  if (builtins.getOrigin) {
    return Reflect.apply(builtins.getOrigin, globalThis, []);
  }
  // A test environment may have a location only.
  const { protocol, origin } = globalThis.location ?? {};
  return protocol === "https:" || protocol === "http:" ? origin : undefined;
}

/** The origin of this page or worker: "null" if it is opaque, undefined in runtimes without one (Node). */
export function ownOrigin() {
  try {
    const origin = readOrigin();
    return typeof origin === "string" ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function hrefOf(text) {
  try {
    const { href } = new builtins.URL(text);
    return typeof href === "string" ? href : undefined;
  } catch {
    return undefined;
  }
}

/** The last URL: the calls of a page usually go to one server. @type {{ text?: string, href?: string | undefined }} */
let parsedUrl = {};

/** Returns an absolute URL in its normal form. @param {string} text */
export function parseUrl(text) {
  if (text !== parsedUrl.text) {
    parsedUrl = { text, href: hrefOf(text) };
  }
  return parsedUrl.href;
}

/** Parses JSON that Rust wrote. @param {string} text */
export function parseJson(text) {
  return builtins.parseJson(text);
}

/** A promise that Rust waits for, and may drop before it settles. */
export class Watch {
  isFulfilled = false;
  /** @type {any} */
  value;
  /** @type {(() => void) | undefined} */
  #wake;

  /** @param {() => unknown} start @param {() => void} wake */
  constructor(start, wake) {
    this.#wake = wake;
    const settled = (/** @type {boolean} */ isFulfilled) => (/** @type {unknown} */ value) => {
      this.isFulfilled = isFulfilled;
      this.value = value;
      this.#wake?.();
    };
    try {
      settle(start(), settled(true), settled(false));
    } catch (thrown) {
      settled(false)(thrown);
    }
  }

  /** Forgets the promise: it never wakes again. */
  cancel() {
    this.#wake = undefined;
  }
}

/** A timer that Rust waits for. */
export class Timer {
  /** @type {any} A number in browsers, an object in Node. */
  #handle;
  /** @type {(() => void) | undefined} */
  #wake;

  /** @param {number} ms @param {() => void} wake */
  constructor(ms, wake) {
    this.#wake = wake;
    try {
      this.#handle = setTimeout(() => this.#wake?.(), ms);
    } catch {
      // A runtime without timers has no deadlines.
    }
  }

  /** Forgets the timer: it never wakes, even if a test replaced `clearTimeout` after it was set. */
  cancel() {
    this.#wake = undefined;
    try {
      clearTimeout(this.#handle);
    } catch {
      // See above.
    }
  }
}

/** Returns true if a signal has aborted, also if it is a fake. @param {any} signal */
export function isAborted(signal) {
  try {
    return signal?.aborted === true;
  } catch {
    return false;
  }
}

/** @typedef {(reason: unknown) => void} AbortCallback */

/** @type {WeakMap<object, { callbacks: Set<AbortCallback>, listener: () => void }>} */
const abortListeners = /* @__PURE__ */ new WeakMap();

/**
 * Calls back when a signal aborts. A signal gets one listener, however many calls share it: Node warns about more than ten.
 */
export class AbortSubscription {
  /** True if this is an AbortSignal, of any realm. */
  isValid = false;
  /** @type {unknown} The exception that reading the signal threw. */
  thrown;
  #signal;
  #callback;

  /** @param {any} signal @param {AbortCallback} callback */
  constructor(signal, callback) {
    this.#signal = signal;
    this.#callback = callback;
    try {
      if (typeof signal === "object" && typeof signal.aborted === "boolean") {
        this.#add();
        this.isValid = true;
      }
    } catch (thrown) {
      this.thrown = thrown;
    }
  }

  #add() {
    const signal = this.#signal;
    const subscribers = abortListeners.get(signal);
    if (subscribers) {
      subscribers.callbacks.add(this.#callback);
      return;
    }
    const callbacks = new Set([this.#callback]);
    const listener = () => {
      // An event that someone dispatched by hand does not count.
      if (this.isAborted) {
        [...callbacks].forEach((callback) => callback(this.reason));
      }
    };
    signal.addEventListener("abort", listener);
    abortListeners.set(signal, { callbacks, listener });
  }

  get isAborted() {
    return isAborted(this.#signal);
  }

  get reason() {
    try {
      return this.#signal.reason;
    } catch {
      return undefined;
    }
  }

  close() {
    const { callbacks, listener } = abortListeners.get(this.#signal) ?? {};
    callbacks?.delete(this.#callback);
    if (callbacks?.size === 0) {
      abortListeners.delete(this.#signal);
      try {
        this.#signal.removeEventListener("abort", listener);
      } catch {
        // The listener does nothing without callbacks.
      }
    }
  }
}

/** @type {WeakMap<Function, number>} */
const functionIds = /* @__PURE__ */ new WeakMap();
let functionCount = 0;

/** Returns a number that identifies a function. @param {Function} callee */
export function functionId(callee) {
  let id = functionIds.get(callee);
  if (id === undefined) {
    functionIds.set(callee, (id = functionCount++));
  }
  return id;
}

/**
 * Calls a token function with the error that ZITADEL rejected the previous token with.
 *
 * @param {Function} callee @param {unknown} previous @param {() => void} wake
 */
export function requestToken(callee, previous, wake) {
  return new Watch(() => Reflect.apply(callee, undefined, [{ previous }]), wake);
}

/**
 * Calls back without waiting. Exceptions and rejections are ignored.
 *
 * @param {Function} callback @param {unknown} value
 */
export function notify(callback, value) {
  try {
    settle(Reflect.apply(callback, undefined, [value]), ignore, ignore);
  } catch {
    // See above.
  }
}

/** Options of fetch that only tighten a call. Older workerd rejects the first two, and some runtimes reject jsdom's signal. */
const OPTIONAL = /** @type {const} */ (["referrerPolicy", "cache", "signal"]);
const PROBE_URL = "https://probe.invalid/";
/** @type {{ Request?: unknown, AbortController?: unknown, rejected: string[] }} */
let probe = { rejected: [] };

/**
 * The optional options that this runtime rejects, found with the constructor of Request, which checks as fetch does and sends
 * nothing.
 *
 * @param {Record<string, any>} init
 */
function rejectedOptions(init) {
  const { Request, AbortController } = globalThis;
  if (probe.Request !== Request || probe.AbortController !== AbortController) {
    const options = { referrerPolicy: "no-referrer", cache: "no-store", signal: init.signal };
    const isUsable = accepts(PROBE_URL, {});
    const rejected = OPTIONAL.filter(
      (name) => isUsable && !accepts(PROBE_URL, { [name]: options[name] }),
    );
    probe = { Request, AbortController, rejected };
  }
  return probe.rejected;
}

/** @param {string} url @param {Record<string, any>} init */
function accepts(url, init) {
  try {
    return Boolean(new Request(url, init));
  } catch {
    return false;
  }
}

function globalFetch() {
  const { fetch } = globalThis;
  if (typeof fetch !== "function") {
    throw new TypeError("this runtime has no global fetch");
  }
  return fetch;
}

/**
 * Names the reason why the global fetch gave no response; empty if it is unknown.
 *
 * @param {any} thrown @param {string} url @param {Record<string, any>} init
 */
function failureOf(thrown, url, init) {
  if (typeof globalThis.fetch !== "function") {
    return "invalid-request";
  }
  try {
    switch (thrown?.cause?.code) {
      case "UND_ERR_HEADERS_OVERFLOW":
        return "headers-too-long";
      case "ECONNREFUSED":
      case "ENOTFOUND":
        return "not-connected";
    }
  } catch {
    // An error whose members throw reveals no reason.
  }
  // A constructor that rejects an ordinary request proves nothing about this one.
  return accepts(PROBE_URL, {}) && !accepts(url, init) ? "invalid-request" : "";
}

/** Chunks that are always ready would keep the event loop from its other work, for example the abort of the call. */
const READS_PER_TURN = 1000;

/** Waits until the event loop has done its other work. */
export const nextTurn = () =>
  new Promise((resolve) => {
    try {
      Reflect.apply(builtins.setTimeout, globalThis, [resolve, 0]);
    } catch {
      // A runtime without timers.
      resolve(undefined);
    }
  });

/** A status has three digits. Source: RFC 9110, section 15. */
const MAX_STATUS = 999;

/** More pairs than any response has; a fake may have endless ones. */
const MAX_HEADERS = 100_000;

/** Reads headers as lines, in turn a name and a value. @param {any} headers */
function readHeaders(headers) {
  const lines = [];
  for (const [name, value] of headers) {
    if (typeof name !== "string" || typeof value !== "string" || lines.length > 2 * MAX_HEADERS) {
      throw new TypeError("response.headers is not an iterable of pairs of strings");
    }
    // Real headers have no line breaks. A fake with line breaks gets a malformed header.
    lines.push(name.replaceAll("\n", "\0"), value.replaceAll("\n", "\0"));
  }
  return lines.join("\n");
}

/** Joins repeated headers, as an object that a caller's fetch can read. @param {string} lines */
export function joinHeaders(lines) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  const parts = lines.split("\n");
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const name = parts[at] ?? "";
    const value = parts[at + 1] ?? "";
    const earlierValue = headers.get(name);
    headers.set(name, earlierValue === undefined ? value : `${earlierValue}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/**
 * Getters of the language itself: they throw for fakes, and a subclass cannot override them.
 *
 * @param {object} prototype @param {string} name @returns {(view: any) => any}
 */
const getter = (prototype, name) => {
  const get = Reflect.getOwnPropertyDescriptor(prototype, name)?.get ?? ignore;
  return (view) => Reflect.apply(get, view, []);
};
const byteSources = /* @__PURE__ */ (() => {
  const typedArray = Reflect.getPrototypeOf(Uint8Array.prototype) ?? {};
  const views = [typedArray, DataView.prototype].map((prototype) => ({
    buffer: getter(prototype, "buffer"),
    offset: getter(prototype, "byteOffset"),
    length: getter(prototype, "byteLength"),
  }));
  const length = getter(ArrayBuffer.prototype, "byteLength");
  return [...views, { buffer: (/** @type {any} */ buffer) => buffer, offset: () => 0, length }];
})();

/** Copies at most `limit` bytes of a chunk, or of a whole body. @param {any} chunk @param {number} limit */
function copyBytes(chunk, limit) {
  for (const { buffer, offset, length } of byteSources) {
    try {
      const count = Math.min(length(chunk), limit);
      return new Uint8Array(new Uint8Array(buffer(chunk), offset(chunk), count));
    } catch {
      // Not of this kind, or detached.
    }
  }
  throw new TypeError("the response body has a chunk that is not a usable Uint8Array");
}

/** Reads a body that is not a web stream, as one chunk. @param {any} response */
function readerOfBuffer(response) {
  let isRead = false;
  return {
    async read() {
      if (isRead) {
        return { done: true };
      }
      isRead = true;
      return { done: false, value: await response.arrayBuffer() };
    },
  };
}

/** One request and its response. */
export class Exchange {
  status = 0;
  type = "";
  /** Lines, in turn a name and a value. */
  headers = "";
  /** "invalid-request", "not-connected", "headers-too-long" or "unreadable", if the reason of a failure is known. */
  failure = "";
  #fetch;
  /** @type {AbortController | undefined} */
  #controller;
  /** @type {any} Undefined if there is no body, or at its end. */
  #reader;
  /** @type {{ thrown: unknown } | undefined} The reason why there is no reader. */
  #bodyFailure;
  #isStreamClosed = false;
  #isBodyUsed = false;
  #isEmpty = true;
  #isClosed = false;

  /**
   * @param {Function | undefined} fetch - the caller's; the global one otherwise
   * @param {AbortController | undefined} controller
   */
  constructor(fetch, controller) {
    this.#fetch = fetch;
    this.#controller = controller;
  }

  /**
   * Sends the request. The watch is fulfilled when the members are set, and rejected with an exception and `failure` set.
   *
   * @param {string} url @param {Record<string, any>} init @param {() => void} wake
   */
  send(url, init, wake) {
    return new Watch(() => {
      init.signal = this.#controller?.signal;
      rejectedOptions(init).forEach((name) => delete init[name]);
      return this.#send(url, init);
    }, wake);
  }

  /** @param {string} url @param {Record<string, any>} init */
  async #send(url, init) {
    let response;
    try {
      response = await Reflect.apply(this.#fetch ?? globalFetch(), undefined, [url, init]);
    } catch (thrown) {
      // A caller's fetch may have sent the request no matter which error it throws.
      this.failure = this.#fetch ? "" : failureOf(thrown, url, init);
      throw thrown;
    }
    try {
      this.#attempt(() => this.#readHead(response));
    } finally {
      if (this.#isClosed) {
        // The call ended earlier, and fetch ignored its signal.
        this.close();
      }
    }
  }

  /**
   * Reads a part of the response, which can be a fake.
   *
   * @template T @param {() => T} read
   */
  #attempt(read) {
    try {
      return read();
    } catch (thrown) {
      this.failure = "unreadable";
      throw thrown;
    }
  }

  /** @param {any} response */
  #readHead(response) {
    // The body comes first, because its reader cancels it if the rest cannot be read.
    try {
      this.#openBody(response);
    } catch (thrown) {
      this.#bodyFailure = { thrown };
    }
    const { status, type } = response;
    // A cast in Rust would turn NaN and negative numbers into 0, the status of a redirect.
    if (!Number.isInteger(status) || status < 0 || status > MAX_STATUS) {
      throw new TypeError("response.status is not an HTTP status");
    }
    this.status = status;
    this.type = typeof type === "string" ? type : "";
    this.headers = readHeaders(response.headers);
  }

  /** @param {any} response */
  #openBody(response) {
    const { body } = response;
    this.#isBodyUsed = response.bodyUsed === true;
    if (typeof body?.getReader === "function") {
      this.#reader = body.getReader();
      this.#watchEnd(this.#reader);
    } else if (typeof response.arrayBuffer === "function" && body !== null) {
      this.#reader = this.#isBodyUsed ? undefined : readerOfBuffer(response);
    } else if (body !== null && body !== undefined) {
      throw new TypeError("response.body is not a stream");
    }
  }

  /** Learns when the stream closes. @param {any} reader */
  #watchEnd(reader) {
    try {
      const { closed } = reader;
      if (typeof closed.then === "function") {
        settle(closed, () => (this.#isStreamClosed = true), ignore);
      }
    } catch {
      // A fake, whose end is seen when it is read.
    }
  }

  /** Ends the body if the stream closed with its last chunk. Returns true if it did, so that no further read is needed. */
  endIfClosed() {
    const isEnd = this.#isStreamClosed && !this.#isEmpty;
    if (isEnd) {
      this.#end();
    }
    return isEnd;
  }

  /**
   * Reads the next chunk. The watch's value is a copy of at most `limit` bytes of it, or undefined at the end.
   *
   * @param {number} limit @param {() => void} wake
   */
  read(limit, wake) {
    return new Watch(() => this.#next(limit), wake);
  }

  #reads = 0;

  /** @param {number} limit */
  async #next(limit) {
    const result = this.#reader ? await this.#reader.read() : { done: true };
    this.#reads += 1;
    if (this.#reads % READS_PER_TURN === 0) {
      await nextTurn();
    }
    return this.#attempt(() => this.#readResult(result, limit));
  }

  /** @param {{ done: boolean, value?: unknown }} result @param {number} limit */
  #readResult({ done, value }, limit) {
    if (this.#bodyFailure) {
      throw this.#bodyFailure.thrown;
    }
    if (!done) {
      this.#isEmpty = false;
      return copyBytes(value, limit);
    }
    this.#end();
    if (this.#isBodyUsed && this.#isEmpty) {
      throw new TypeError("the response body has already been read");
    }
    return undefined;
  }

  /** The response was read to its end. */
  #end() {
    this.#reader = this.#controller = undefined;
  }

  /** Cancels the response, even if fetch ignores its signal. */
  close() {
    this.#isClosed = true;
    try {
      this.#controller?.abort();
    } catch {
      // A listener of the page threw.
    }
    try {
      if (this.#reader) {
        settle(this.#reader.cancel(), ignore, ignore);
        this.#reader.releaseLock();
      }
    } catch {
      // The reader is not a web stream's.
    }
    this.#end();
  }
}
