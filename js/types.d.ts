/**
 * The bare access token, without "Bearer ", or a function that gives it. A function is asked once per call, just before
 * the request. If the server then responds with 16 UNAUTHENTICATED, it is asked once more with that error as `previous`; a
 * different token is tried once, within the same deadline.
 */
export type TokenSource =
  string | ((context: { previous?: ZitadelError | undefined }) => string | PromiseLike<string>);

/** How a call is made. */
export interface CallOptions {
  /**
   * Where ZITADEL is. A path prefix is kept, a trailing slash does not matter.
   * @defaultValue the origin of the page or worker
   */
  baseUrl?: string | URL | undefined;
  /**
   * How the call travels. "json" is the REST mapping, for networks that block gRPC-Web.
   * @defaultValue "grpc-web"
   */
  protocol?: "grpc-web" | "json" | undefined;
  /**
   * Milliseconds for the whole call: loading, token, connect, headers and body, a second try included. 0 is no deadline.
   * @defaultValue 30000
   */
  timeoutMs?: number | undefined;
  /** Aborts the call. */
  signal?: AbortSignal | undefined;
  /** Accept-Language, for ZITADEL's translated messages. The language in the user's profile comes first. */
  language?: string | undefined;
  /**
   * More request headers, each value is sent. The protocol's own, Authorization and those that fetch forbids are refused. A
   * cross-origin call with a header that ZITADEL's CORS rules do not list fails.
   */
  headers?: HeadersInit | undefined;
  /** @defaultValue the global fetch at the time of the call */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Only true permits plain http to a host that is not this machine: the token then travels readable. */
  allowInsecure?: boolean | undefined;
}

/** What ZITADEL reports about the object that a call read or changed. */
export interface ObjectDetails {
  /** Number of the object's last event, a uint64 in decimal. */
  sequence: string;
  /** When the object was created, RFC 3339 in UTC. ZITADEL leaves it out of the response to a change. */
  creationDate?: string | undefined;
  /** When that event was written, RFC 3339 in UTC. */
  changeDate?: string | undefined;
  /** Id of the organization that owns the object. */
  resourceOwner: string;
}

export interface ReactivateOrgResponse {
  details?: ObjectDetails | undefined;
}

export interface DeactivateOrgResponse {
  details?: ObjectDetails | undefined;
}

/** State of an organization. ZITADEL responds with UNSPECIFIED for a removed one. */
export type OrgState =
  "ORG_STATE_UNSPECIFIED" | "ORG_STATE_ACTIVE" | "ORG_STATE_INACTIVE" | "ORG_STATE_REMOVED";

export interface Org {
  id: string;
  name: string;
  primaryDomain: string;
  /** Another number or name is a state that this version does not know. */
  state: OrgState | number | (string & {});
  details?: ObjectDetails | undefined;
}

export interface GetMyOrgResponse {
  org?: Org | undefined;
}

/**
 * Sets a deactivated organization active again, so that its users can log in. The caller needs the permission
 * `org.write`.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; the caller's own if left out
 * @throws {@link ZitadelError}, with id `EVENT-bfnrh` if the organization is active already
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
 * Deactivates an organization. The caller needs the permission `org.write`.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; the caller's own if left out
 * @throws {@link ZitadelError}, with id `EVENT-Dbs2g` if the organization is deactivated already
 */
export function deactivateOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<DeactivateOrgResponse>;

/**
 * Reads an organization. The caller needs the permission `org.read`.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; the caller's own if left out
 * @throws {@link ZitadelError}
 */
export function getMyOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<GetMyOrgResponse>;

export interface ActivateOrganizationResponse {
  /** When the organization was activated again, RFC 3339 in UTC. */
  changeDate?: string | undefined;
}

export interface DeactivateOrganizationResponse {
  /** When the organization was deactivated, RFC 3339 in UTC. */
  changeDate?: string | undefined;
}

/** How a text is compared. */
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

/** What a list is sorted by. */
export type OrganizationFieldName =
  | "ORGANIZATION_FIELD_NAME_UNSPECIFIED"
  | "ORGANIZATION_FIELD_NAME_NAME"
  | "ORGANIZATION_FIELD_NAME_CREATION_DATE";

/** What the organizations in a list have in common: one of these. */
export type OrganizationQuery =
  | { nameQuery: { name: string; method?: TextQueryMethod | undefined } }
  | { domainQuery: { domain: string; method?: TextQueryMethod | undefined } }
  | { stateQuery: { state: OrganizationState } }
  | { idQuery: { id: string } }
  /** The instance's default organization. */
  | { defaultQuery: Record<string, never> };

export interface ListOrganizationsRequest {
  /** Which part of the list: so many left out at its beginning, so many at most, in ascending order or not. */
  query?:
    | {
        offset?: string | number | undefined;
        limit?: number | undefined;
        asc?: boolean | undefined;
      }
    | undefined;
  sortingColumn?: OrganizationFieldName | undefined;
  /** What the organizations have in common: all of these. */
  queries?: OrganizationQuery[] | undefined;
}

