// The page of a Manifest V3 extension. It runs the app itself and in the extension's service worker.
import { app } from "./app.js";

const api = new URLSearchParams(location.search).get("api") ?? "";
const ofPage = await app(api).then(JSON.stringify, String);
const ofWorker = await /** @type {any} */ (globalThis).chrome.runtime.sendMessage(api);
document.title = ofPage === ofWorker ? ofPage : `${ofPage} in the page, ${ofWorker} in the worker`;
