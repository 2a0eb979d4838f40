// A Web Worker, which responds to the API's address with the result of the app.
import { app } from "./app.js";

addEventListener("message", ({ data }) => {
  app(data).then(
    (result) => postMessage(JSON.stringify(result)),
    (error) => postMessage(`failed: ${error}`),
  );
});
