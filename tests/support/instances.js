// Instances of the dev server: other versions of ZITADEL and faults, selected by the host name. Its --help lists them.

import dns from "node:dns";

import { setting } from "./browser.js";

// Browsers resolve *.localhost by themselves. Node asks the system, which may not.
const lookup = /** @type {any} */ (dns.lookup);
/** @type {any} */ (dns).lookup = (/** @type {string} */ host, /** @type {any[]} */ ...rest) =>
  lookup(host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest);

/** Returns the address of an instance, for instance of "v4-6". @param {string} name */
export const at = (name) => setting("ZITADEL_TEST_URL").replace("127.0.0.1", `${name}.localhost`);
