// The package's entry. The build makes one for each way to load the module, which `#source` stands for.

import { source } from "#source";
import { createClient } from "./call.js";
import { preloaded } from "./load.js";

export { ZitadelError, isZitadelError } from "./error.js";
// One function for each export of the module.
export * from "#functions";

/** @type {typeof import("./index.js").createOrgClient} */
export const createOrgClient = (defaults) => createClient(source, defaults);

/** @type {typeof import("./index.js").preload} */
export const preload = () => preloaded(source);
