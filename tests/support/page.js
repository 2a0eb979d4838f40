// The demo page, as a person uses it.

import { By, until } from "selenium-webdriver";

const WAIT_MS = 20_000;

/** The demo page in a browser. */
export class Page {
  /** @param {import("selenium-webdriver").WebDriver} driver */
  constructor(driver) {
    this.driver = driver;
  }

  /** Opens the page and waits until it has listed. @param {string} url */
  async open(url) {
    await this.driver.get(url);
    await this.driver.wait(until.elementLocated(By.css("#rows tbody tr")), WAIT_MS);
  }

  /** @param {string} id */
  find(id) {
    return this.driver.findElement(By.id(id));
  }

  /** @param {string} id */
  async text(id) {
    return (await this.find(id)).getText();
  }

  /**
   * @param {string} id
   * @param {string} text
   */
  async fill(id, text) {
    const field = await this.find(id);
    await field.clear();
    if (text) {
      await field.sendKeys(text);
    }
  }

  /** Presses a button, wherever it is; WebKit's driver loses a real click now and then. @param {string} selector */
  async click(selector) {
    await this.driver.executeScript((/** @type {string} */ selector) => {
      const button = document.querySelector(selector);
      if (!(button instanceof HTMLElement)) throw new Error(`there is no ${selector}`);
      button.focus();
      button.click();
    }, selector);
  }

  /**
   * Waits until something is so.
   *
   * @param {string} what
   * @param {() => Promise<boolean>} isSo
   */
  until(what, isSo) {
    return this.driver.wait(() => isSo().catch(() => false), WAIT_MS, `never: ${what}`);
  }

  /** Waits for a text. @param {string} id @param {RegExp} text */
  async untilText(id, text) {
    await this.until(`${id} is ${text}`, async () => text.test(await this.text(id)));
    return this.text(id);
  }

  /** Calls with another of the seeded tokens, or one of one's own. @param {string} token */
  async connect(token) {
    await this.fill("token", token);
    await this.click("#connect");
    await this.untilListed();
  }

  async untilListed() {
    await this.until("listed", async () => {
      const status = await this.find("list-status");
      return (
        (await status.getAttribute("data-busy")) === null && (await status.getText()).endsWith(".")
      );
    });
  }

  /** Shows organizations of a state and name. @param {string} state @param {string} [name] */
  async filter(state, name = "") {
    await this.driver.executeScript(
      (/** @type {string} */ state, /** @type {string} */ name) => {
        const search = /** @type {HTMLInputElement} */ (document.getElementById("search"));
        const filter = /** @type {HTMLSelectElement} */ (document.getElementById("state"));
        search.value = name;
        filter.value = state;
        // The list of before is not to be taken for this one.
        /** @type {HTMLElement} */ (document.getElementById("list-status")).textContent = "";
        filter.dispatchEvent(new Event("change"));
      },
      state,
      name,
    );
    await this.untilListed();
  }

  /** The rows that are shown: name, state and button of each. @returns {Promise<{ id: string, name: string, state: string, action: string }[]>} */
  rows() {
    return this.driver.executeScript(() =>
      [...document.querySelectorAll("#rows tbody tr")].map((row) => ({
        id: /** @type {HTMLElement} */ (row).dataset.id,
        name: row.querySelector("th button")?.textContent,
        state: row.querySelector(".badge")?.textContent,
        action: row.querySelector("[data-action]")?.textContent,
      })),
    );
  }

  /** The selector of the button of a row. @param {string} id */
  static action(id) {
    return `tr[data-id="${id}"] [data-action]`;
  }

  /** The results of a bulk run. @returns {Promise<string[]>} */
  results() {
    return this.driver.executeScript(() =>
      [...document.querySelectorAll("#bulk-results li")].map((it) => it.textContent),
    );
  }

  /** Presses yes in the dialog that asks, whose text it returns. */
  async confirm() {
    const text = await this.dialog("confirm");
    await this.click("#confirm-yes");
    return text;
  }

  /** The text of a dialog, once it is open. @param {string} id */
  async dialog(id) {
    await this.until(`${id} opens`, async () => (await this.find(id)).isDisplayed());
    return (await this.find(id)).getText();
  }

  /** Presses a button of the single view, confirms a change and waits for the end. @param {"reactivate" | "deactivate" | "refresh"} id */
  async press(id) {
    const before = await this.calls();
    await this.click(`#${id}`);
    if (id !== "refresh") {
      await this.confirm();
    }
    await this.until(
      `${id} ends`,
      async () => (await this.calls()) > before && !(await this.isBusy()),
    );
  }

  /** Whether a call of the single view is under way. */
  async isBusy() {
    return (await (await this.find("progress")).getAttribute("data-busy")) !== null;
  }

  /** How many calls the log lists. */
  async calls() {
    return (await this.driver.findElements(By.css("#log li"))).length;
  }

  /** The answer that is shown. */
  async answer() {
    return JSON.parse(await this.text("json"));
  }
}
