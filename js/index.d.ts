import type * as calls from "./types.js";
import type {
  CallOptions,
  TokenSource,
  ZitadelError as Failure,
  ZitadelErrorInit,
} from "./types.js";

export * from "./types.js";

/** What every failed call rejects with, and nothing else. `kind` is what its kinds differ in. */
export type ZitadelError = Failure;

/**
 * The class of all of them, for `instanceof` and tests of one's own. It knows those of other copies and realms, too.
 *
 * @example
 * ```js
 * throw new ZitadelError({ kind: "status", code: 9, message: "already active (EVENT-bfnrh)", id: "EVENT-bfnrh" });
 * ```
 */
export const ZitadelError: {
  new (fields: ZitadelErrorInit): ZitadelError;
  readonly prototype: ZitadelError;
};

/** Whether something caught is a {@link ZitadelError}, also one of another copy of this package or another realm. */
export function isZitadelError(e: unknown): e is ZitadelError;

/** A call without its first argument. */
type WithoutToken<F> = F extends (token: TokenSource, ...args: infer A) => infer R
  ? (...args: A) => R
  : never;

/** The calls, with a token and options bound. */
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
 * Binds a token and options for several calls.
 *
 * @example
 * ```js
 * const client = createOrgClient({ token: () => auth.accessToken(), baseUrl: "https://id.example.com" });
 * await client.reactivateOrg("69629023906488334");
 * ```
 */
export function createOrgClient(defaults: CallOptions & { token: TokenSource }): OrgClient;

/** Has the module ready before the first call, which otherwise loads it. */
export function preload(): Promise<void>;
