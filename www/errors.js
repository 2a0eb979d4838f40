/**
 * ZITADEL's stable error ids: their code, meaning and the advice that the page gives. The tables of js/README.md and
 * docs/zitadel.md are generated from this list.
 *
 * @type {{ ids: string[], code: string, meaning: string, advice: string }[]}
 */
export const ERRORS = [
  {
    ids: ["EVENT-bfnrh", "DOM-Ixfbxh"],
    code: "9 FAILED_PRECONDITION",
    meaning: "the organization is already active (`DOM-Ixfbxh`: v2beta only, so far)",
    advice: "Nothing to do: the organization is active.",
  },
  {
    ids: ["EVENT-Dbs2g", "DOM-Z2dzsT"],
    code: "9 FAILED_PRECONDITION",
    meaning: "the organization is already deactivated (`DOM-Z2dzsT`: v2beta only, so far)",
    advice: "Nothing to do: the organization is deactivated.",
  },
  {
    ids: ["AUTH-7fs1e"],
    code: "16 UNAUTHENTICATED",
    meaning:
      "the token is not valid, or lacks the scope `urn:zitadel:iam:org:project:id:zitadel:aud`",
    advice:
      "Get a new token. Tokens other than personal access tokens need the scope urn:zitadel:iam:org:project:id:zitadel:aud.",
  },
  {
    ids: ["AUTH-toLo1"],
    code: "16 UNAUTHENTICATED",
    meaning: "the Authorization header is not of the form `Bearer <token>`",
    advice: "Enter the token without “Bearer”, and check that no proxy changes the header.",
  },
  {
    ids: ["AUTHZ-Kl3p0"],
    code: "7 PERMISSION_DENIED",
    meaning: "the login lacked a second factor",
    advice: "Log in again with a second factor and use the new token.",
  },
  {
    ids: ["AUTHZ-EGDo3", "QUERY-dsfr3"],
    code: "7 PERMISSION_DENIED",
    meaning: "the token's session has expired or belongs to another user",
    advice: "Log in again and use the new token.",
  },
  {
    ids: ["APP-Shi0J", "APP-wai8O"],
    code: "7 PERMISSION_DENIED",
    meaning: "the token was exchanged to act for another user, which this API does not allow",
    advice: "Use a token from a login, not an exchanged one.",
  },
  {
    ids: ["AUTH-DZG21"],
    code: "7 PERMISSION_DENIED",
    meaning:
      "management v1 over REST only: the page's origin is not an allowed origin of the token's client",
    advice: "Add the page's origin to the client in ZITADEL, or use gRPC-Web.",
  },
  {
    ids: ["AUTH-Bs7Ds"],
    code: "7 PERMISSION_DENIED",
    meaning: "management v1 only: no such organization",
    advice: "Check the organization's id.",
  },
  {
    ids: ["AUTHZ-cdgFk"],
    code: "5 NOT_FOUND",
    meaning: "the caller has no role in that organization",
    advice:
      "Check the organization's id, or ask an administrator to grant the token's user a manager role there.",
  },
  {
    ids: ["AUTH-5mWD2", "AUTH-AWfge"],
    code: "7 PERMISSION_DENIED",
    meaning: "the caller's roles lack `org.write` (to read: `org.read`)",
    advice:
      "The token's user lacks the permission. ORG_OWNER of the organization or IAM_OWNER has it.",
  },
  {
    ids: ["ORG-Dgf3g", "ORG-oL9nT", "QUERY-leq5Q", "DOM-86HVfs"],
    code: "5 NOT_FOUND",
    meaning: "no such organization, or it was removed (`DOM-86HVfs`: v2beta only, so far)",
    advice: "There is no such organization, or it was removed. Check the id.",
  },
  {
    ids: ["QUERY-1kIjX", "QUERY-IuGh1"],
    code: "5 NOT_FOUND",
    meaning: "no ZITADEL instance is served at this address",
    advice: "Check the instance address; ZITADEL selects the instance by host name.",
  },
  {
    ids: ["LIMITS-molsj"],
    code: "8 RESOURCE_EXHAUSTED",
    meaning: "the instance is blocked",
    advice: "The instance is blocked. Contact its administrator.",
  },
  {
    ids: ["QUOTA-vjAy8"],
    code: "8 RESOURCE_EXHAUSTED",
    meaning: "the instance's request quota is used up",
    advice: "The instance's request quota is used up. Contact its administrator.",
  },
];

const UNAUTHENTICATED = 16;

/** Advice on other errors. @type {Record<import("zitadel-org-web").ErrorKind, string>} */
const BY_KIND = {
  status: "Contact the instance's administrator.",
  transport: "Check the address and that the server is up. The browser's network log has more.",
  protocol: "Check the proxies between this page and ZITADEL: one of them changes the response.",
  aborted: "The call was cancelled.",
  timeout: "The server did not respond in time. Try again.",
  "invalid-argument": "Correct the field and try again.",
};

/** Returns what the user can do about an error. @param {import("zitadel-org-web").ZitadelError} error */
export function advice({ id = "", kind, code, requestId, retriable, mayHaveChanged }) {
  const adviceOnId = ERRORS.find(({ ids }) => ids.includes(id))?.advice;
  if (adviceOnId) {
    return adviceOnId;
  }
  let text = BY_KIND[kind];
  if (kind === "status" && retriable) {
    text = "Try again later.";
  } else if (code === UNAUTHENTICATED) {
    text = "Get a new token.";
  } else if (kind === "status" && requestId) {
    text = "Send the request id to the instance's administrator.";
  }
  return mayHaveChanged ? `${text} Read the organization to see whether it was changed.` : text;
}
