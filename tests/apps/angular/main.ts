// An Angular app, which shows the app's result as the page's title.
import { Component, inject } from "@angular/core";
import { bootstrapApplication, Title } from "@angular/platform-browser";
import { app } from "./app.js";

@Component({ selector: "app-root", template: "" })
class App {
  constructor() {
    const title = inject(Title);
    app(new URLSearchParams(location.search).get("api") ?? "").then(
      (result) => title.setTitle(JSON.stringify(result)),
      (error) => title.setTitle(`failed: ${error}`),
    );
  }
}

bootstrapApplication(App).catch((error) => console.error(error));
