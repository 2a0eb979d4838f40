// A workerd Worker, which responds with the result of the app.
import { app } from "./app.js";

export default {
  /** @param {Request} request */
  async fetch(request) {
    const api = new URL(request.url).searchParams.get("api") ?? "";
    return new Response(await app(api).then(JSON.stringify, String));
  },
};
