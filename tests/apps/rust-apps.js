// The Rust apps in examples/, which depend on the crate. `cargo xtask build --examples` builds them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { Page } from "../support/page.js";

const HOOLI = "69629023906488337";

/** The folder of each app, which is also the name of its framework's crate. */
export const RUST_APPS = { Leptos: "leptos", Yew: "yew" };

/** Returns an app's locked version of its framework. @param {string} folder */
export function versionOf(folder) {
  const lock = readFileSync(`examples/${folder}/Cargo.lock`, "utf8");
  return new RegExp(`^name = "${folder}"\nversion = "(.*)"`, "m").exec(lock)?.[1] ?? "";
}

/** Checks that the app's module has no JavaScript exports of the crate. @param {string} folder */
export async function exportsNothing(folder) {
  const module = await WebAssembly.compile(readFileSync(`target/examples/${folder}/app_bg.wasm`));
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.ok(names.includes("main"), String(names));
  const crateExports = names.filter((name) => /org|zitadel|permissions/i.test(name));
  assert.deepEqual(crateExports, []);
  const glue = readFileSync(`target/examples/${folder}/app.js`, "utf8");
  assert.doesNotMatch(glue, /ZitadelError|export function \w*[Oo]rg/);
}

/**
 * Uses the app as a person would: reactivates an organization twice, then makes calls that fail.
 *
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {string} url - of the app
 * @param {string} api - of the dev server
 */
export async function useApp(driver, url, api) {
  const deactivated = await fetch(`${api}/v2/organizations/${HOOLI}/deactivate`, {
    method: "POST",
    headers: { authorization: "Bearer iam-owner", "content-type": "application/json" },
    body: "{}",
  });
  assert.ok([200, 400].includes(deactivated.status));
  await driver.get(url);
  const page = new Page(driver);
  await page.until("the app is rendered", async () =>
    (await page.find("reactivate")).isDisplayed(),
  );
  /** @param {string} token @param {RegExp} expected */
  const press = async (token, expected) => {
    await page.fill("token", token);
    await page.click("#reactivate");
    await page.untilText("result", expected);
  };
  await page.fill("base-url", api);
  await page.fill("org-id", HOOLI);
  await press("iam-owner", /^Hooli has been reactivated: ORG_STATE_ACTIVE$/);
  await press("iam-owner", /^Hooli was active already: ORG_STATE_ACTIVE$/);
  await press(
    "acme-owner",
    /membership not found \(AUTHZ-cdgFk\).* Check the id and the user's role there\.$/,
  );
  await press("garbage", /AUTH-7fs1e.* Log in again and use the new token\.$/);
  await press("a b", /token must be non-empty printable ASCII without whitespace\./);
}
