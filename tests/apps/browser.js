import { app } from "./app.js";

app(new URLSearchParams(location.search).get("api") ?? "").then(
  (result) => (document.title = JSON.stringify(result)),
  (error) => (document.title = `failed: ${error}`),
);
