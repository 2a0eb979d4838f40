// Drives the demo page: deactivates three organizations, reactivates them in a bulk run, prints the results, compares them with
// the database and writes screenshots.
//
// node demo.js FOLDER

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openBrowser, setting } from "./browser.js";
import { Page } from "./page.js";

const ACTIVE = "ORGANIZATION_STATE_ACTIVE";
const [folder = "target/demo"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** @type {import("selenium-webdriver/chrome.js").Driver} */
const driver = /** @type {any} */ (await openBrowser());
try {
  const page = new Page(driver);
  await page.open(setting("ZITADEL_TEST_URL"));
  await shoot("list");

  await page.filter(ACTIVE, "Foods");
  const three = (await page.rows()).slice(0, 3);
  assert.equal(three.length, 3);
  for (const { id, name } of three) {
    console.log(`Deactivate ${name}`);
    await page.click(Page.action(id));
    await page.dialog("confirm");
    if (id === three[0]?.id) {
      await shoot("dialog");
    }
    await page.click("#confirm-yes");
    await page.untilText("progress", new RegExp(`^${name} is deactivated\\.$`));
  }

  console.log("Reactivate the three in a bulk run");
  for (const { id } of three) {
    await page.click(`tr[data-id="${id}"] input`);
  }
  await page.click("#bulk-run");
  await page.confirm();
  await page.untilText("bulk-status", /^3 of 3 are active\.$/);
  (await page.results()).forEach((result) => console.log(`  ${result}`));
  await driver.executeScript(() => document.getElementById("bulk")?.scrollIntoView());
  await shoot("bulk");

  for (const { id, name } of three) {
    const [deactivated, reactivated] = events(id).slice(-2);
    assert.deepEqual(
      [deactivated?.type, reactivated?.type],
      ["org.deactivated", "org.reactivated"],
    );
    await page.fill("org-id", id);
    await page.press("refresh");
    const { org } = await page.response();
    assert.deepEqual(
      [org.state, org.details.sequence, org.details.changeDate],
      ["ORG_STATE_ACTIVE", reactivated?.sequence, reactivated?.created],
    );
    console.log(
      `The database agrees on ${name}: event ${reactivated?.sequence}, ${reactivated?.type}, ${reactivated?.created}`,
    );
  }

  await driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", {
    width: 360,
    height: 800,
    deviceScaleFactor: 2,
    mobile: true,
  });
  await driver.executeScript(() => document.getElementById("list")?.scrollIntoView());
  await shoot("phone");
  console.log(`Screenshots: ${folder}`);
} finally {
  await driver.quit();
}

/** @param {string} name */
async function shoot(name) {
  writeFileSync(join(folder, `${name}.png`), await driver.takeScreenshot(), "base64");
}

/**
 * @param {string} orgId
 * @returns {{ sequence: string, type: string, created: string }[]}
 */
function events(orgId) {
  const args = ["--database", setting("DEVSERVER_DATABASE"), "--events", orgId];
  const lines = execFileSync("target/debug/devserver", args, { encoding: "utf8" })
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}
