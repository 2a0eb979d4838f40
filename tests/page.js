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
    await (await this.find(id)).click();
    try {
      await this.driver.wait(async () => (await this.calls()) > before, WAIT_MS);
      await this.driver.wait(
        async () => (await (await this.find("progress")).getAttribute("data-busy")) === null,
        WAIT_MS,
      );
    } catch (cause) {
      const seen = await this.driver.executeScript(() => ({
        focus: document.activeElement?.id,
        fields: Array.from(document.querySelectorAll("input"), ({ value }) => value),
        text: document.body.innerText,
      }));
      throw new Error(`${id} has no end: ${JSON.stringify(seen)}`, { cause });
    }
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
