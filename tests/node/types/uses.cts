// Compiled, never run. A CommonJS project gets the types of the CommonJS build.

import client = require("zitadel-org-web");
import streaming = require("zitadel-org-web/streaming");

export async function uses() {
  const { details } = await client.reactivateOrg("t", "1", { timeoutMs: 5 });
  const error: unknown = await streaming.getMyOrg("t").catch((error: unknown) => error);
  return client.isZitadelError(error) ? error.id : details?.sequence;
}
