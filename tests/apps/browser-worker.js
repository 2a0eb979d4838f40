import { scriptUrl } from "./script-url.js";

const worker = new Worker(scriptUrl("/worker.js"), { type: "module" });
worker.onmessage = ({ data }) => (document.title = data);
worker.onerror = ({ message }) => (document.title = `failed: ${message}`);
worker.postMessage(new URLSearchParams(location.search).get("api"));
