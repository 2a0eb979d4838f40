// The demo page, as a person uses it.

import { By, until } from "selenium-webdriver";

const WAIT_MS = 20_000;

/** The demo page in a browser. */
export class Page {
  /** @param {import("selenium-webdriver").WebDriver} driver */
  constructor(driver) {
    this.driver = driver;
  }

  /** @param {string} url */
  async open(url) {
    await this.driver.get(url);
    await this.driver.wait(until.elementLocated(By.id("reactivate")), WAIT_MS);
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

  /** Presses a button and waits until its call has ended. @param {string} id */
  async press(id) {
    const before = await this.calls();
    const hasEnded = async () => (await this.calls()) > before && !(await this.isBusy());
    const hasBegun = async () => (await this.isBusy()) || (await this.calls()) > before;
    const click = async () => (await this.find(id)).click();
    await click();
    // WebKit's driver loses a click now and then.
    await this.driver.wait(hasBegun, 2_000).catch(click);
    await this.driver.wait(hasEnded, WAIT_MS, `${id} has no end`);
  }

  /** Whether a call is under way. */
  async isBusy() {
    return (await (await this.find("progress")).getAttribute("data-busy")) !== null;
  }

  /** How many calls the log lists. */
  async calls() {
    return (await this.driver.findElements(By.css("#log tbody tr"))).length;
  }

  /** The answer that is shown. */
  async answer() {
    return JSON.parse(await this.text("json"));
  }
}
