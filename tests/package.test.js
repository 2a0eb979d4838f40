// The package's own JavaScript, in Chromium on a page of the dev server: exports, errors, bound clients, loading.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { openBrowser, setting } from "./browser.js";

const HOOLI = "69629023906488337";
const GLOBEX = "69629023906488335";

/** @type {import("selenium-webdriver/chrome.js").Driver} */
let driver;

before(async () => {
  driver = await openBrowser();
});

beforeEach(() => driver.get(`${setting("ZITADEL_TEST_URL")}/icon.svg`));

after(() => driver?.quit());

/**
 * Runs a function in the page; it gets the package and the arguments.
 *
 * @template T
 * @param {(module: typeof import("../pkg/src/index.js"), ...args: any[]) => T | Promise<T>} body
 * @param {any[]} args
 * @returns {Promise<T>}
 */
async function inPage(body, ...args) {
  const { value, error } = await driver.executeAsyncScript(
    `const [args, done] = arguments;
     import("/pkg/src/index.js").then((module) => (${body})(module, ...args))
       .then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`,
    args,
  );
  assert.equal(error, undefined);
  return value;
}

test("the package exports what its types declare", async () => {
  const names = await inPage((module) => Object.keys(module).sort());
  const declared = [
    "ZitadelError",
    "createOrgClient",
    "deactivateOrg",
    "getMyOrg",
    "isZitadelError",
    "preload",
    "reactivateOrg",
  ];
  assert.deepEqual(names, declared);
});

test("a call works after nothing but an import", async () => {
  const { org } = await inPage((module) => module.getMyOrg("acme-viewer"));
  assert.equal(org?.name, "ACME");
});

test("whatever fails is a ZitadelError with the fields of the contract", async () => {
  const seen = await inPage(async (module, org) => {
    const error = await module.reactivateOrg("iam-owner", org).catch((/** @type {any} */ it) => it);
    return {
      isError: error instanceof Error,
      isZitadelError: error instanceof module.ZitadelError && module.isZitadelError(error),
      isStranger: module.isZitadelError(new Error()) || module.isZitadelError(null),
      text: String(error),
      name: error.name,
      kind: error.kind,
      code: error.code,
      codeName: error.codeName,
      message: error.message,
      id: error.id,
      httpStatus: error.httpStatus,
      hasRequestId: error.requestId === error.metadata["x-request-id"],
      hasCause: "cause" in error,
      json: JSON.parse(JSON.stringify(error)),
    };
  }, GLOBEX);
  const message = "Organisation is already active (EVENT-bfnrh)";
  const detail = {
    "@type": "type.googleapis.com/zitadel.v1.ErrorDetail",
    id: "EVENT-bfnrh",
    message: "Organisation is already active",
  };
  assert.deepEqual(seen, {
    isError: true,
    isZitadelError: true,
    isStranger: false,
    text: `ZitadelError: ${message}`,
    name: "ZitadelError",
    kind: "status",
    code: 9,
    codeName: "FAILED_PRECONDITION",
    message,
    id: "EVENT-bfnrh",
    httpStatus: 200,
    hasRequestId: true,
    hasCause: false,
    json: { code: 9, message, details: [detail] },
  });
});

test("an error of another copy of the package is known as one", async () => {
  const known = await inPage(async (module) => {
    const url = "/pkg/src/index.js?copy";
    const other = await import(url);
    const error = await other.getMyOrg("").catch((/** @type {any} */ it) => it);
    return module.isZitadelError(error);
  });
  assert.equal(known, true);
});

test("a bound client keeps its token and options and takes more for one call", async () => {
  const seen = await inPage(async (module, org) => {
    /** @type {any[]} */
    const sent = [];
    const client = module.createOrgClient({
      token: () => "iam-owner",
      language: "de",
      fetch: (url, init) => {
        sent.push(Object.fromEntries(/** @type {any} */ (init).headers));
        return fetch(url, init);
      },
    });
    const { org: read } = await client.getMyOrg(org);
    const error = await client
      .reactivateOrg("69629023906488335", { language: "fr" })
      .catch((it) => it);
    return {
      name: read?.name,
      message: error.message,
      languages: sent.map((headers) => headers["accept-language"]),
    };
  }, HOOLI);
  assert.equal(seen.name, "Hooli");
  assert.equal(seen.message, "L'organisation est déjà active (EVENT-bfnrh)");
  assert.deepEqual(seen.languages, ["de", "fr"]);
});

test("preload has the module ready, so that the first call fetches nothing but its answer", async () => {
  const seen = await inPage(async (module) => {
    await module.preload();
    await module.preload();
    const loads = performance
      .getEntriesByType("resource")
      .filter((entry) => entry.name.endsWith(".wasm")).length;
    await module.getMyOrg("acme-viewer");
    const all = performance
      .getEntriesByType("resource")
      .filter((entry) => entry.name.endsWith(".wasm")).length;
    return [loads, all];
  });
  assert.deepEqual(seen, [1, 1]);
});

test("a load that failed is told as an error and tried again by the next call", async () => {
  const seen = await inPage(async (module) => {
    const real = globalThis.fetch;
    globalThis.fetch = async () => new Response("gone", { status: 404 });
    const error = await module.getMyOrg("acme-viewer").catch((/** @type {any} */ it) => it);
    globalThis.fetch = real;
    const { org } = await module.getMyOrg("acme-viewer");
    return [module.isZitadelError(error), error.kind, error.code, error.cause.message, org?.name];
  });
  const cause = "/pkg/dist/zitadel_org_web_bg.wasm answered with HTTP 404";
  assert.deepEqual(seen, [true, "transport", 14, cause, "ACME"]);
});
