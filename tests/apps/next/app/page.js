"use client";

import { useEffect } from "react";

import { app } from "../app.js";

/** A client component, which shows the app's result as the page's title. */
export default function Page() {
  useEffect(() => {
    app(new URLSearchParams(location.search).get("api") ?? "").then(
      (result) => (document.title = JSON.stringify(result)),
      (error) => (document.title = `failed: ${error}`),
    );
  }, []);
  return null;
}
