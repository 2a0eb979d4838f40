/** A class of the runtime: its instance type where the project's types declare it, otherwise the members that the client uses. */
type Instance<Class extends string, Used> =
  typeof globalThis extends Record<Class, { prototype: infer Type }> ? Type : Used;

/** `URL`, also in projects without the DOM types. */
export type UrlLike = Instance<"URL", { readonly href: string }>;

/** `AbortSignal`, also in projects without the DOM types. */
export type SignalLike = Instance<
  "AbortSignal",
  {
    readonly aborted: boolean;
    readonly reason: any;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
>;

/** `Response`, also in projects without the DOM types. */
export type ResponseLike = Instance<
  "Response",
  { readonly status: number; readonly headers: Iterable<[string, string]>; readonly body: unknown }
>;

/** `RequestInit`, also in projects without the DOM types. */
export type RequestInitLike = typeof globalThis extends {
  fetch: (input: any, init?: infer Init) => unknown;
}
  ? NonNullable<Init>
  : { method?: string; headers?: Record<string, string>; body?: Uint8Array | string };

/** Headers as an object or as pairs, which may repeat a name. */
export type HeadersLike =
  | Record<string, string>
  | Iterable<readonly [name: string, value: string]>
  | Instance<"Headers", never>;

/**
 * The bare access token, without "Bearer ", or a function that returns it. The function is called once per call, right before
 * the request is sent. If the server responds UNAUTHENTICATED, it is called again with that error as `previous`; a different
 * token is tried once, within the same deadline. Concurrent calls that pass the same function share one pending invocation.
 */
export type TokenSource =
  string | ((context: { previous?: ZitadelError | undefined }) => string | PromiseLike<string>);

/** Options for a call. */
export interface CallOptions {
  /**
   * ZITADEL's base URL. May include a path; trailing slashes are ignored.
   * @defaultValue the origin of the page or worker
   */
  baseUrl?: string | UrlLike | undefined;
  /**
   * Wire protocol. Use "json" (REST) on networks that block gRPC-Web.
   * @defaultValue "grpc-web"
   */
  protocol?: "grpc-web" | "json" | undefined;
  /**
   * Total time for the call in milliseconds: loading the module, token, connecting, response and any retry. 0 disables the
   * deadline.
   * @defaultValue 30000
   */
  timeoutMs?: number | undefined;
  /** Aborts the call. */
  signal?: SignalLike | undefined;
  /** Accept-Language, for ZITADEL's translated messages. The language in the user's profile takes precedence. */
  language?: string | undefined;
  /**
   * Additional request headers; repeated values are all sent. `authorization`, protocol headers and headers forbidden by fetch
   * are rejected. A cross-origin call fails if it has a header that ZITADEL's CORS rules don't list.
   */
  headers?: HeadersLike | undefined;
  /**
   * Sends the request.
   * @defaultValue the global fetch at the time of the call
   */
  fetch?: ((input: string, init: RequestInitLike) => Promise<ResponseLike>) | undefined;
  /** Allow plain http to hosts other than localhost. The token is then sent unencrypted. */
  allowInsecure?: boolean | undefined;
}

/** Metadata of the object that a call read or changed. */
export interface ObjectDetails {
  /** Sequence number of the object's last event, a uint64 in decimal. */
  sequence: string;
  /** Creation date of the object, RFC 3339 in UTC. Absent from the response to a change. */
  creationDate?: string | undefined;
  /** Date of the last event, RFC 3339 in UTC. */
  changeDate?: string | undefined;
  /** Id of the organization that owns the object. */
  resourceOwner: string;
}

/** Response of {@link reactivateOrg}. */
export interface ReactivateOrgResponse {
  details?: ObjectDetails | undefined;
}

/** Response of {@link deactivateOrg}. */
export interface DeactivateOrgResponse {
  details?: ObjectDetails | undefined;
}

/** State of an organization. ZITADEL returns UNSPECIFIED for a removed one. */
export type OrgState =
  "ORG_STATE_UNSPECIFIED" | "ORG_STATE_ACTIVE" | "ORG_STATE_INACTIVE" | "ORG_STATE_REMOVED";

/** An organization in management v1. */
export interface Org {
  id: string;
  name: string;
  primaryDomain: string;
  /** Unknown numbers are passed through unchanged. */
  state: OrgState | number;
  details?: ObjectDetails | undefined;
}

/** Response of {@link getMyOrg}. */
export interface GetMyOrgResponse {
  org?: Org | undefined;
}

/**
 * Reactivates a deactivated organization, so that its users can log in again. Requires `org.write`.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; defaults to the caller's own
 * @throws {@link ZitadelError}, with id `EVENT-bfnrh` if the organization is already active
 * @example
 * ```js
 * const { details } = await reactivateOrg(token, "69629023906488334", { baseUrl: "https://id.example.com" });
 * console.log(details?.changeDate);
 * ```
 */
export function reactivateOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<ReactivateOrgResponse>;

/**
 * Deactivates an organization. Requires `org.write`.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; defaults to the caller's own
 * @throws {@link ZitadelError}, with id `EVENT-Dbs2g` if the organization is already deactivated
 */
export function deactivateOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<DeactivateOrgResponse>;

/**
 * Reads an organization. Requires `org.read`.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; defaults to the caller's own
 * @throws {@link ZitadelError}
 */
export function getMyOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<GetMyOrgResponse>;

/** Response of {@link activateOrganization}. */
export interface ActivateOrganizationResponse {
  /** Date of the activation, RFC 3339 in UTC. */
  changeDate?: string | undefined;
}

/** Response of {@link deactivateOrganization}. */
export interface DeactivateOrganizationResponse {
  /** Date of the deactivation, RFC 3339 in UTC. */
  changeDate?: string | undefined;
}

/** Comparison of a text in a filter. */
export type TextQueryMethod =
  | "TEXT_QUERY_METHOD_EQUALS"
  | "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE"
  | "TEXT_QUERY_METHOD_STARTS_WITH"
  | "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE"
  | "TEXT_QUERY_METHOD_CONTAINS"
  | "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"
  | "TEXT_QUERY_METHOD_ENDS_WITH"
  | "TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE";

/** State of an organization in a list. */
export type OrganizationState =
  | "ORGANIZATION_STATE_UNSPECIFIED"
  | "ORGANIZATION_STATE_ACTIVE"
  | "ORGANIZATION_STATE_INACTIVE"
  | "ORGANIZATION_STATE_REMOVED";

/** Sort key of a list. */
export type OrganizationFieldName =
  | "ORGANIZATION_FIELD_NAME_UNSPECIFIED"
  | "ORGANIZATION_FIELD_NAME_NAME"
  | "ORGANIZATION_FIELD_NAME_CREATION_DATE";

/** A search filter. Set exactly one. */
export type OrganizationQuery =
  | { nameQuery: { name: string; method?: TextQueryMethod | undefined } }
  | { domainQuery: { domain: string; method?: TextQueryMethod | undefined } }
  | { stateQuery: { state: OrganizationState } }
  | { idQuery: { id: string } }
  /** The instance's default organization. */
  | { defaultQuery: Record<string, never> };

/** Request of {@link listOrganizations}. Objects must be plain. */
export interface ListOrganizationsRequest {
  /** Pagination and sort direction. */
  query?:
    | {
        /** Number of organizations to skip, a uint64. */
        offset?: string | number | bigint | undefined;
        /** Maximum number of organizations to return. */
        limit?: number | undefined;
        /** Sort in ascending order. */
        asc?: boolean | undefined;
      }
    | undefined;
  sortingColumn?: OrganizationFieldName | undefined;
  /** Filters. An organization must match all of them. */
  queries?: OrganizationQuery[] | undefined;
}

/** An organization in organization v2. */
export interface Organization {
  id: string;
  name: string;
  primaryDomain: string;
  /** Unknown numbers are passed through unchanged. */
  state: OrganizationState | number;
  details?: ObjectDetails | undefined;
}

/** Response of {@link listOrganizations}. */
export interface ListOrganizationsResponse {
  details?:
    | {
        /**
         * Length of the whole list, a uint64 in decimal. Includes organizations the caller may not read. It is 0 past the end
         * of the list, and the length of this page on servers with `enable_relational_tables`.
         */
        totalResult: string;
        /** Sequence number of the last event in the list, a uint64 in decimal. */
        processedSequence: string;
        /** Date of the list's last update, RFC 3339 in UTC. */
        timestamp?: string | undefined;
      }
    | undefined;
  /** Unknown numbers are passed through unchanged. */
  sortingColumn: OrganizationFieldName | number;
  result: Organization[];
}

/** Response of {@link listMyZitadelPermissions}. */
export interface ListMyZitadelPermissionsResponse {
  /** For example `org.write`. Permissions on a single project end with its id: `project.read:401172494209256486`. */
  result: string[];
}

/**
 * Reactivates a deactivated organization through organization v2, the successor of {@link reactivateOrg}. Requires ZITADEL v4.7
 * and `org.write`.
 *
 * @param token - the caller's access token
 * @param organizationId - the organization
 * @throws {@link ZitadelError}, with id `EVENT-bfnrh` if the organization is already active, and with code 12 before v4.7
 */
export function activateOrganization(
  token: TokenSource,
  organizationId: string,
  options?: CallOptions,
): Promise<ActivateOrganizationResponse>;

/**
 * Deactivates an organization through organization v2, the successor of {@link deactivateOrg}. Requires ZITADEL v4.7 and
 * `org.write`.
 *
 * @param token - the caller's access token
 * @param organizationId - the organization
 * @throws {@link ZitadelError}, with id `EVENT-Dbs2g` if the organization is already deactivated, and with code 12 before v4.7
 */
export function deactivateOrganization(
  token: TokenSource,
  organizationId: string,
  options?: CallOptions,
): Promise<DeactivateOrganizationResponse>;

/**
 * Lists the organizations that the caller may read. The list lags behind changes, usually by milliseconds.
 *
 * Pages can be short, because `totalResult` includes organizations the caller may not read. There may be another page as long
 * as its offset is below `totalResult` or this page was full.
 *
 * @param token - the caller's access token
 * @throws {@link ZitadelError}
 * @example
 * ```js
 * const { result } = await listOrganizations(token, {
 *   query: { limit: 50, asc: true },
 *   sortingColumn: "ORGANIZATION_FIELD_NAME_NAME",
 *   queries: [{ stateQuery: { state: "ORGANIZATION_STATE_INACTIVE" } }],
 * });
 * ```
 */
export function listOrganizations(
  token: TokenSource,
  request?: ListOrganizationsRequest,
  options?: CallOptions,
): Promise<ListOrganizationsResponse>;

/**
 * Lists the caller's permissions on an organization, including those on the whole instance.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; defaults to the caller's own
 * @throws {@link ZitadelError}, with id `AUTH-Bs7Ds` if the organization doesn't exist
 */
export function listMyZitadelPermissions(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<ListMyZitadelPermissionsResponse>;

/** Result of {@link ensureOrgActive}. */
export interface OrgActivation {
  orgId: string;
  /**
   * - `reactivated`: this call activated the organization.
   * - `already-active`: ZITADEL said that the organization was active. A browser may repeat a request on a reused connection,
   *   so that the first one can be this call's own.
   * - `active`: the organization is active, but the response was lost, so it is unknown whether this call activated it.
   */
  outcome: "reactivated" | "already-active" | "active";
  /** Date of the reactivation, RFC 3339 in UTC. */
  changeDate?: string | undefined;
  /** Sequence number of the reactivation event. Only set by management v1. */
  sequence?: string | undefined;
}

/** Result for one organization of a bulk run. A check of `error` narrows it. */
export type OrgActivationResult =
  | { orgId: string; activation: OrgActivation; error?: undefined }
  | { orgId: string; error: ZitadelError; activation?: undefined };

/** Options for a bulk run. */
export interface BulkOptions {
  /**
   * Number of organizations to activate at the same time, 1 to 100.
   *
   * ZITADEL versions before September 2026 can leave a list's row deactivated for good if organizations change at the same time.
   * Measured: 20 of 4,000 at 2 or more, 0 of 800 at 1. Raise it on newer servers.
   * @defaultValue 1
   */
  concurrency?: number | undefined;
  /** Called after each organization. Its exceptions and rejections are ignored. */
  onProgress?: ((progress: BulkProgress) => void) | undefined;
}

/** Progress of a bulk run. */
export interface BulkProgress {
  /** Number of organizations with a result. */
  done: number;
  /** Number of different organizations. */
  total: number;
  /** The latest result. */
  last: OrgActivationResult;
}

/**
 * Activates an organization if it isn't active already. Works on every ZITADEL version and is idempotent, so it is safe to retry
 * after a timeout. Requires `org.write`, plus `org.read` to verify the state when a response is lost.
 *
 * It calls organization v2 first, and management v1 on servers without v2. It reads the state if the response was lost or
 * doesn't say whether the organization is active. Reads can lag, so an inactive state is read again for up to 2 s.
 *
 * @param token - the caller's access token; a function is called once, and once more after UNAUTHENTICATED
 * @param orgId - the organization
 * @throws {@link ZitadelError} if the organization could not be activated or its state could not be determined
 * @example
 * ```js
 * const { outcome } = await ensureOrgActive(token, "69629023906488334");
 * ```
 */
export function ensureOrgActive(
  token: TokenSource,
  orgId: string,
  options?: CallOptions,
): Promise<OrgActivation>;

/**
 * Runs {@link ensureOrgActive} for many organizations. `timeoutMs` applies to each of them. A repeated id shares one activation
 * and one result.
 *
 * An abort, a token that stays rejected, HTTP 429, `Retry-After`, or three organizations in a row without a connection stop the run.
 * Organizations that were not started get that error.
 *
 * @param token - the caller's access token; a function is called once for the run, and again after UNAUTHENTICATED as long as it
 *   returns a new token
 * @returns a result for each given id, in the order of the ids
 * @throws {@link ZitadelError}, only if an argument is wrong
 * @example
 * ```js
 * const results = await ensureOrgsActive(token, ids, {
 *   onProgress: ({ done, total }) => (bar.value = done / total),
 * });
 * const failed = results.filter((result) => result.error !== undefined);
 * ```
 */
export function ensureOrgsActive(
  token: TokenSource,
  orgIds: Iterable<string>,
  options?: CallOptions & BulkOptions,
): Promise<OrgActivationResult[]>;

/** Kind of a failure; see {@link ZitadelError}. */
export type ErrorKind =
  "status" | "transport" | "protocol" | "aborted" | "timeout" | "invalid-argument";

/** ZITADEL's error detail. */
export interface ZitadelErrorDetail {
  "@type": "type.googleapis.com/zitadel.v1.ErrorDetail";
  id: string;
  message: string;
}

/** ZITADEL's newer error detail. */
export interface ZitadelErrorDetailV2 {
  "@type": "type.googleapis.com/zitadel.error.v2.ErrorDetail";
  /** Stable id of the error, for example `org.not_found`. */
  slug: string;
  message: string;
}

/**
 * A detail of another type. Over gRPC-Web it has a `value`, the bytes in base64. Over REST it has the fields as ZITADEL's JSON
 * has them. The type can come from any package; the `google.` prefix only exists so that `"@type"` discriminates the union.
 */
export interface OtherErrorDetail {
  "@type": `type.googleapis.com/google.${string}`;
  value?: string | undefined;
  [field: string]: unknown;
}

/** A detail of an error. */
export type ErrorDetail = ZitadelErrorDetail | ZitadelErrorDetailV2 | OtherErrorDetail;

/** Members of every {@link ZitadelError}. */
export interface ZitadelErrorFields<
  Kind extends ErrorKind,
  Code extends number = number,
> extends Error {
  name: "ZitadelError";
  readonly kind: Kind;
  /** The gRPC status code, 1 to 16. */
  readonly code: Code;
  /** The code's name, for example `FAILED_PRECONDITION`. */
  readonly codeName: string;
  /** For kind `status` the server's text, which ZITADEL translates. Otherwise what is wrong and what to do. */
  readonly message: string;
  /** ZITADEL's stable error id, for example `EVENT-bfnrh`. Branch on the id, never on the message. */
  readonly id?: string | undefined;
  readonly details: ErrorDetail[];
  /** True if the same call may succeed later. */
  readonly retriable: boolean;
  /** Delay before the next attempt that the server asked for with `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
  /** True if the server may have applied the change: the request was sent, it is not a read, and nothing proves a refusal. */
  readonly mayHaveChanged: boolean;
  /** The HTTP status, whenever the response's status can be read. */
  readonly httpStatus?: number | undefined;
  /** The response's `x-request-id`. */
  readonly requestId?: string | undefined;
  /** Readable response headers and trailers in lower case, without `set-cookie`. Repeated ones are joined with ", ". */
  readonly metadata: Record<string, string>;
  /** The first KiB of a response that is not ZITADEL's, as text: for example a proxy's page, also one with HTTP 200. */
  readonly body?: string | undefined;
  /** The exception below, or the signal's reason. */
  readonly cause?: unknown;
  /** The error in ZITADEL's JSON form. */
  toJSON(): { code: number; message: string; details: ErrorDetail[] };
}

/** ZITADEL, or the HTTP layer in front of it, responded with an error. */
export interface StatusError extends ZitadelErrorFields<"status"> {
  readonly httpStatus: number;
}

/** No response: refused, DNS, TLS, CORS, CSP, reset or redirect. Also: the module could not be loaded. */
export interface TransportError extends ZitadelErrorFields<"transport", 14> {}

/** The response violates the protocol, or the module crashed. */
export interface ProtocolError extends ZitadelErrorFields<"protocol"> {}

/** The caller's signal aborted the call; `cause` is its reason. */
export interface AbortedError extends ZitadelErrorFields<"aborted", 1> {}

/** `timeoutMs` passed. */
export interface TimeoutError extends ZitadelErrorFields<"timeout", 4> {}

/**
 * The call itself is wrong, or the token function failed, which has code 16. Nothing was changed. `message` starts with the
 * argument's name.
 */
export interface InvalidArgumentError extends ZitadelErrorFields<"invalid-argument", 3 | 16> {}

/** The error every failed call rejects with. Discriminated by `kind`. */
export type ZitadelError =
  StatusError | TransportError | ProtocolError | AbortedError | TimeoutError | InvalidArgumentError;

/**
 * The error class, for `instanceof` checks and for constructing errors in tests. `instanceof` also works across package copies
 * and realms. A subclass matches only its own instances. TypeScript cannot declare one, because its type is a
 * union.
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

/** Constructor argument of `ZitadelError`, for use in your own tests. */
export type ZitadelErrorInit = Pick<ZitadelErrorFields<ErrorKind>, "kind" | "code" | "message"> &
  Partial<
    Omit<ZitadelErrorFields<ErrorKind>, keyof Error | "kind" | "code" | "codeName" | "toJSON">
  > & { cause?: unknown };
