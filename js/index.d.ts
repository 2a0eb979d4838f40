import type * as calls from "./types.js";
import type { CallOptions, TokenSource, ZitadelError } from "./types.js";

export * from "./types.js";

/** Returns true if a value is a {@link ZitadelError}, also one of another package copy or realm. */
export function isZitadelError(e: unknown): e is ZitadelError;

/** A function without its first argument. */
type WithoutToken<F> = F extends (token: TokenSource, ...args: infer A) => infer R
  ? (...args: A) => R
  : never;

/** The functions of this package, bound to a token and options. */
export type OrgClient = {
  [
    Name in
      | "reactivateOrg"
      | "deactivateOrg"
      | "getMyOrg"
      | "activateOrganization"
      | "deactivateOrganization"
      | "listOrganizations"
      | "listMyZitadelPermissions"
      | "ensureOrgActive"
      | "ensureOrgsActive"
  ]: WithoutToken<(typeof calls)[Name]>;
};

/**
 * Binds a token and options for several calls. They are read now. A call's options override them; headers are merged by name.
 *
 * @param defaults - the token and the options; a wrong one fails every call
 * @example
 * ```js
 * const client = createOrgClient({ token: () => auth.accessToken(), baseUrl: "https://id.example.com" });
 * await client.reactivateOrg("69629023906488334");
 * ```
 */
export function createOrgClient(defaults: CallOptions & { token: TokenSource }): OrgClient;

/** Loads the WebAssembly module ahead of time; otherwise the first call does. */
export function preload(): Promise<void>;
