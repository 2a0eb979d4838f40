// A Web Worker: the first message names the API, the answer is the app's.
import { app } from "./app.js";

addEventListener("message", ({ data }) => {
  app(data).then(
    (result) => postMessage(JSON.stringify(result)),
    (error) => postMessage(`failed: ${error}`),
  );
});
