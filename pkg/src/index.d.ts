/**
 * The bare access token, without "Bearer ", or a function that gives it. A function is asked once per call, just before
 * the request.
 */
export type TokenSource = string | (() => string | PromiseLike<string>);

/** How a call is made. */
export interface CallOptions {
  /**
   * Where ZITADEL is. A path prefix is kept, a trailing slash does not matter.
   * @defaultValue the origin of the page or worker
   */
  baseUrl?: string | URL;
  /**
   * How the call travels. "json" is the REST mapping, for networks that block gRPC-Web.
   * @defaultValue "grpc-web"
   */
  protocol?: "grpc-web" | "json";
  /**
   * Milliseconds for the whole call: token, connect, headers and body. 0 means no deadline.
   * @defaultValue 30000
   */
  timeoutMs?: number;
  /** Aborts the call. */
  signal?: AbortSignal;
  /** Accept-Language, for ZITADEL's translated messages. The language in the user's profile comes first. */
  language?: string;
  /**
   * More request headers; the protocol's own and Authorization are refused. A cross-origin call with a header that
   * ZITADEL's CORS rules do not list fails.
   */
  headers?: Record<string, string>;
  /** @defaultValue the global fetch */
  fetch?: typeof globalThis.fetch;
  /** Permits plain http to a host that is not loopback: the token then travels readable. */
  allowInsecure?: boolean;
}

/** What ZITADEL tells about the object that a call read or changed. */
export interface ObjectDetails {
  /** Number of the object's last event, a uint64 in decimal. */
  sequence: string;
  /** When the object was created, RFC 3339 in UTC. ZITADEL leaves it out of the answer to a change. */
  creationDate?: string;
  /** When that event was written, RFC 3339 in UTC. */
  changeDate?: string;
  /** Id of the organization that owns the object. */
  resourceOwner: string;
}

export interface ReactivateOrgResponse {
  details?: ObjectDetails;
}

export interface DeactivateOrgResponse {
  details?: ObjectDetails;
}

/** Whether an organization's users can log in. ZITADEL answers UNSPECIFIED for a removed organization. */
export type OrgState =
  "ORG_STATE_UNSPECIFIED" | "ORG_STATE_ACTIVE" | "ORG_STATE_INACTIVE" | "ORG_STATE_REMOVED";

export interface Org {
  id: string;
  name: string;
  primaryDomain: string;
  /** A number is a state that this version does not know. */
  state: OrgState | number;
  details?: ObjectDetails;
}

export interface GetMyOrgResponse {
  org?: Org;
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
 * Deactivates an organization: its users can no longer log in. The caller needs the permission `org.write`.
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

/** Where a call failed; see {@link ZitadelError.kind}. */
export type ErrorKind =
  "status" | "transport" | "protocol" | "aborted" | "timeout" | "invalid-argument";

/** ZITADEL's own detail. */
export interface ZitadelErrorDetail {
  "@type": "type.googleapis.com/zitadel.v1.ErrorDetail";
  id: string;
  message: string;
}

/**
 * A detail of another type: the fields of ZITADEL's other ones and of google.rpc's in proto3's JSON mapping, of any other
 * `value`, its bytes in base64.
 */
export interface OtherErrorDetail {
  "@type": string;
  value?: string;
  [field: string]: unknown;
}

export type ErrorDetail = ZitadelErrorDetail | OtherErrorDetail;

/** What every failed call rejects with, and nothing else. */
export class ZitadelError extends Error {
  private constructor();
  readonly name: "ZitadelError";
  /**
   * - `status`: ZITADEL, or the HTTP layer in front of it, answered with an error
   * - `transport`: there was no answer (refused, DNS, TLS, CORS, reset, redirect)
   * - `protocol`: the answer breaks the protocol
   * - `aborted`: the caller's signal
   * - `timeout`: `timeoutMs` passed
   * - `invalid-argument`: the call itself is wrong; nothing was sent
   */
  readonly kind: ErrorKind;
  /** The gRPC status code, 1 to 16. */
  readonly code: number;
  /** The code's name, for instance `FAILED_PRECONDITION`. */
  readonly codeName: string;
  /** ZITADEL's stable id of the error, for instance `EVENT-bfnrh`. Branch on it, never on the message. */
  readonly id?: string;
  readonly details: ErrorDetail[];
  readonly httpStatus?: number;
  /** The answer's `x-request-id`. */
  readonly requestId?: string;
  /** The answer's headers and trailers as far as the browser shows them, in lower case; repeated ones joined with ", ". */
  readonly metadata: Record<string, string>;
  /** What was thrown below, or the signal's reason. */
  readonly cause?: unknown;
  /** The API's own form of an error. */
  toJSON(): { code: number; message: string; details: ErrorDetail[] };
}

/** Whether something caught is a {@link ZitadelError}, also one of another copy of this package or another realm. */
export function isZitadelError(e: unknown): e is ZitadelError;
