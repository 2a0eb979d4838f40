// Compiled, never run. A project with the types of Node: the web's classes are those that Node declares.

import { reactivateOrg, type CallOptions } from "zitadel-org-web";

export async function uses(signal: AbortSignal) {
  const options: CallOptions = {
    baseUrl: new URL("https://z.example"),
    signal,
    headers: new Headers({ "x-a": "1" }),
    fetch: async (input, init) => fetch(input, init),
  };
  // @ts-expect-error a number is not a signal
  const wrong: CallOptions = { signal: 5 };
  return reactivateOrg("t", "1", { ...options, ...wrong });
}
