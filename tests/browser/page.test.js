// The built page in a browser, against the dev server: as a person uses it, and as axe-core looks at it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { By, Key, logging } from "selenium-webdriver";

import { violations } from "../support/axe.js";
import { NEEDS_DEVTOOLS, openBrowser, setting } from "../support/browser.js";
import { bring as bringAt } from "../support/organizations.js";
import { Page } from "../support/page.js";

const STARK = "69629023906488339";
const ACME = "69629023906488334";
const GLOBEX = "69629023906488335";
const INACTIVE = "ORGANIZATION_STATE_INACTIVE";
const ACTIVE = "ORGANIZATION_STATE_ACTIVE";

/** With Chromium's DevTools where it is Chromium. @type {import("selenium-webdriver/chrome.js").Driver} */
let driver;
/** @type {Page} */
let page;

before(async () => {
  driver = /** @type {typeof driver} */ (await openBrowser());
  page = new Page(driver);
});

beforeEach(() => page.open(setting("ZITADEL_TEST_URL")));

after(() => driver?.quit());

/** Gives organizations a state, without the page. @param {"activate" | "deactivate"} change @param {string[]} ids */
const bring = (change, ...ids) => bringAt(setting("ZITADEL_TEST_URL"), change, ...ids);

test("a newcomer types nothing: the seeded tokens are offered and the deactivated are listed", async () => {
  const rows = await page.rows();
  assert.ok(rows.length > 0 && rows.length <= 10);
  assert.ok(rows.every(({ state, action }) => state === "deactivated" && action === "Reactivate"));
  const tokens = await driver.executeScript(() =>
    [.../** @type {HTMLSelectElement} */ (document.getElementById("seeded")).options].map(
      ({ value }) => value,
    ),
  );
  assert.ok(/** @type {string[]} */ (tokens).includes("acme-viewer"));
  assert.match(await page.text("list-status"), /^\d+ deactivated organizations\.$/);
});

test(
  "on a real ZITADEL there are no seeded tokens to offer, and the fields are there",
  { skip: NEEDS_DEVTOOLS },
  async () => {
    await driver.sendDevToolsCommand("Network.enable", {});
    await driver.sendDevToolsCommand("Network.setBlockedURLs", { urls: ["*tokens.json"] });
    try {
      await driver.get(setting("ZITADEL_TEST_URL"));
      await page.until("the page is there", async () => (await page.find("connect")).isDisplayed());
      assert.equal(await (await page.find("seeded-field")).isDisplayed(), false);
      assert.equal(await page.text("list-status"), "Choose a token to begin.");
      await page.connect("acme-owner");
      await page.filter("");
      assert.deepEqual(
        (await page.rows()).map(({ name }) => name),
        ["ACME"],
      );
    } finally {
      await driver.sendDevToolsCommand("Network.setBlockedURLs", { urls: [] });
      await driver.manage().logs().get(logging.Type.BROWSER);
    }
  },
);

test("the list is searched, filtered and turned", async () => {
  await page.filter("", "star");
  assert.deepEqual(
    (await page.rows()).map(({ name }) => name),
    ["Stark"],
  );
  await page.filter("");
  const [first] = await page.rows();
  assert.match(await page.text("page"), /^1–10 of \d+$/);
  await page.click("#next");
  await page.untilText("page", /^11–20 of/);
  assert.notEqual((await page.rows())[0]?.id, first?.id);
  await page.click("#previous");
  await page.untilText("page", /^1–10 of/);
  assert.equal((await page.rows())[0]?.id, first?.id);
  await page.filter("", "nobody has this name");
  assert.equal(await page.text("list-status"), "There are no organizations of that name.");
  await page.fill("search", "Glob");
  await page.untilText("list-status", /^1 organizations/);
});

