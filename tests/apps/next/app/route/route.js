import { app } from "../../app.js";

/** A route handler. @param {Request} request */
export async function GET(request) {
  return Response.json(await app(new URL(request.url).searchParams.get("api") ?? ""));
}
