// The built page in a browser, against the dev server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Key, logging } from "selenium-webdriver";

import { NEEDS_DEVTOOLS, openBrowser, setting } from "../support/browser.js";
import { Page } from "../support/page.js";

const STARK = "69629023906488339";
const ACME = "69629023906488334";

/** With Chromium's DevTools where it is Chromium. @type {import("selenium-webdriver/chrome.js").Driver} */
let driver;
/** @type {Page} */
let page;

before(async () => {
  driver = /** @type {typeof driver} */ (await openBrowser());
  page = new Page(driver);
  await page.open(setting("ZITADEL_TEST_URL"));
});

after(() => driver?.quit());

/** @param {string} token @param {string} orgId */
async function fillIn(token, orgId) {
  await page.fill("token", token);
  await page.fill("org-id", orgId);
}

test("deactivate, reactivate and refresh show the state and the answer", async () => {
  await fillIn("iam-owner", STARK);
  await page.press("deactivate");
  assert.equal(await page.text("badge"), "inactive");
  await page.press("reactivate");
  assert.equal(await page.text("badge"), "active");
  const { details } = await page.answer();
  assert.deepEqual(Object.keys(details), ["sequence", "changeDate", "resourceOwner"]);
  assert.equal(details.resourceOwner, STARK);
  await page.press("refresh");
  const { org } = await page.answer();
  assert.equal(org.state, "ORG_STATE_ACTIVE");
  assert.equal(org.details.sequence, details.sequence);
  assert.match(await page.text("org-name"), /^Stark \(stark\.localhost, 69629023906488339\)$/);
});

test("an error shows its parts and what to do", async () => {
  await fillIn("iam-owner", STARK);
  await page.press("reactivate");
  assert.equal(await page.text("error-message"), "Organisation is already active (EVENT-bfnrh)");
  assert.equal(await page.text("error-code"), "9 FAILED_PRECONDITION");
  assert.equal(await page.text("error-id"), "EVENT-bfnrh");
  assert.match(await page.text("error-request-id"), /^[0-9a-v]{20}$/);
  assert.match(await page.text("error-advice"), /Nothing to do/);
  const json = JSON.parse(await page.text("error-json"));
  assert.deepEqual(Object.keys(json), ["code", "message", "details"]);
  assert.equal(json.details[0].id, "EVENT-bfnrh");
});

test("an empty organization is the token's own", async () => {
  await fillIn("acme-viewer", "");
  await page.press("refresh");
  assert.equal((await page.answer()).org.id, ACME);
});

test("the form works by keyboard alone", async () => {
  await fillIn("iam-owner", STARK);
  const before = await page.calls();
  await (await page.find("org-id")).sendKeys(Key.ENTER);
  await driver.wait(async () => (await page.calls()) > before, 20_000);
  const focusable = await driver.executeScript(() =>
    [...document.querySelectorAll("input, button")].every(
      (it) => /** @type {HTMLElement} */ (it).tabIndex === 0,
    ),
  );
  assert.equal(focusable, true);
});

test("curl has the call and not the token", async () => {
  await fillIn("iam-owner", STARK);
  const text = /** @type {string} */ (
    await driver.executeAsyncScript(function () {
      const done = arguments[arguments.length - 1];
      navigator.clipboard.writeText = (/** @type {string} */ text) => Promise.resolve(done(text));
      document.getElementById("copy-curl")?.click();
    })
  );
  assert.match(text, /^curl 'http:.*\/management\/v1\/orgs\/me\/_reactivate'/);
  assert.match(text, /Authorization: Bearer \$TOKEN/);
  assert.match(text, new RegExp(`x-zitadel-orgid: ${STARK}`));
  assert.ok(!text.includes("iam-owner"));
});

test("the token is masked until it is shown", async () => {
  const type = async () => (await page.find("token")).getAttribute("type");
  assert.equal(await type(), "password");
  await (await page.find("show-token")).click();
  assert.equal(await type(), "text");
  await (await page.find("show-token")).click();
  assert.equal(await type(), "password");
});

test("nothing is wider than a phone", { skip: NEEDS_DEVTOOLS }, async () => {
  await driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", {
    width: 320,
    height: 640,
    deviceScaleFactor: 1,
    mobile: true,
  });
  const widths = await driver.executeScript(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  await driver.sendDevToolsCommand("Emulation.clearDeviceMetricsOverride", {});
  assert.deepEqual(widths, [320, 320]);
});

for (const scheme of ["light", "dark"]) {
  test(`texts stand out in the ${scheme} scheme`, { skip: NEEDS_DEVTOOLS }, async () => {
    await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
    const ratios = /** @type {Record<string, number>} */ (
      await driver.executeScript(() => {
        /** @param {string} color */
        const luminance = (color) => {
          const channels = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((channel) => {
            const share = Number(channel) / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          const [red = 0, green = 0, blue = 0] = channels;
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        /** @param {Element} element @returns {string} */
        const ground = (element) => {
          const color = getComputedStyle(element).backgroundColor;
          return color === "rgba(0, 0, 0, 0)" && element.parentElement
            ? ground(element.parentElement)
            : color;
        };
        const ratios = [".hint", "label", ".primary", "#badge", "h1", "#deactivate"].map(
          (selector) => {
            const element = /** @type {Element} */ (document.querySelector(selector));
            const pair = [luminance(getComputedStyle(element).color), luminance(ground(element))];
            return [selector, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
          },
        );
        return Object.fromEntries(ratios);
      })
    );
    for (const [selector, ratio] of Object.entries(ratios)) {
      assert.ok(ratio >= 4.5, `${selector}: ${ratio}`);
    }
  });
}

test(
  "the console stays empty: no error, no violated policy",
  { skip: NEEDS_DEVTOOLS },
  async () => {
    const entries = await driver.manage().logs().get(logging.Type.BROWSER);
    assert.deepEqual(
      entries.map((entry) => entry.message),
      [],
    );
  },
);
