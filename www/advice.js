import { ERRORS } from "./errors.js";

/** What to do about everything else. */
const BY_KIND = /** @type {Record<import("zitadel-org-web").ErrorKind, string>} */ ({
  status: "The server refused. The request id helps whoever runs it to find the reason in its log.",
  transport: "Check the address and that the server is up; the browser's network log tells more.",
  protocol: "Something between this page and ZITADEL changes the response: look at the proxy.",
  aborted: "The call was cancelled. Reading the organization shows whether the change was made.",
  timeout: "Reading the organization shows whether the change was made; then try again.",
  "invalid-argument": "Correct the field and try again. Nothing was sent.",
});

/**
 * What somebody who sees this error can do.
 *
 * @param {import("zitadel-org-web").ZitadelError} error
 */
export function advice(error) {
  const { id = "", kind } = error;
  return ERRORS.find(({ ids }) => ids.includes(id))?.advice ?? BY_KIND[kind];
}
