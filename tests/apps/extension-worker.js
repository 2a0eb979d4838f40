// The service worker of a Manifest V3 extension: it responds to a message with the result of the app.
import { app } from "./app.js";

const { runtime } = /** @type {any} */ (globalThis).chrome;

runtime.onMessage.addListener(
  (
    /** @type {string} */ api,
    /** @type {unknown} */ _sender,
    /** @type {(result: string) => void} */ respond,
  ) => {
    app(api).then(JSON.stringify, String).then(respond);
    return true;
  },
);
