// Failed calls: the error and what to do about it.

import { element, make } from "./dom.js";
import { advice } from "./errors.js";

/** Returns an error in one line. ZITADEL's messages mostly name the id. @param {import("zitadel-org-web").ZitadelError} error */
export const describe = ({ codeName, message, id = "" }) =>
  `${codeName}: ${message}${message.includes(id) ? "" : ` (${id})`}`;

/**
 * Shows an error in an alert, or hides the alert.
 *
 * @param {string} id - of the alert; the ids of its parts start with it
 * @param {import("zitadel-org-web").ZitadelError} [error]
 */
export function showFailure(id, error) {
  const alert = element(id);
  alert.hidden = !error;
  alert.replaceChildren();
  if (!error) {
    return;
  }
  /** @param {Record<string, unknown>} facts */
  const list = (facts) =>
    make(
      "dl",
      {},
      ...Object.entries(facts)
        .filter(([, value]) => value)
        .flatMap(([name, value]) => [
          make("dt", {}, name),
          make("dd", { id: `${id}-${name.toLowerCase().replace(" ", "-")}` }, String(value)),
        ]),
    );
  // gRPC-Web responds to failed calls with HTTP 200, too.
  const status = error.httpStatus === 200 ? undefined : error.httpStatus;
  alert.append(
    make("h3", {}, "Request failed"),
    list({ Code: `${error.code} ${error.codeName}`, Id: error.id }),
    make("p", { id: `${id}-message`, class: "message" }, error.message),
    make("p", { id: `${id}-advice` }, advice(error)),
    list({ Kind: error.kind, "HTTP status": status, "Request id": error.requestId }),
    make("pre", { id: `${id}-json` }, JSON.stringify(error, null, 2)),
  );
}
