// Chromium, driven over WebDriver. `cargo xtask` tells where it is.

import { Builder } from "selenium-webdriver";
import { Options, ServiceBuilder } from "selenium-webdriver/chrome.js";

/**
 * @param {string} name
 * @returns {string}
 */
export function setting(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run this through cargo xtask`);
  }
  return value;
}

/** A browser with an empty profile; whoever opens it quits it. */
export async function openBrowser() {
  const options = new Options();
  options.setChromeBinaryPath(setting("CHROME"));
  options.addArguments(...setting("CHROME_FLAGS").split(" "), "--window-size=1100,1000");
  options.setLoggingPrefs({ browser: "ALL" });
  const driver = await new Builder()
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new ServiceBuilder(setting("CHROMEDRIVER")))
    .build();
  return /** @type {import("selenium-webdriver/chrome.js").Driver} */ (driver);
}
