// The demo page in a browser, against the dev server, with checks of its accessibility by axe-core.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { By, Key, logging } from "selenium-webdriver";

import { violations } from "../support/axe.js";
import { NEEDS_DEVTOOLS, openBrowser } from "../support/browser.js";
import { startDevServer } from "../support/devserver.js";
import { listed, bring as bringAt, listResponse } from "../support/organizations.js";
import { Page } from "../support/page.js";

const STARK = "69629023906488339";
const ACME = "69629023906488334";
const GLOBEX = "69629023906488335";
const UMBRELLA = "69629023906488338";
const INACTIVE = "ORGANIZATION_STATE_INACTIVE";
const ACTIVE = "ORGANIZATION_STATE_ACTIVE";

/** Has DevTools in Chromium only. @type {import("selenium-webdriver/chrome.js").Driver} */
let driver;
/** @type {Page} */
let page;
/** @type {Awaited<ReturnType<typeof startDevServer>>} */
let server;

before(async () => {
  server = await startDevServer(1000);
  driver = /** @type {typeof driver} */ (await openBrowser());
  page = new Page(driver);
});

beforeEach(() => page.open(server.url));

after(async () => {
  await driver?.quit();
  await server?.stop();
});

/** Changes organizations without the page. @param {"activate" | "deactivate"} change @param {string[]} ids */
const bring = (change, ...ids) => bringAt(server.url, change, ...ids);

test("deactivated organizations are listed with a seeded token on first load", async () => {
  await bring("deactivate", STARK, UMBRELLA);
  await page.open(server.url);
  const rows = await page.rows();
  assert.ok(rows.length > 0 && rows.length <= 50);
  assert.ok(rows.every(({ state, action }) => state === "deactivated" && action === "Reactivate"));
  const tokens = await driver.executeScript(() =>
    [.../** @type {HTMLSelectElement} */ (document.getElementById("seeded")).options].map(
      ({ value }) => value,
    ),
  );
  assert.ok(/** @type {string[]} */ (tokens).includes("acme-viewer"));
  assert.match(await page.text("list-status"), /^\d+ deactivated organizations\.$/);
});

