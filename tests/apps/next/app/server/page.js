import { app } from "../../app.js";

/** A server component. @param {{ searchParams: Promise<{ api: string }> }} props */
export default async function Page({ searchParams }) {
  const { api } = await searchParams;
  return `result=${encodeURIComponent(JSON.stringify(await app(api)))}.`;
}
