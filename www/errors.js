/**
 * ZITADEL's stable error ids: the code that each comes with, what it means and what to do. The page's advice and the tables of
 * js/README.md and docs/zitadel.md are made of this list.
 *
 * @type {{ ids: string[], code: string, meaning: string, advice: string }[]}
 */
export const ERRORS = [
  {
    ids: ["EVENT-bfnrh", "DOM-Ixfbxh"],
    code: "9 FAILED_PRECONDITION",
    meaning: "the organization is active already",
    advice: "Nothing to do: the organization is active. Reading it shows its state.",
  },
  {
    ids: ["EVENT-Dbs2g", "DOM-Z2dzsT"],
    code: "9 FAILED_PRECONDITION",
    meaning: "the organization is deactivated already",
    advice: "Nothing to do: the organization is deactivated. Reading it shows its state.",
  },
  {
    ids: ["AUTH-7fs1e"],
    code: "16 UNAUTHENTICATED",
    meaning:
      "the token is not valid, or lacks the scope `urn:zitadel:iam:org:project:id:zitadel:aud`",
    advice:
      "Get a new token. A token that is no personal access token needs the scope urn:zitadel:iam:org:project:id:zitadel:aud.",
  },
  {
    ids: ["AUTH-toLo1"],
    code: "16 UNAUTHENTICATED",
    meaning: "the Authorization header is not `Bearer` and a token",
    advice: "Pass the token alone, without “Bearer”, and look at what a proxy makes of the header.",
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
    meaning: "the session of the token has expired, or is another one's",
    advice: "The session has expired. Log in again and use the new token.",
  },
  {
    ids: ["APP-Shi0J", "APP-wai8O"],
    code: "7 PERMISSION_DENIED",
    meaning: "the token was exchanged to act for somebody else, which this API does not take",
    advice: "Use the token of whoever logged in, not one that was exchanged.",
  },
  {
    ids: ["AUTH-DZG21"],
    code: "7 PERMISSION_DENIED",
    meaning: "over REST alone: the origin is none of those of the token's client",
    advice: "Add the page's origin to the client in ZITADEL, or call over gRPC-Web.",
  },
  {
    ids: ["AUTH-Bs7Ds"],
    code: "7 PERMISSION_DENIED",
    meaning: "there is no such organization",
    advice: "Check the organization's id; ZITADEL knows no such organization.",
  },
  {
    ids: ["AUTHZ-cdgFk"],
    code: "5 NOT_FOUND",
    meaning: "the caller has no role in that organization",
    advice:
      "The token's user has no role there. Check the organization's id, or have a manager role granted.",
  },
  {
    ids: ["AUTH-5mWD2", "AUTH-AWfge"],
    code: "7 PERMISSION_DENIED",
    meaning: "the caller's roles do not hold `org.write` (to read: `org.read`)",
    advice:
      "The token's user lacks the permission. ORG_OWNER of the organization or IAM_OWNER has it.",
  },
  {
    ids: ["ORG-Dgf3g", "ORG-oL9nT", "QUERY-leq5Q", "DOM-86HVfs"],
    code: "5 NOT_FOUND",
    meaning: "the organization has been removed, or there is none",
    advice: "The organization has been removed, which cannot be undone.",
  },
  {
    ids: ["QUERY-1kIjX", "QUERY-IuGh1"],
    code: "5 NOT_FOUND",
    meaning: "the address is that of no instance of ZITADEL's",
    advice:
      "Check the instance address: ZITADEL finds an instance by the host that it is called by.",
  },
  {
    ids: ["LIMITS-molsj"],
    code: "8 RESOURCE_EXHAUSTED",
    meaning: "the instance is blocked",
    advice: "The instance is blocked. Talk to whoever runs it.",
  },
  {
    ids: ["QUOTA-vjAy8"],
    code: "8 RESOURCE_EXHAUSTED",
    meaning: "the instance's quota of requests is used up",
    advice: "The instance's quota of requests is used up. Talk to whoever runs it.",
  },
];