test("the page works without seeded tokens", { skip: NEEDS_DEVTOOLS }, async () => {
  await driver.sendDevToolsCommand("Network.enable", {});
  await driver.sendDevToolsCommand("Network.setBlockedURLs", { urls: ["*tokens.json"] });
  try {
    await driver.get(server.url);
    await page.until("the page is loaded", async () => (await page.find("connect")).isDisplayed());
    assert.equal(await (await page.find("seeded-field")).isDisplayed(), false);
    assert.equal(await page.text("list-status"), "Press “List organizations”.");
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
});

test("the list can be searched, filtered and paged", async () => {
  await page.filter("", "star");
  assert.deepEqual(
    (await page.rows()).map(({ name }) => name),
    ["Stark"],
  );
  await page.filter("");
  const [first] = await page.rows();
  assert.match(await page.text("page"), /^1–50 of \d+$/);
  await page.click("#next");
  await page.untilText("page", /^51–100 of/);
  assert.notEqual((await page.rows())[0]?.id, first?.id);
  await page.click("#previous");
  await page.untilText("page", /^1–50 of/);
  assert.equal((await page.rows())[0]?.id, first?.id);
  await page.filter("", "no such name");
  assert.equal(await page.text("list-status"), "There are no organizations with that name.");
  await page.fill("search", "Glob");
  await page.untilText("list-status", /^1 organization\.$/);
});

test("a change needs a confirmation and shows the new state in its row", async () => {
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

test("deactivating your own organization shows a warning", async () => {
  await bring("activate", ACME);
  await page.connect("acme-owner");
  await page.filter(ACTIVE);
  await page.untilText("own", /ACME/);
  await page.click(Page.action(ACME));
  assert.match(await page.dialog("confirm"), /This is your own organization\./);
  await page.click("#confirm-no");
  await page.connect("iam-owner");
  await page.filter(ACTIVE, "Globex");
  await page.click(Page.action(GLOBEX));
  assert.doesNotMatch(await page.dialog("confirm"), /your own organization/);
  await page.click("#confirm-no");
});

test("a disabled button says that org.write is missing", async () => {
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
  // A call of the single view marks the row's button as busy for a while.
  await page.click(`tr[data-id="${ACME}"] th button`);
  await page.press("refresh");
  assert.deepEqual(await action(), ["true", "needs org.write"]);
});

test("permissions are read once, and for visible rows only", async () => {
  await page.filter("");
  const reads = async () => {
    const calls = await driver.findElements(By.css("#log b"));
    const names = await Promise.all(calls.map((call) => call.getText()));
    return names.filter((name) => name === "listMyZitadelPermissions").length;
  };
  await page.until("some are read", async () => (await reads()) > 0);
  assert.ok((await reads()) <= 20);
});

test("selected organizations are reactivated with one result each", async () => {
  await page.filter("");
  const three = (await page.rows()).slice(0, 3);
  await bring("deactivate", ...three.map(({ id }) => id));
  await page.filter("");
  for (const { id } of three) {
    await page.click(`tr[data-id="${id}"] input`);
  }
  assert.match(await page.text("bulk-status"), /^3 selected: /);
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

test("a stopped bulk run reports every organization", async () => {
  await page.filter(ACTIVE);
  await page.click("#pick-page");
  await hang("ActivateOrganization");
  await page.click("#bulk-run");
  await page.confirm();
  await page.until("the stop button appears", async () =>
    (await page.find("bulk-stop")).isDisplayed(),
  );
  assert.equal(await driver.executeScript(() => document.activeElement?.id), "bulk-stop");
  await page.click("#bulk-stop");
  await page.untilText("bulk-status", /^0 of 50 are active, 50 failed or unknown\.$/);
  assert.equal((await page.results()).length, 50);
});

test("another token stops a bulk run", async () => {
  await page.filter(INACTIVE);
  await hang("ActivateOrganization");
  await page.click("#pick-page");
  await page.click("#bulk-run");
  await page.confirm();
  await page.until("the run starts", async () => (await page.find("bulk-stop")).isDisplayed());
  await page.connect("acme-owner");
  await page.until("the run ends", async () =>
    /ensureOrgsActive/.test(await (await page.find("log")).getText()),
  );
  assert.equal(await (await page.find("bulk")).isDisplayed(), false);
  assert.deepEqual(await page.results(), []);
});

test("a rejected token can be replaced during a call", async () => {
  await bring("deactivate", STARK);
  await page.connect("iam-owner");
  await page.filter("", "Stark");
  // Otherwise the row's permissions could be the call that needs the new token.
  await driver.executeScript(() => document.querySelector("#rows tbody tr")?.scrollIntoView());
  await page.until("the permissions are read", async () =>
    (await page.text("log")).includes(`listMyZitadelPermissions ${STARK} OK`),
  );
  // The token expires.
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
  // The new token has no role in Stark.
  await page.untilText("error-id", /^AUTHZ-cdgFk$/);
  await page.untilText("list-status", /^1 organization, not visible with this token\.$/);
  await bring("activate", STARK);
});

/** Leaves an RPC without a response until its signal ends it. @param {string} rpc */
const hang = (rpc) =>
  page.intercept(
    rpc,
    (_send, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  );

/** Replaces the server's response with an error. @param {string} rpc */
const refuse = (rpc) =>
  page.intercept(rpc, async () => {
    const status = { "grpc-status": "7", "grpc-message": "No permission (AUTH-AWfge)" };
    return new Response(null, { headers: { "content-type": "application/grpc-web", ...status } });
  });

/** Returns the part of a row that a selector finds. @param {string} id @param {string} selector @returns {Promise<string>} */
const inRow = (id, selector) =>
  driver.executeScript(
    (/** @type {string} */ selector) => document.querySelector(selector)?.textContent,
    `tr[data-id="${id}"] ${selector}`,
  );

/** Deactivates about 100 organizations and lists them. @returns {Promise<string[]>} their ids in the list's order */
async function deactivateFoods() {
  const ids = await listed(server.url, "Foods");
  await bring("deactivate", ...ids);
  await page.filter(INACTIVE, "Foods");
  assert.equal(await page.text("list-status"), `${ids.length} deactivated organizations.`);
  return ids;
}

const ids = async () => (await page.rows()).map(({ id }) => id);

test("a bulk run is followed by a new list at the same offset", async () => {
  const all = await deactivateFoods();
  const size = (await page.rows()).length;
  assert.equal(await page.reactivatePage(), `${size} of ${size} are active.`);
  assert.equal(await page.text("list-status"), `${all.length - size} deactivated organizations.`);
  assert.deepEqual(await ids(), all.slice(size, 2 * size));
  assert.equal((await page.results()).length, size);
});

test("the list steps back if a bulk run has emptied its page", async () => {
  const all = await deactivateFoods();
  const size = (await page.rows()).length;
  const last = all.length - (all.length % size || size);
  for (let from = size; from <= last; from += size) {
    await page.click("#next");
    await page.untilText("page", new RegExp(`^${from + 1}–`));
  }
  await page.reactivatePage();
  assert.deepEqual(await ids(), all.slice(last - size, last));
  assert.equal(await page.text("list-status"), `${last} deactivated organizations.`);
});

test("the next page skips no organization after a row's change", async () => {
  const all = await deactivateFoods();
  const size = (await page.rows()).length;
  await page.click(Page.action(all[0] ?? ""));
  await page.confirm();
  await page.untilText("progress", /is active\.$/);
  assert.equal(await page.text("list-status"), `${all.length - 1} deactivated organizations.`);
  await page.click("#next");
  await page.untilListed();
  assert.equal((await ids())[0], all[size]);
});

test("pages without a visible organization are skipped", async () => {
  await page.connect("globex-owner-de");
  await page.filter("");
  assert.deepEqual(await ids(), [GLOBEX]);
  await page.click("#next");
  await page.untilListed();
  assert.deepEqual(await ids(), [GLOBEX]);
  assert.equal(await (await page.find("next")).getAttribute("aria-disabled"), "true");
  await page.click("#previous");
  await page.untilListed();
  assert.deepEqual(await ids(), [GLOBEX]);
  await page.connect("initech-nobody");
  assert.match(
    await page.text("list-status"),
    /^\d+ organizations, not visible with this token\.$/,
  );
});

test("a full page has a next one although the total is the page's length", async () => {
  await page.filter("");
  await page.intercept(
    "ListOrganizations",
    async (_send, _init, pages) => {
      const hex = /** @type {string} */ (pages.shift());
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
      return new Response(bytes, { headers: { "content-type": "application/grpc-web+proto" } });
    },
    [listResponse(50, 50), listResponse(7, 7)],
  );
  await page.connect("iam-owner");
  assert.equal(await page.text("list-status"), "At least 50 organizations.");
  await page.click("#next");
  await page.untilText("list-status", /^57 organizations\.$/);
  assert.equal(await page.text("page"), "51–57 of 57");
  assert.equal(await (await page.find("next")).getAttribute("aria-disabled"), "true");
});

/** Has the next list returned again and again, as by a list that lags. */
const freezeList = () =>
  page.intercept("ListOrganizations", async (send) => {
    const { window } = /** @type {any} */ ({ window: globalThis });
    window.frozen ??= send();
    return (await window.frozen).clone();
  });

test("a row that the list leaves behind shows the state after the change", async () => {
  const [first = "", ...others] = (await listed(server.url, "Motors")).slice(0, 3);
  await bring("deactivate", first, ...others);
  await freezeList();
  await page.filter(INACTIVE, "Motors");
  const total = Number.parseInt(await page.text("list-status"));
  await page.click(`tr[data-id="${first}"] input`);
  await page.click("#bulk-run");
  await page.confirm();
  await page.untilText("bulk-status", /^1 of 1 are active\.$/);
  await page.filter(INACTIVE, "Motors");
  assert.equal(await inRow(first, ".badge"), "active");
  assert.equal(await inRow(first, "[data-action]"), "Deactivate");
  assert.equal(await inRow(first, ".stale"), "The list still says “deactivated”.");
  assert.equal(await page.text("list-status"), `${total - 1} deactivated organizations.`);
  await page.click(`tr[data-id="${first}"] th button`);
  assert.equal(await page.text("badge"), "active");
  // The list can also be wrong before the run, which then changes nothing.
  const [second = ""] = others;
  await bring("activate", second);
  await page.click(`tr[data-id="${second}"] input`);
  await page.click("#bulk-run");
  await page.confirm();
  await page.untilText("bulk-status", /^1 of 1 are active\.$/);
  assert.match((await page.results())[0] ?? "", / was active$/);
  await page.filter(INACTIVE, "Motors");
  assert.equal(await inRow(second, ".badge"), "active");
  assert.equal(await inRow(second, ".stale"), "The list still says “deactivated”.");
  // A change by someone else is newer than the page's own.
  await page.fill("org-id", first);
  await bring("deactivate", first);
  await page.press("refresh");
  assert.equal(await page.text("badge"), "deactivated");
  assert.equal(await inRow(first, ".badge"), "deactivated");
});

test("the single view shows the state after a bulk run", async () => {
  await bring("activate", STARK);
  await page.filter("", "Stark");
  await page.click(Page.action(STARK));
  await page.confirm();
  await page.untilText("progress", /^Stark is deactivated\.$/);
  await page.reactivatePage();
  assert.equal(await page.text("badge"), "active");
  assert.equal(await page.text("progress"), "Stark is active.");
  assert.equal(await page.text("json"), "");
});

test("an organization that is deactivated already is a success", async () => {
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  // Chromium repeats a request if the connection closes before the response.
  await page.intercept("DeactivateOrganization", async (send) => {
    await send();
    return send();
  });
  await page.click(Page.action(STARK));
  await page.confirm();
  await page.untilText("progress", /^Stark is deactivated\. It already was/);
  assert.equal((await page.rows())[0]?.state, "deactivated");
  assert.equal(await (await page.find("error")).isDisplayed(), false);
  assert.equal((await page.response()).details[0].id, "EVENT-Dbs2g");
  await bring("activate", STARK);
});

test("a lost response to a deactivation is settled by a read", async () => {
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  await page.intercept("DeactivateOrganization", async (send) => {
    await send();
    throw new TypeError("the connection was lost");
  });
  await page.click(Page.action(STARK));
  await page.confirm();
  await page.untilText("progress", /^Stark is deactivated\. The response was lost/);
  await bring("activate", STARK);
});

test("a removed organization is shown as removed", async () => {
  await page.fill("org-id", UMBRELLA);
  await page.press("refresh");
  assert.equal(await page.text("badge"), "removed");
  assert.equal(await page.text("progress"), "Umbrella is removed.");
});

/** Returns the parts of the page that belong to the organization in view. */
const view = async () =>
  Promise.all(["badge", "org-name", "json", "error-message", "progress"].map(shownText));
/** @param {string} id */
const shownText = async (id) => {
  const [found] = await driver.findElements(By.id(id));
  return (await found?.getText()) ?? "";
};
const EMPTY = ["", "", "", "", ""];

test("another organization id removes the previous organization", async () => {
  await page.fill("org-id", STARK);
  await page.press("refresh");
  assert.equal(await page.text("org-name"), "Stark (stark.localhost, 69629023906488339)");
  await page.fill("org-id", "1");
  assert.deepEqual(await view(), EMPTY);
  await page.press("refresh");
  assert.equal(await page.text("error-id"), "AUTH-Bs7Ds");
  assert.equal(await page.text("org-name"), "");
  await page.click("#rows th button");
  assert.equal(await shownText("error-message"), "");
});

test("another token clears everything the previous one could see", async () => {
  await page.filter(INACTIVE);
  await page.click("#rows tbody input");
  await page.click("#bulk-run");
  await page.confirm();
  await page.untilText("bulk-status", /^1 of 1 are active\.$/);
  await page.fill("org-id", STARK);
  await page.press("refresh");
  await page.connect("acme-owner");
  assert.deepEqual(await view(), EMPTY);
  assert.deepEqual(await page.results(), []);
  assert.equal(await (await page.find("bulk")).isDisplayed(), false);
  assert.equal(await (await page.find("org-id")).getAttribute("value"), "");
  await page.filter("");
  await page.untilText("own", /ACME/);
  // The rows belong to the address and token in the fields, so a change of these removes them.
  await page.fill("base-url", "https://zitadel.example.com");
  assert.deepEqual(await page.rows(), []);
  assert.equal(await page.text("own"), "");
  assert.equal(await page.text("list-status"), "Press “List organizations”.");
});

test("a failed list leaves no rows, and its error is shown there", async () => {
  await page.filter("");
  await refuse("ListOrganizations");
  await page.filter(ACTIVE);
  assert.deepEqual(await page.rows(), []);
  assert.equal(await page.text("list-status"), "The organizations could not be listed.");
  assert.equal(await shownText("list-error-code"), "7 PERMISSION_DENIED");
  assert.equal(await shownText("error-code"), "");
  for (const id of ["previous", "next"]) {
    assert.equal(await (await page.find(id)).getAttribute("aria-disabled"), "true");
  }
});

test("the outcome of a row's button is shown in its row", async () => {
  await bring("deactivate", STARK);
  await page.filter(INACTIVE, "Stark");
  await refuse("ActivateOrganization");
  const scrolled = () => driver.executeScript(() => scrollY);
  await page.click(Page.action(STARK));
  const before = await scrolled();
  await page.confirm();
  await page.until("an outcome", async () => /failed/.test(await inRow(STARK, ".outcome")));
  assert.equal(
    await inRow(STARK, ".outcome"),
    "Request failed. PERMISSION_DENIED: No permission (AUTH-AWfge)",
  );
  assert.equal(await scrolled(), before);
  await page.filter(INACTIVE, "Stark");
  await hang("ActivateOrganization");
  await page.click(Page.action(STARK));
  await page.confirm();
  await page.until("it is busy", async () => /^Reactivating/.test(await inRow(STARK, ".outcome")));
  await page.filter("", "Hooli");
  const [{ id = "" } = {}] = await page.rows();
  await page.click(Page.action(id));
  assert.equal(await inRow(id, ".outcome"), "Another call is in progress.");
  assert.equal(await (await page.find("confirm")).isDisplayed(), false);
  await page.click("#cancel");
  await page.until("it has ended", async () => !(await page.isBusy()));
});

test("a rejected token that is not replaced fails the list", async () => {
  await page.fill("token", "acme-expired");
  await page.click("#connect");
  await page.dialog("renew");
  await page.click("#renew-no");
  await page.untilText("list-status", /could not be listed/);
  assert.equal(await page.text("list-error-id"), "AUTH-7fs1e");
  assert.match(await page.text("list-error-advice"), /^Get a new token\./);
  assert.doesNotMatch(await page.text("list"), /nothing was sent/i);
  // The cancelled dialog may be the first of two, for the own organization.
  await page.click("#connect");
  await page.dialog("renew");
  await page.fill("renew-token", "acme-owner");
  await (await page.find("renew-token")).sendKeys(Key.ENTER);
  await page.untilListed();
  await page.untilText("own", /ACME/);
});

test("the single view shows each call's response", async () => {
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  await page.click(`tr[data-id="${STARK}"] th button`);
  assert.equal(await (await page.find("org-id")).getAttribute("value"), STARK);
  await page.press("deactivate");
  assert.equal(await page.text("badge"), "deactivated");
  await page.press("reactivate");
  assert.equal(await page.text("badge"), "active");
  const activation = await page.response();
  assert.deepEqual(
    [activation.orgId, activation.outcome, typeof activation.changeDate],
    [STARK, "reactivated", "string"],
  );
  await page.press("refresh");
  const { org } = await page.response();
  assert.equal(org.state, "ORG_STATE_ACTIVE");
  assert.equal(org.details.changeDate, activation.changeDate);
  assert.equal(await page.text("org-name"), "Stark (stark.localhost, 69629023906488339)");
});

test("an error shows code and id first, then the message and advice", async () => {
  await page.fill("org-id", "1");
  await page.press("deactivate");
  const parts = /** @type {string[]} */ (
    await driver.executeScript(() =>
      [...document.querySelectorAll("#error :is(h3, dt, dd, p)")].map(
        (element) => element.textContent,
      ),
    )
  );
  assert.deepEqual(parts.slice(0, 7), [
    "Request failed",
    "Code",
    "5 NOT_FOUND",
    "Id",
    "ORG-oL9nT",
    await page.text("error-message"),
    "There is no such organization, or it was removed. Check the id.",
  ]);
  assert.match(await page.text("error-message"), / \(ORG-oL9nT\)$/);
  // gRPC-Web responds to failed calls with HTTP 200, which would mislead.
  assert.doesNotMatch(await page.text("error"), /\b200\b/);
  const json = JSON.parse(await page.text("error-json"));
  assert.deepEqual(Object.keys(json), ["code", "message", "details"]);
  assert.equal(json.details[0].id, "ORG-oL9nT");
});

test("an empty organization id stands for your own organization", async () => {
  await page.connect("acme-viewer");
  await page.press("refresh");
  assert.equal((await page.response()).org.id, ACME);
});

test("every control works with the keyboard", async () => {
  const before = await page.calls();
  await page.fill("org-id", STARK);
  await (await page.find("org-id")).sendKeys(Key.ENTER);
  await page.until("the form is submitted", async () => (await page.calls()) > before);
  const unreachable = await driver.executeScript(() =>
    [...document.querySelectorAll("input, button, select")]
      .filter((control) => /** @type {HTMLElement} */ (control).tabIndex !== 0)
      .map(({ id }) => id),
  );
  assert.deepEqual(unreachable, []);
  await bring("activate", STARK);
  await page.filter(ACTIVE, "Stark");
  await page.click(Page.action(STARK));
  await page.dialog("confirm");
  // Cancel has the focus. Afterwards, the row's button has it again.
  assert.equal(await driver.executeScript(() => document.activeElement?.id), "confirm-no");
  await page.click("#confirm-no");
  const isBack = (/** @type {string} */ selector) =>
    document.activeElement === document.querySelector(selector);
  await page.until("the focus is back", async () =>
    driver.executeScript(isBack, Page.action(STARK)),
  );
});

/** Copies the last call as a curl command. @returns {Promise<string>} */
const copyCurl = () =>
  driver.executeAsyncScript(function () {
    const done = arguments[arguments.length - 1];
    navigator.clipboard.writeText = (/** @type {string} */ text) => Promise.resolve(done(text));
    document.getElementById("copy-curl")?.click();
  });

test("curl repeats the call that was made, without the token", async () => {
  await page.fill("org-id", STARK);
  await page.press("reactivate");
  const change = await copyCurl();
  assert.match(change, new RegExp(`^curl 'http:.*/v2/organizations/${STARK}/activate'`));
  assert.match(change, /Authorization: Bearer \$TOKEN/);
  assert.ok(!change.includes("iam-owner"));
  await page.press("refresh");
  const read = await copyCurl();
  assert.match(read, /^curl 'http:.*\/management\/v1\/orgs\/me' /);
  assert.match(read, new RegExp(`x-zitadel-orgid: ${STARK}`));
  assert.doesNotMatch(read, / -d /);
});

test("curl and the calls follow the server's version", async () => {
  /** @param {string} host */
  const open = async (host) => {
    const url = server.url.replace("127.0.0.1", `${host}.localhost`);
    await page.fill("base-url", url);
    await page.fill("org-id", STARK);
  };
  await open("v4-6");
  await page.press("deactivate");
  assert.equal(await page.text("badge"), "deactivated");
  assert.match(await copyCurl(), /^curl 'http:.*\/management\/v1\/orgs\/me\/_deactivate'/);
  await page.press("reactivate");
  assert.equal(await page.text("badge"), "active");
  const reactivation = await copyCurl();
  assert.match(reactivation, /^curl 'http:.*\/management\/v1\/orgs\/me\/_reactivate'/);
  assert.match(reactivation, new RegExp(`x-zitadel-orgid: ${STARK}`));
  await open("without-v1");
  await page.press("refresh");
  assert.equal(await page.text("badge"), "active");
  const search = await copyCurl();
  assert.match(search, /^curl 'http:.*\/v2\/organizations\/_search'/);
  assert.ok(search.includes(`-d '{"queries":[{"idQuery":{"id":"${STARK}"}}]}'`));
  if (!NEEDS_DEVTOOLS) {
    // Chromium's console reports the HTTP status of the calls that these servers do not have.
    await driver.manage().logs().get(logging.Type.BROWSER);
  }
});

test("the log names every call, reads included", async () => {
  await bring("deactivate", STARK);
  await page.filter(INACTIVE, "Stark");
  const before = await page.calls();
  await page.click(Page.action(STARK));
  await page.confirm();
  await page.untilText("progress", /^Stark is active\.$/);
  const lines = /** @type {string[]} */ (
    await driver.executeScript(() =>
      [...document.querySelectorAll("#log li")].map((entry) => entry.textContent),
    )
  );
  const added = lines
    .slice(0, lines.length - before)
    .filter((line) => !line.startsWith("listMyZitadelPermissions"))
    .map((line) => line.replace(/[ ,]+\d+\.\d ms.*/, ""));
  assert.deepEqual(added, [
    `getMyOrg ${STARK} OK`,
    `ensureOrgActive ${STARK} OK ActivateOrganization`,
  ]);
});

test("a long log keeps its numbers readable", async () => {
  const [numbers, isCut] = /** @type {[number[], boolean]} */ (
    await driver.executeAsyncScript(async function () {
      const done = arguments[arguments.length - 1];
      const progress = document.getElementById("progress");
      for (let count = 0; count < 110; count++) {
        document.getElementById("refresh")?.click();
        while (progress?.hasAttribute("data-busy")) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      const log = /** @type {HTMLElement} */ (document.getElementById("log"));
      const items = /** @type {HTMLLIElement[]} */ ([...log.children]);
      const { font, listStylePosition } = getComputedStyle(log);
      const context = /** @type {any} */ (document.createElement("canvas").getContext("2d"));
      context.font = font;
      const room = parseFloat(getComputedStyle(log).paddingLeft);
      const isCut = listStylePosition === "outside" && context.measureText("110. ").width > room;
      done([items.map(({ value }) => value), isCut]);
    })
  );
  assert.ok((numbers[0] ?? 0) > 110);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) - index),
  );
  assert.equal(isCut, false);
});

test("the token is masked unless it is shown", async () => {
  const type = async () => (await page.find("token")).getAttribute("type");
  assert.equal(await type(), "password");
  await page.click("#show-token");
  assert.equal(await type(), "text");
  await page.click("#show-token");
  assert.equal(await type(), "password");
});

/** Brings the page into a state. @type {Record<string, () => Promise<unknown>>} */
const STATES = {
  "the list": () => page.filter(""),
  "an empty list": () => page.filter("", "no such name"),
  "a row without permission": async () => {
    await page.connect("acme-viewer");
    await page.filter("", "ACME");
    await driver.executeScript(() => document.querySelector("#rows tbody tr")?.scrollIntoView());
    await page.until("it is disabled", async () =>
      driver.executeScript(
        () => document.querySelector("[data-action]")?.getAttribute("aria-disabled") === "true",
      ),
    );
  },
  "a confirmation": async () => {
    await page.filter("");
    await page.click("#rows [data-action]");
    await page.dialog("confirm");
  },
  "bulk results": async () => {
    await page.filter(ACTIVE);
    await page.click("#pick-page");
    await page.click("#bulk-run");
    await page.confirm();
    await page.untilText("bulk-status", /^50 of 50 are active\.$/);
  },
  "a response": async () => {
    await page.fill("org-id", GLOBEX);
    await page.press("refresh");
  },
  "an error": async () => {
    await page.fill("org-id", "1");
    await page.press("refresh");
  },
  "a failed list": async () => {
    await page.intercept("ListOrganizations", async () => new Response("", { status: 503 }));
    await page.filter("");
  },
  "a row's outcome": async () => {
    await refuse("ActivateOrganization");
    await page.filter(INACTIVE);
    await page.click("#rows [data-action]");
    await page.confirm();
    await page.until("the error is shown", async () => (await page.find("error")).isDisplayed());
  },
  "a rejected token": async () => {
    await page.fill("token", "acme-expired");
    await page.click("#connect");
    await page.dialog("renew");
  },
};

for (const [name, reach] of Object.entries(STATES)) {
  test(`axe-core finds no violation in ${name}`, async () => {
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
          const wide = [...document.querySelectorAll("body *")].filter((element) => {
            const { left, right, width } = element.getBoundingClientRect();
            const isSeen = element.checkVisibility() && !element.closest(".unseen");
            const isCut =
              element.scrollWidth > element.clientWidth + 1 &&
              getComputedStyle(element).overflowX !== "visible" &&
              element.tagName !== "SELECT" &&
              element.tagName !== "INPUT";
            return isSeen && width > 0 && (left < 0 || right > clientWidth || isCut);
          });
          return [
            scrollWidth,
            ...wide.map(({ tagName, id, className }) => `${tagName} ${id} ${className}`),
          ];
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

test("the browser console stays empty", { skip: NEEDS_DEVTOOLS }, async () => {
  await page.filter(INACTIVE);
  const entries = await driver.manage().logs().get(logging.Type.BROWSER);
  assert.deepEqual(
    entries.map((entry) => entry.message),
    [],
  );
});
