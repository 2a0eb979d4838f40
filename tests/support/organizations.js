// Organizations of the dev server in a state that a test begins with.

/**
 * Gives organizations a state; one that they have already is fine.
 *
 * @param {string} api - the dev server's address
 * @param {"activate" | "deactivate"} change
 * @param {string[]} ids
 */
export async function bring(api, change, ...ids) {
  for (const id of ids) {
    await fetch(`${api}/v2/organizations/${id}/${change}`, {
      method: "POST",
      headers: { authorization: "Bearer iam-owner", "content-type": "application/json" },
      body: "{}",
    });
  }
}
