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
 * A detail of another type: its `value`, the bytes in base64; of ZITADEL's newer one `slug` and `message`; over REST whatever
 * ZITADEL's JSON has.
 */
export interface OtherErrorDetail {
  "@type": string;
  value?: string;
  [field: string]: unknown;
}

export type ErrorDetail = ZitadelErrorDetail | OtherErrorDetail;

/** What all kinds of {@link ZitadelError} have. */
interface ZitadelErrorFields<Kind extends ErrorKind, Code extends number = number> extends Error {
  readonly name: "ZitadelError";
  readonly kind: Kind;
  /** The gRPC status code, 1 to 16. */
  readonly code: Code;
  /** The code's name, for instance `FAILED_PRECONDITION`. */
  readonly codeName: string;
  /** For kind `status` the server's text, which ZITADEL translates; otherwise a sentence that says what to do. */
  readonly message: string;
  /** ZITADEL's stable id of the error, for instance `EVENT-bfnrh`. Branch on it, never on the message. */
  readonly id?: string;
  readonly details: ErrorDetail[];
  /** The HTTP status, if there was an answer. */
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

/** ZITADEL, or the HTTP layer in front of it, answered with an error. */
export interface StatusError extends ZitadelErrorFields<"status"> {
  readonly httpStatus: number;
}

/** There was no answer: refused, DNS, TLS, CORS, reset, redirect. */
export interface TransportError extends ZitadelErrorFields<"transport", 14> {}

/** An answer that breaks the protocol. */
export interface ProtocolError extends ZitadelErrorFields<"protocol"> {}

/** The caller's signal ended the call; `cause` is its reason. */
export interface AbortedError extends ZitadelErrorFields<"aborted", 1> {}

/** `timeoutMs` passed. The change may have been made. */
export interface TimeoutError extends ZitadelErrorFields<"timeout", 4> {}

/** The call itself is wrong, and nothing was sent; `message` names the argument. 16 is a token function that failed. */
export interface InvalidArgumentError extends ZitadelErrorFields<"invalid-argument", 3 | 16> {}

/** What every failed call rejects with, and nothing else. `kind` tells its kinds apart. */
export type ZitadelError =
  StatusError | TransportError | ProtocolError | AbortedError | TimeoutError | InvalidArgumentError;

/** The class of all of them, for `instanceof`; {@link isZitadelError} also knows those of other copies and realms. */
export const ZitadelError: abstract new (never: never) => ZitadelError;

/** Whether something caught is a {@link ZitadelError}, also one of another copy of this package or another realm. */
export function isZitadelError(e: unknown): e is ZitadelError;