/** An organization in a list. */
export interface Organization {
  id: string;
  name: string;
  primaryDomain: string;
  /** Another number or name is a state that this version does not know. */
  state: OrganizationState | number | (string & {});
  details?: ObjectDetails | undefined;
}

export interface ListOrganizationsResponse {
  details?:
    | {
        /** How many organizations the whole list has, those that the caller may not read included; a uint64 in decimal. */
        totalResult: string;
        /** A uint64 in decimal. */
        processedSequence: string;
        /** How fresh the list is, RFC 3339 in UTC. */
        timestamp?: string | undefined;
      }
    | undefined;
  sortingColumn: OrganizationFieldName | number | (string & {});
  result: Organization[];
}

export interface ListMyZitadelPermissionsResponse {
  /** For instance `org.write`. Those on one project alone end with its id: `project.read:401172494209256486`. */
  result: string[];
}

/**
 * Sets a deactivated organization active again, by organization v2: the successor of {@link reactivateOrg}, on servers from
 * v4.7 on. The caller needs the permission `org.write`.
 *
 * @param token - the caller's access token
 * @param organizationId - the organization
 * @throws {@link ZitadelError}, with id `EVENT-bfnrh` if the organization is active already, and with code 12 before v4.7
 */
export function activateOrganization(
  token: TokenSource,
  organizationId: string,
  options?: CallOptions,
): Promise<ActivateOrganizationResponse>;

/**
 * Deactivates an organization, by organization v2: the successor of {@link deactivateOrg}, on servers from v4.7 on. The
 * caller needs the permission `org.write`.
 *
 * @param token - the caller's access token
 * @param organizationId - the organization
 * @throws {@link ZitadelError}, with id `EVENT-Dbs2g` if the organization is deactivated already, and with code 12 before v4.7
 */
export function deactivateOrganization(
  token: TokenSource,
  organizationId: string,
  options?: CallOptions,
): Promise<DeactivateOrganizationResponse>;

/**
 * Lists the organizations that the caller may read. The list lags behind changes, usually by milliseconds.
 *
 * `details.totalResult` counts what the caller may not read, too: there is more until the offset of the next page reaches it,
 * however short a page is.
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
 * Lists the caller's permissions on an organization, those on the whole instance included.
 *
 * @param token - the caller's access token
 * @param orgId - the organization; the caller's own if left out
 * @throws {@link ZitadelError}, with id `AUTH-Bs7Ds` if there is no such organization
 */
