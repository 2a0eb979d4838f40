/** What to do about ZITADEL's errors, by their stable ids. */
const BY_ID = /** @type {Record<string, string>} */ ({
  "EVENT-bfnrh": "Nothing to do: the organization is active. Refresh shows its state.",
  "EVENT-Dbs2g": "Nothing to do: the organization is deactivated. Refresh shows its state.",
  "AUTH-7fs1e":
    "Get a new token. A token that is no personal access token needs the scope urn:zitadel:iam:org:project:id:zitadel:aud.",
  "AUTH-toLo1": "Pass the token alone, without “Bearer”.",
  "AUTH-Bs7Ds": "Check the organization's id; ZITADEL knows no such organization.",
  "AUTHZ-cdgFk":
    "The token's user has no role there. Check the organization's id, or have a manager role granted.",
  "AUTH-5mWD2":
    "The token's user lacks the permission. ORG_OWNER of the organization or IAM_OWNER has it.",
  "AUTHZ-Kl3p0": "Log in again with a second factor and use the new token.",
  "AUTHZ-EGDo3": "The session has expired. Log in again and use the new token.",
  "ORG-Dgf3g": "The organization has been removed, which cannot be undone.",
  "ORG-oL9nT": "The organization has been removed already.",
  "LIMITS-molsj": "The instance is blocked. Talk to whoever runs it.",
  "QUOTA-vjAy8": "The instance's quota of requests is used up. Talk to whoever runs it.",
});

/** What to do about everything else. */
const BY_KIND = /** @type {Record<import("zitadel-org-web").ErrorKind, string>} */ ({
  status: "The server refused. The request id helps whoever runs it to find the reason in its log.",
  transport: "Check the address and that the server is up; the browser's network log tells more.",
  protocol: "Something between this page and ZITADEL changes the response: look at the proxy.",
  aborted: "The call was cancelled. Refresh shows whether the change was made.",
  timeout: "Refresh shows whether the change was made; then try again.",
  "invalid-argument": "Correct the field and try again. Nothing was sent.",
});

/**
 * What somebody who sees this error can do.
 *
 * @param {import("zitadel-org-web").ZitadelError} error
 */
export function advice(error) {
  const { id = "", kind } = error;
  // An id may be "constructor": it is the server's word.
  return (Object.hasOwn(BY_ID, id) ? BY_ID[id] : undefined) ?? BY_KIND[kind];
}
