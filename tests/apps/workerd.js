// A Worker of workerd's: it answers with what the app does.
import { app } from "./app.js";

export default {
  /** @param {Request} request */
  async fetch(request) {
    const api = new URL(request.url).searchParams.get("api") ?? "";
    return new Response(await app(api).then(JSON.stringify, String));
  },
};