export function listMyZitadelPermissions(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<ListMyZitadelPermissionsResponse>;

/** What became of an organization that was to be active. */
export interface OrgActivation {
  orgId: string;
  /**
   * `reactivated`: this call did it. `already-active`: it was active. `active`: it is, and it cannot be known who did it,
   * because the response to the change was lost.
   */
  outcome: "reactivated" | "already-active" | "active";
  /** When it was reactivated, RFC 3339 in UTC. */
  changeDate?: string | undefined;
  /** Number of the event that reactivated it, where management v1 did. */
  sequence?: string | undefined;
}

/** What became of one of many organizations. */
export type OrgActivationResult =
  | { orgId: string; activation: OrgActivation; error?: undefined }
  | { orgId: string; error: ZitadelError; activation?: undefined };

/** How many organizations are activated. */
export interface BulkOptions {
  /**
   * How many at the same time, 1 to 100.
   * @defaultValue 4
   */
  concurrency?: number | undefined;
  /** Called after each; what it throws is ignored. */
  onProgress?: ((progress: BulkProgress) => void) | undefined;
}

/** How far a bulk run is. */
export interface BulkProgress {
  done: number;
  total: number;
  last: OrgActivationResult;
}

/**
 * Makes sure that an organization is active, whatever the server's version and whoever was there before: safe to call twice,
 * and again after a timeout. The caller needs the permission `org.write`, and `org.read` for what is settled by a read.
 *
 * It asks organization v2, and management v1 where the server has no v2. If the organization is active already, or the response
 * was lost, it reads the state; up to a quarter of the timeout, 5 s at most, is kept for that.
 *
 * @param token - the caller's access token; a function is asked once for all of it, and once more after UNAUTHENTICATED
 * @param orgId - the organization
 * @throws {@link ZitadelError}, if the organization is not active, or nobody knows
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
 * Makes sure that many organizations are active: {@link ensureOrgActive} for each, several at a time, each once. `timeoutMs`
 * is for each of them.
 *
 * The signal, or a second UNAUTHENTICATED, stops what has not begun and gives each of those its error.
 *
 * @param token - the caller's access token; a function is asked once for the run, and once more after UNAUTHENTICATED
 * @returns a result for each organization, in the order of the ids
 * @throws {@link ZitadelError}, only if an argument is wrong
 * @example
 * ```js
 * const results = await ensureOrgsActive(token, ids, {
 *   onProgress: ({ done, total }) => (bar.value = done / total),
 * });
 * const failed = results.filter((result) => result.error);
 * ```
 */
export function ensureOrgsActive(
  token: TokenSource,
  orgIds: Iterable<string>,
  options?: CallOptions & BulkOptions,
): Promise<OrgActivationResult[]>;

/** Where a call failed; see {@link ZitadelError.kind}. */
export type ErrorKind =
  "status" | "transport" | "protocol" | "aborted" | "timeout" | "invalid-argument";

/** ZITADEL's own detail. */
export interface ZitadelErrorDetail {
  "@type": "type.googleapis.com/zitadel.v1.ErrorDetail";
  id: string;
  message: string;
}

/** ZITADEL's newer detail. */
export interface ZitadelErrorDetailV2 {
  "@type": "type.googleapis.com/zitadel.error.v2.ErrorDetail";
  /** Stable id of the error, for instance `org.not_found`. */
  slug: string;
  message: string;
}

/**
 * A detail of another type: its `value`, the bytes in base64; over REST the fields as ZITADEL's JSON has them. Its type may be
 * of any package; that it is said to be of Google's lets `"@type"` narrow.
 */
export interface OtherErrorDetail {
  "@type": `type.googleapis.com/google.${string}`;
  value?: string | undefined;
  [field: string]: unknown;
}

export type ErrorDetail = ZitadelErrorDetail | ZitadelErrorDetailV2 | OtherErrorDetail;

/** What all kinds of {@link ZitadelError} have. */
interface ZitadelErrorFields<Kind extends ErrorKind, Code extends number = number> extends Error {
  name: "ZitadelError";
  readonly kind: Kind;
  /** The gRPC status code, 1 to 16. */
  readonly code: Code;
  /** The code's name, for instance `FAILED_PRECONDITION`. */
  readonly codeName: string;
  /** For kind `status` the server's text, which ZITADEL translates; otherwise a sentence that says what to do. */
  readonly message: string;
  /** ZITADEL's stable id of the error, for instance `EVENT-bfnrh`. Branch on it, never on the message. */
  readonly id?: string | undefined;
  readonly details: ErrorDetail[];
  /** Whether the same call may succeed later with nothing else changed. */
  readonly retriable: boolean;
  /** How long the server asks to wait, from `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the server may have made the change: the request was sent, it is not a read, and the server did not refuse it. */
  readonly mayHaveChanged: boolean;
  /** The HTTP status, whenever there was a response whose status can be read. */
  readonly httpStatus?: number | undefined;
  /** The response's `x-request-id`. */
  readonly requestId?: string | undefined;
  /** The response's headers and trailers as far as they could be read, in lower case; repeated ones are joined with ", ". */
  readonly metadata: Record<string, string>;
  /** The first KiB of the body of an HTTP error that is not a gRPC status, so that a proxy's page can be recognized. */
  readonly body?: string | undefined;
  /** What was thrown below, or the signal's reason. */
  readonly cause?: unknown;
  /** The API's own form of an error. */
  toJSON(): { code: number; message: string; details: ErrorDetail[] };
}

/** ZITADEL, or the HTTP layer in front of it, responded with an error. */
export interface StatusError extends ZitadelErrorFields<"status"> {
  readonly httpStatus: number;
}

/** There was no response: refused, DNS, TLS, CORS, CSP, reset, redirect; or the module could not be loaded. */
export interface TransportError extends ZitadelErrorFields<"transport", 14> {}

/** A response that breaks the protocol. */
export interface ProtocolError extends ZitadelErrorFields<"protocol"> {}

/** The caller's signal ended the call; `cause` is its reason. */
export interface AbortedError extends ZitadelErrorFields<"aborted", 1> {}

/** `timeoutMs` passed. */
export interface TimeoutError extends ZitadelErrorFields<"timeout", 4> {}

/** The call itself is wrong, and nothing was sent; `message` names the argument. 16 is a token function that failed. */
export interface InvalidArgumentError extends ZitadelErrorFields<"invalid-argument", 3 | 8 | 16> {}

/** What every failed call rejects with, and nothing else. `kind` is what its kinds differ in. */
export type ZitadelError =
  StatusError | TransportError | ProtocolError | AbortedError | TimeoutError | InvalidArgumentError;

/** What an error is made of, for tests of one's own. */
export type ZitadelErrorInit = Pick<ZitadelErrorFields<ErrorKind>, "kind" | "code" | "message"> &
  Partial<
    Omit<ZitadelErrorFields<ErrorKind>, keyof Error | "kind" | "code" | "codeName" | "toJSON">
  > & { cause?: unknown };
