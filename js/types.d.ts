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
