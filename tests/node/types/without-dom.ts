// Compiled, never run. A project without the DOM types, and with those of Node or none.

import {
  createOrgClient,
  ensureOrgsActive,
  isZitadelError,
  reactivateOrg,
  type CallOptions,
} from "zitadel-org-web";

export async function uses(ids: Set<string>) {
  const options: CallOptions = {
    baseUrl: "https://z.example",
    headers: { "x-a": "1" },
    timeoutMs: 5,
  };
  const pairs: CallOptions = { headers: [["x-a", "1"]] };
  // @ts-expect-error a number is not a header
  const wrong: CallOptions = { headers: 5 };
  const client = createOrgClient({ token: () => "t", ...options });
  const { details } = await reactivateOrg("t", "1", { ...pairs, ...wrong });
  const { outcome } = await client.ensureOrgActive("1");
  const results = await ensureOrgsActive("t", ids, { onProgress: async () => {} });
  return [details?.sequence, outcome, results.map(({ error }) => isZitadelError(error))];
}
