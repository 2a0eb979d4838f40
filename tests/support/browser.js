// Browsers, driven over WebDriver. `cargo xtask` sets their paths, and the tests' browser in BROWSER.

import { spawn } from "node:child_process";

import { Builder } from "selenium-webdriver";
import * as chrome from "selenium-webdriver/chrome.js";
import * as firefox from "selenium-webdriver/firefox.js";

import { freePort, patientFetch } from "./serve.js";

/** @typedef {import("selenium-webdriver").WebDriver} WebDriver */

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

/** The function that opens each engine, and the variable that has its path. */
const ENGINES = {
  Chromium: { open: openChromium, variable: "CHROMEDRIVER" },
  Firefox: { open: openFirefox, variable: "GECKODRIVER" },
  WebKit: { open: openWebKit, variable: "WEBKITDRIVER" },
};

/** @typedef {keyof typeof ENGINES} Engine */

export const ALL_ENGINES = /** @type {Engine[]} */ (Object.keys(ENGINES));

/** The engine that the tests run in. */
export const ENGINE = /** @type {Engine} */ (process.env.BROWSER ?? "Chromium");

/** The reason to skip a test that needs more than WebDriver, unless the engine is Chromium. */
export const NEEDS_DEVTOOLS = ENGINE !== "Chromium" && "needs Chromium's DevTools";

/** Returns true if the machine has an engine. @param {Engine} engine */
export const hasEngine = (engine) => Boolean(process.env[ENGINES[engine].variable]);

/** Opens a browser with an empty profile. The caller quits it. @returns {Promise<WebDriver>} */
export const openBrowser = (engine = ENGINE) => ENGINES[engine].open();

/** Opens Chromium, with its DevTools. @param {string[]} flags */
export async function openChromium(...flags) {
  const options = new chrome.Options();
  options.setChromeBinaryPath(setting("CHROME"));
  options.addArguments(...setting("CHROME_FLAGS").split(" "), "--window-size=1100,1000", ...flags);
  options.setLoggingPrefs({ browser: "ALL" });
  const driver = await new Builder()
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder(setting("CHROMEDRIVER")))
    .build();
  return /** @type {chrome.Driver} */ (driver);
}

async function openFirefox() {
  const options = new firefox.Options();
  options.setBinary(setting("FIREFOX"));
  options.addArguments("-headless");
  return new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder(setting("GECKODRIVER")))
    .build();
}

async function openWebKit() {
  const port = await freePort();
  const service = spawn(setting("WEBKITDRIVER"), [`--port=${port}`], { stdio: "ignore" });
  const end = () => service.kill("SIGKILL");
  try {
    const url = `http://127.0.0.1:${port}`;
    await patientFetch(`${url}/status`);
    const driver = await new Builder()
      .usingServer(url)
      .withCapabilities({ browserName: "MiniBrowser" })
      .build();
    const quit = driver.quit.bind(driver);
    driver.quit = () => quit().finally(end);
    return driver;
  } catch (error) {
    // Otherwise the tests would never exit.
    end();
    throw error;
  }
}
