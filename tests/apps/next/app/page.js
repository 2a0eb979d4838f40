"use client";

import { useEffect } from "react";

import { app } from "../app.js";

/** A client component: it puts what the app does into the page's title. */
export default function Page() {
  useEffect(() => {
    app(new URLSearchParams(location.search).get("api") ?? "").then(
      (result) => (document.title = JSON.stringify(result)),
      (error) => (document.title = `failed: ${error}`),
    );
  }, []);
  return null;
}
