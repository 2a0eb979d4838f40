// The demo page, driven like a user does.

import { By, until } from "selenium-webdriver";

const WAIT_MS = 20_000;

/** The demo page in a browser. */
export class Page {
  /** @param {import("selenium-webdriver").WebDriver} driver */
  constructor(driver) {
    this.driver = driver;
  }

  /** Opens the page and waits for the first list. @param {string} url */
  async open(url) {
    await this.driver.get(url);
    await this.driver.wait(until.elementLocated(By.css("#rows tbody tr")), WAIT_MS);
  }

  /**
   * Handles the page's requests of an RPC. `handle` runs in the page; its first argument sends the request.
   *
   * @param {string} rpc
   * @param {(send: () => Promise<Response>, init: RequestInit, ...args: any[]) => Promise<Response>} handle
   * @param {any[]} args
   */
  intercept(rpc, handle, ...args) {
    return this.driver.executeScript(
      `const [rpc, args] = arguments;
       const { fetch } = window;
       const handle = ${handle};
       window.fetch = (url, init) =>
         String(url).endsWith("/" + rpc) ? handle(() => fetch(url, init), init, ...args) : fetch(url, init);`,
      rpc,
      args,
    );
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

  /** Clicks a button by script, because WebKit's driver sometimes loses a real click. @param {string} selector */
  async click(selector) {
    await this.driver.executeScript((/** @type {string} */ selector) => {
      const button = document.querySelector(selector);
      if (!(button instanceof HTMLElement)) throw new Error(`${selector} is missing`);
      button.focus();
      button.click();
    }, selector);
  }

  /**
   * Waits for a condition.
   *
   * @param {string} condition
   * @param {() => Promise<boolean>} isTrue
   */
  until(condition, isTrue) {
    return this.driver.wait(() => isTrue().catch(() => false), WAIT_MS, `never: ${condition}`);
  }

  /** Waits until an element's text matches. @param {string} id @param {RegExp} text */
  async untilText(id, text) {
    await this.until(`${id} is ${text}`, async () => text.test(await this.text(id)));
    return this.text(id);
  }

  /** Lists the organizations with a token. @param {string} token */
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
        // untilListed must not see the previous list's text.
        /** @type {HTMLElement} */ (document.getElementById("list-status")).textContent = "";
        filter.dispatchEvent(new Event("change"));
      },
      state,
      name,
    );
    await this.untilListed();
  }

  /** Returns the rows. @returns {Promise<{ id: string, name: string, state: string, action: string }[]>} */
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

  /** Returns the selector of a row's button. @param {string} id */
  static action(id) {
    return `tr[data-id="${id}"] [data-action]`;
  }

  /** Returns the results of a bulk run. @returns {Promise<string[]>} */
  results() {
    return this.driver.executeScript(() =>
      [...document.querySelectorAll("#bulk-results li")].map((item) => item.textContent),
    );
  }

  /** Confirms a change and returns the dialog's text. */
  async confirm() {
    const text = await this.dialog("confirm");
    await this.click("#confirm-yes");
    return text;
  }

  /** Waits for a dialog and returns its text. @param {string} id */
  async dialog(id) {
    await this.until(`${id} opens`, async () => (await this.find(id)).isDisplayed());
    return (await this.find(id)).getText();
  }

  /** Selects all rows of the page, reactivates them and waits for the new list. */
  async reactivatePage() {
    await this.click("#pick-page");
    await this.click("#bulk-run");
    await this.confirm();
    const text = await this.untilText("bulk-status", /^\d+ of \d+ are active\.$/);
    await this.untilListed();
    return text;
  }

  /**
   * Presses a button of the single view, confirms a change and waits until the call has ended.
   *
   * @param {"reactivate" | "deactivate" | "refresh"} id
   */
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

  /** Returns true during a call of the single view. */
  async isBusy() {
    return (await (await this.find("progress")).getAttribute("data-busy")) !== null;
  }

  /** Returns the number of calls in the log. */
  async calls() {
    return (await this.driver.findElements(By.css("#log li"))).length;
  }

  /** Returns the response in view. */
  async response() {
    return JSON.parse(await this.text("json"));
  }
}
