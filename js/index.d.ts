import type {
  CallOptions,
  DeactivateOrgResponse,
  GetMyOrgResponse,
  ReactivateOrgResponse,
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

/** The three calls, with a token and options bound. */
export interface OrgClient {
  reactivateOrg(orgId?: string | null, options?: CallOptions): Promise<ReactivateOrgResponse>;
  deactivateOrg(orgId?: string | null, options?: CallOptions): Promise<DeactivateOrgResponse>;
  getMyOrg(orgId?: string | null, options?: CallOptions): Promise<GetMyOrgResponse>;
}

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
