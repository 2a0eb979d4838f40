// A service worker: it responds to /result with the result of the app.
import { app } from "./app.js";

const worker = /** @type {any} */ (globalThis);

addEventListener("install", () => worker.skipWaiting());
addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
addEventListener("fetch", (/** @type {any} */ event) => {
  const url = new URL(event.request.url);
  if (url.pathname === "/result") {
    const result = app(url.searchParams.get("api") ?? "").then(JSON.stringify, String);
    event.respondWith(result.then((text) => new Response(text)));
  }
});