test("a change asks first, says what it does, and the row shows the state that was read back", async () => {
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  await page.click(Page.action(STARK));
  assert.match(
    await page.dialog("confirm"),
    /^Deactivate Stark\?\sThe users of Stark can no longer log in\./,
  );
  await page.click("#confirm-no");
  assert.equal((await page.rows())[0]?.state, "active");
  await page.click(Page.action(STARK));
  await page.confirm();
  await page.untilText("progress", /^Stark is deactivated\.$/);
  assert.deepEqual(await page.rows(), [
    { id: STARK, name: "Stark", state: "deactivated", action: "Reactivate" },
  ]);
  await page.click(Page.action(STARK));
  assert.match(await page.confirm(), /^Reactivate Stark\?\sThe users of Stark can log in again\./);
  await page.untilText("progress", /^Stark is active\.$/);
  assert.equal((await page.rows())[0]?.action, "Deactivate");
});

test("to deactivate the own organization is said to be that", async () => {
  await bring("activate", ACME);
  await page.connect("acme-owner");
  await page.filter(ACTIVE);
  await page.until("the own organization is known", async () => (await page.calls()) >= 3);
  await page.click(Page.action(ACME));
  assert.match(await page.dialog("confirm"), /the organization that the token's user belongs to/);
  await page.click("#confirm-no");
  await page.connect("iam-owner");
  await page.filter(ACTIVE, "Globex");
  await page.click(Page.action(GLOBEX));
  assert.doesNotMatch(await page.dialog("confirm"), /belongs to/);
  await page.click("#confirm-no");
});

test("without org.write a button says why it is not to be pressed", async () => {
  await page.connect("acme-viewer");
  await page.filter("", "ACME");
  const action = () =>
    driver.executeScript((/** @type {string} */ selector) => {
      const button = document.querySelector(selector);
      const why = document.getElementById(button?.getAttribute("aria-describedby") ?? "");
      return [button?.getAttribute("aria-disabled"), why?.textContent];
    }, Page.action(ACME));
  await page.until("it is disabled", async () => /** @type {any} */ (await action())[0] === "true");
  assert.deepEqual(await action(), ["true", "needs org.write"]);
  await page.click(Page.action(ACME));
  assert.equal(await page.text("list-status"), "Your token lacks the permission org.write here.");
  assert.equal(await (await page.find("confirm")).isDisplayed(), false);
  // A call of the single view, which keeps the row's button busy, does not change that.
  await page.click(`tr[data-id="${ACME}"] th button`);
  await page.press("refresh");
  assert.deepEqual(await action(), ["true", "needs org.write"]);
});

test("permissions are asked for what is in view or picked, each once", async () => {
  await page.filter("");
  const asked = async () => {
    const calls = await driver.findElements(By.css("#log b"));
    const names = await Promise.all(calls.map((call) => call.getText()));
    return names.filter((name) => name === "listMyZitadelPermissions").length;
  };
  await page.until("some are asked", async () => (await asked()) > 0);
  assert.ok((await asked()) <= 20);
});

test("many are picked and reactivated at once, with a result for each", async () => {
  await page.filter("");
  const three = (await page.rows()).slice(0, 3);
  await bring("deactivate", ...three.map(({ id }) => id));
  await page.filter("");
  for (const { id } of three) {
    await page.click(`tr[data-id="${id}"] input`);
  }
  assert.match(await page.text("bulk-status"), /^3 picked: /);
  await page.click("#bulk-run");
  assert.match(await page.confirm(), /^Reactivate 3 organizations\?/);
  await page.untilText("bulk-status", /^3 of 3 are active\.$/);
  assert.deepEqual(
    (await page.results()).sort(),
    three.map(({ name }) => `${name} reactivated`).sort(),
  );
  const states = (await page.rows()).slice(0, 3).map(({ state }) => state);
  assert.deepEqual(states, ["active", "active", "active"]);
  assert.deepEqual(
    await driver.executeScript(() => document.querySelectorAll("#rows tbody :checked").length),
    0,
  );
});

test("a bulk run is stopped, and what has not begun is reported", async () => {
  await page.filter(ACTIVE);
  await page.click("#pick-page");
  // Nothing answers until it is stopped.
  await driver.executeScript(() => {
    const { fetch } = window;
    window.fetch = (url, init) =>
      String(url).includes("ActivateOrganization")
        ? new Promise((_, reject) =>
            init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
          )
        : fetch(url, init);
  });
  await page.click("#bulk-run");
  await page.confirm();
  await page.until("it can be stopped", async () => (await page.find("bulk-stop")).isDisplayed());
  assert.equal(await driver.executeScript(() => document.activeElement?.id), "bulk-stop");
  await page.click("#bulk-stop");
  await page.untilText("bulk-status", /^0 of 10 are active, 10 are not or nobody knows\.$/);
  assert.equal((await page.results()).length, 10);
});

test("a token that is refused is asked for again, and the call goes on", async () => {
  await bring("deactivate", STARK);
  await page.connect("iam-owner");
  await page.filter("", "Stark");
  // As if it had expired meanwhile.
  await driver.executeScript(() => {
    const { fetch } = window;
    window.fetch = (url, init) => {
      const headers = /** @type {Record<string, string>} */ (init?.headers ?? {});
      const isOld = headers.authorization === "Bearer iam-owner";
      return fetch(
        url,
        isOld ? { ...init, headers: { ...headers, authorization: "Bearer old" } } : init,
      );
    };
  });
  await page.click(Page.action(STARK));
  await page.confirm();
  assert.match(await page.dialog("renew"), /Errors\.Token\.Invalid/);
  await page.fill("renew-token", "globex-owner-de");
  await page.click("#renew-yes");
  // That one may not change Stark, which the server says.
  await page.untilText("error-id", /^AUTHZ-cdgFk$/);
  await bring("activate", STARK);
});

test("one organization is deactivated, reactivated and read, with the API's answer", async () => {
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  await page.click(`tr[data-id="${STARK}"] th button`);
  assert.equal(await (await page.find("org-id")).getAttribute("value"), STARK);
  await page.press("deactivate");
  assert.equal(await page.text("badge"), "deactivated");
  await page.press("reactivate");
  assert.equal(await page.text("badge"), "active");
  const activation = await page.answer();
  assert.deepEqual(
    [activation.orgId, activation.outcome, typeof activation.changeDate],
    [STARK, "reactivated", "string"],
  );
  await page.press("refresh");
  const { org } = await page.answer();
  assert.equal(org.state, "ORG_STATE_ACTIVE");
  assert.equal(org.details.changeDate, activation.changeDate);
  assert.equal(await page.text("org-name"), "Stark (stark.localhost, 69629023906488339)");
});

test("an error shows its parts and what to do", async () => {
  await bring("activate", STARK);
  await bring("deactivate", STARK);
  await page.fill("org-id", STARK);
  await page.press("deactivate");
  assert.equal(
    await page.text("error-message"),
    "Organisation is already deactivated (EVENT-Dbs2g)",
  );
  assert.equal(await page.text("error-code"), "9 FAILED_PRECONDITION");
  assert.equal(await page.text("error-id"), "EVENT-Dbs2g");
  assert.match(await page.text("error-advice"), /Nothing to do/);
  const json = JSON.parse(await page.text("error-json"));
  assert.deepEqual(Object.keys(json), ["code", "message", "details"]);
  assert.equal(json.details[0].id, "EVENT-Dbs2g");
  await bring("activate", STARK);
});

test("an empty organization is the token's own", async () => {
  await page.connect("acme-viewer");
  await page.press("refresh");
  assert.equal((await page.answer()).org.id, ACME);
});

test("everything works by keyboard alone", async () => {
  const before = await page.calls();
  await page.fill("org-id", STARK);
  await (await page.find("org-id")).sendKeys(Key.ENTER);
  await page.until("the form is sent", async () => (await page.calls()) > before);
  const unreachable = await driver.executeScript(() =>
    [...document.querySelectorAll("input, button, select")]
      .filter((it) => /** @type {HTMLElement} */ (it).tabIndex !== 0)
      .map((it) => it.id),
  );
  assert.deepEqual(unreachable, []);
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  await page.click(Page.action(STARK));
  await page.dialog("confirm");
  // The harmless answer has the focus, and the focus comes back.
  assert.equal(await driver.executeScript(() => document.activeElement?.id), "confirm-no");
  await page.click("#confirm-no");
  const isBack = (/** @type {string} */ selector) =>
    document.activeElement === document.querySelector(selector);
  await page.until("the focus is back", async () =>
    driver.executeScript(isBack, Page.action(STARK)),
  );
});

test("curl has the call and not the token", async () => {
  await page.fill("org-id", STARK);
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
  await page.click("#show-token");
  assert.equal(await type(), "text");
  await page.click("#show-token");
  assert.equal(await type(), "password");
});

/** States that the page can be in, and how it gets there. @type {Record<string, () => Promise<unknown>>} */
const STATES = {
  "the list": () => page.filter(""),
  "an empty list": () => page.filter("", "nobody has this name"),
  "a row that may not be changed": async () => {
    await page.connect("acme-viewer");
    await page.filter("", "ACME");
    await driver.executeScript(() => document.querySelector("#rows tbody tr")?.scrollIntoView());
    await page.until("it is disabled", async () =>
      driver.executeScript(
        () => document.querySelector("[data-action]")?.getAttribute("aria-disabled") === "true",
      ),
    );
  },
  "a question": async () => {
    await page.filter("");
    await page.click("#rows [data-action]");
    await page.dialog("confirm");
  },
  "picked organizations and their results": async () => {
    await page.filter(ACTIVE);
    await page.click("#pick-page");
    await page.click("#bulk-run");
    await page.confirm();
    await page.untilText("bulk-status", /^10 of 10 are active\.$/);
  },
  "an answer": async () => {
    await page.fill("org-id", GLOBEX);
    await page.press("refresh");
  },
  "an error": async () => {
    await page.fill("org-id", "1");
    await page.press("refresh");
  },
  "a refused token": async () => {
    await page.fill("token", "acme-expired");
    await page.click("#connect");
    await page.dialog("renew");
  },
};

for (const [name, reach] of Object.entries(STATES)) {
  test(`axe-core finds nothing wrong with ${name}`, async () => {
    await reach();
    assert.deepEqual(await violations(driver), []);
  });
}

for (const scheme of ["light", "dark"]) {
  for (const [name, reach] of Object.entries(STATES)) {
    test(`${name} fits on a phone in the ${scheme} scheme`, { skip: NEEDS_DEVTOOLS }, async () => {
      await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
      await driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", {
        width: 360,
        height: 640,
        deviceScaleFactor: 1,
        mobile: true,
      });
      try {
        await reach();
        const cut = await driver.executeScript(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          const wide = [...document.querySelectorAll("body *")].filter((it) => {
            const { left, right, width } = it.getBoundingClientRect();
            const isSeen = it.checkVisibility() && !it.closest(".unseen");
            const isCut =
              it.scrollWidth > it.clientWidth + 1 &&
              getComputedStyle(it).overflowX !== "visible" &&
              it.tagName !== "SELECT" &&
              it.tagName !== "INPUT";
            return isSeen && width > 0 && (left < 0 || right > clientWidth || isCut);
          });
          return [scrollWidth, ...wide.map((it) => `${it.tagName} ${it.id} ${it.className}`)];
        });
        assert.deepEqual(cut, [360]);
        assert.deepEqual(await violations(driver), []);
      } finally {
        await driver.sendDevToolsCommand("Emulation.clearDeviceMetricsOverride", {});
        await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { features: [] });
      }
    });
  }
}

test(
  "the console stays empty: no error, no violated policy",
  { skip: NEEDS_DEVTOOLS },
  async () => {
    await page.filter(INACTIVE);
    const entries = await driver.manage().logs().get(logging.Type.BROWSER);
    assert.deepEqual(
      entries.map((entry) => entry.message),
      [],
    );
  },
);
