// Compiled, never run. A filter by `error` narrows, since TypeScript 5.5.

import { ensureOrgsActive, type OrgActivation, type ZitadelError } from "zitadel-org-web";

export async function split(ids: string[]) {
  const results = await ensureOrgsActive("t", ids);
  const errors: ZitadelError[] = results
    .filter((result) => result.error !== undefined)
    .map(({ error }) => error);
  const activations: OrgActivation[] = results
    .filter((result) => result.error === undefined)
    .map((result) => result.activation);
  return { errors, activations };
}
