// Accessibility problems of a page, found by axe-core.

import { readFileSync } from "node:fs";

const AXE = readFileSync("tests/node_modules/axe-core/axe.min.js", "utf8");

/**
 * Returns the violations of WCAG 2.2 AA and of good practice, each with its element.
 *
 * @param {import("selenium-webdriver").WebDriver} driver
 * @returns {Promise<string[]>}
 */
export async function violations(driver) {
  await driver.executeScript(`if (!window.axe) { ${AXE} }`);
  return driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ["violations"] }).then(
      ({ violations }) => done(violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + " " + target + ": " + failureSummary))),
      (error) => done([String(error)]),
    );`);
}
