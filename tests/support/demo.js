// The demo without a person: deactivate, reactivate, read back; print the answer, compare it with the database, and
// write a screenshot.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

import { openBrowser, setting } from "./browser.js";
import { Page } from "./page.js";

const GLOBEX = "69629023906488335";
const screenshot = process.argv[2] ?? "demo.png";

const driver = await openBrowser();
try {
  const page = new Page(driver);
  await page.open(setting("ZITADEL_TEST_URL"));
  await page.fill("token", "iam-owner");
  await page.fill("org-id", GLOBEX);
  console.log("Deactivate");
  await page.press("deactivate");
  assert.equal(await page.text("badge"), "inactive");
  console.log("Reactivate");
  await page.press("reactivate");
  const changed = await page.answer();
  console.log(JSON.stringify(changed, null, 2));
  writeFileSync(screenshot, await driver.takeScreenshot(), "base64");
  console.log("Refresh");
  await page.press("refresh");
  const { org } = await page.answer();
  assert.equal(org.state, "ORG_STATE_ACTIVE");
  assert.deepEqual(pick(org.details), pick(changed.details));

  const event = events(GLOBEX).at(-1);
  assert.equal(event?.type, "org.reactivated");
  assert.deepEqual(
    { sequence: event.sequence, changeDate: event.created },
    { sequence: changed.details.sequence, changeDate: changed.details.changeDate },
  );
  console.log(`The database agrees: event ${event.sequence}, ${event.type}, ${event.created}`);
  console.log(`Screenshot: ${screenshot}`);
} finally {
  await driver.quit();
}

/** @param {Record<string, string>} details */
function pick({ sequence, changeDate, resourceOwner }) {
  return { sequence, changeDate, resourceOwner };
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
