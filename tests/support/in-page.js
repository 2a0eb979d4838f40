// Code of a test that runs in a page of the dev server.

import assert from "node:assert/strict";

/**
 * Runs a function in the page, with the package and the arguments.
 *
 * @template T
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {(module: typeof import("../../js/index.js"), ...args: any[]) => T | Promise<T>} body
 * @param {any[]} args
 * @returns {Promise<T>}
 */
export async function inPage(driver, body, ...args) {
  const { value, error } = await driver.executeAsyncScript(
    `const [args, done] = arguments;
     import("/pkg/index.js").then((module) => (${body})(module, ...args))
       .then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`,
    args,
  );
  assert.equal(error, undefined);
  return value;
}
