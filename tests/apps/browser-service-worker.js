import { scriptUrl } from "./script-url.js";

navigator.serviceWorker.register(scriptUrl("/service-worker.js"), { type: "module" });
await new Promise((resolve) =>
  navigator.serviceWorker.controller
    ? resolve(undefined)
    : navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }),
);
const response = await fetch(`/result${location.search}`);
document.title = await response.text();
