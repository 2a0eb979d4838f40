// Compiled, never run. Correct uses compile, and marked misuses do not.

import {
  activateOrganization,
  createOrgClient,
  deactivateOrg,
  deactivateOrganization,
  ensureOrgActive,
  ensureOrgsActive,
  getMyOrg,
  isZitadelError,
  listOrganizations,
  preload,
  reactivateOrg,
  ZitadelError,
  type CallOptions,
  type ListOrganizationsRequest,
  type Organization,
  type OrgClient,
  type OrgState,
  type TokenSource,
} from "zitadel-org-web";
import { reactivateOrg as streamed } from "zitadel-org-web/streaming";
import { reactivateOrg as overTonic } from "zitadel-org-web/tonic";

/** Fails to compile unless both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_ extends true>() => undefined;

export async function goodUses(signal: AbortSignal) {
  const tokens: TokenSource[] = ["t", () => "t", async () => "t"];
  await reactivateOrg("t");
  await deactivateOrg("t", null);
  await reactivateOrg(tokens[0] ?? "t", "1", {
    baseUrl: new URL("https://z.example"),
    protocol: "json",
    timeoutMs: 0,
    signal,
    language: "de",
    headers: { "x-a": "1" },
    fetch,
    allowInsecure: false,
  });
  const { details } = await reactivateOrg("t", undefined, {});
  const sequence: string | undefined = details?.sequence;
  const changeDate: string | undefined = details?.changeDate;
  const { org } = await getMyOrg("t");
  const state: OrgState | number | undefined = org?.state;
  const client = createOrgClient({ token: "t", baseUrl: "https://z.example" });
  await client.reactivateOrg("1", { timeoutMs: 5 });
  await preload();
  same<Same<typeof streamed, typeof reactivateOrg>>();
  same<Same<typeof overTonic, typeof reactivateOrg>>();
  return [sequence, changeDate, state];
}

export function errorsNarrow(error: unknown): string | number | undefined {
  if (error instanceof ZitadelError) {
    const code: number = error.code;
    return code;
  }
  if (!isZitadelError(error)) {
    return undefined;
  }
  same<Same<ReturnType<typeof error.toJSON>["code"], number>>();
  switch (error.kind) {
    case "status": {
      const httpStatus: number = error.httpStatus;
      return error.id ?? httpStatus;
    }
    case "transport":
      same<Same<typeof error.code, 14>>();
      return error.message;
    case "aborted":
      same<Same<typeof error.code, 1>>();
      return String(error.cause);
    case "timeout":
      same<Same<typeof error.code, 4>>();
      return error.codeName;
    case "protocol":
      return error.metadata["content-type"];
    case "invalid-argument":
      same<Same<typeof error.code, 3 | 16>>();
      return error.message;
    default: {
      const never: never = error;
      return never;
    }
  }
}

export function optionalMembersTakeUndefined(maybe: string | undefined, flag?: boolean) {
  const options: CallOptions = {
    baseUrl: maybe,
    protocol: undefined,
    timeoutMs: undefined,
    signal: undefined,
    language: maybe,
    headers: undefined,
    fetch: undefined,
    allowInsecure: flag,
  };
  const merged: CallOptions[] = [
    { headers: [["x-a", "1"]] },
    { headers: new Headers() },
    { headers: new Map([["x-a", "1"]]) },
  ];
  const wrapped: CallOptions = {
    fetch: async (input: string, init: RequestInit) => fetch(input, init),
  };
  return [options, merged, wrapped];
}

export function detailsNarrow(error: ZitadelError): string {
  const [detail] = error.details;
  if (detail?.["@type"] === "type.googleapis.com/zitadel.v1.ErrorDetail") {
    same<Same<typeof detail.id, string>>();
    return detail.id;
  }
  if (detail?.["@type"] === "type.googleapis.com/zitadel.error.v2.ErrorDetail") {
    return detail.slug;
  }
  return detail?.value ?? "";
}

export function errorsAreConstructed() {
  const error = new ZitadelError({ kind: "status", code: 9, message: "no", id: "EVENT-bfnrh" });
  error.name = "ZitadelError";
  const flags: [boolean, boolean, number | undefined] = [
    error.retriable,
    error.mayHaveChanged,
    error.retryAfterMs,
  ];
  const previous: TokenSource = ({ previous }) => previous?.id ?? "t";
  // @ts-expect-error the kind is required
  new ZitadelError({ code: 9, message: "no" });
  return [flags, previous];
}

export async function organizations(client: OrgClient) {
  const request: ListOrganizationsRequest = {
    query: { offset: 0n, limit: 50, asc: undefined },
    sortingColumn: "ORGANIZATION_FIELD_NAME_CREATION_DATE",
    queries: [
      { nameQuery: { name: "a", method: "TEXT_QUERY_METHOD_CONTAINS" } },
      { stateQuery: { state: "ORGANIZATION_STATE_INACTIVE" } },
      { defaultQuery: {} },
    ],
  };
  const { result, details } = await listOrganizations("t", request);
  same<Same<typeof result, Organization[]>>();
  const { changeDate } = await activateOrganization("t", result[0]?.id ?? "");
  same<Same<typeof changeDate, string | undefined>>();
  const { result: permissions } = await client.listMyZitadelPermissions(null);
  same<Same<typeof permissions, string[]>>();
  const { outcome } = await client.ensureOrgActive("1", { timeoutMs: 5 });
  same<Same<typeof outcome, "reactivated" | "already-active" | "active">>();
  const all = await client.ensureOrgsActive(new Set(["1"]), {
    concurrency: 8,
    onProgress: ({ done, total, last }) => void [done / total, last.orgId],
  });
  const failures = all.flatMap(({ orgId, error }) => (error ? [[orgId, error.code]] : []));
  for (const result of all) {
    if (result.error) {
      same<Same<typeof result.activation, undefined>>();
    } else {
      same<Same<typeof result.activation.outcome, "reactivated" | "already-active" | "active">>();
    }
  }
  const offsets: ListOrganizationsRequest[] = ["0", 0, 0n].map((offset) => ({ query: { offset } }));
  // @ts-expect-error a filter sets one field
  const wrong: ListOrganizationsRequest = { queries: [{ nameQuery: { id: "1" } }] };
  // @ts-expect-error the organization is required
  void ensureOrgActive("t");
  // @ts-expect-error ids are an iterable of strings
  void ensureOrgsActive("t", 1);
  return [details?.totalResult, failures, offsets, wrong, deactivateOrganization];
}

export function misuse() {
  // @ts-expect-error the token is required
  void reactivateOrg();
  // @ts-expect-error a token is a string or a function
  void reactivateOrg(5);
  // @ts-expect-error an organization is a string
  void reactivateOrg("t", 5);
  // @ts-expect-error the option is named timeoutMs
  void reactivateOrg("t", "1", { timeout: 5 });
  // @ts-expect-error the protocols are "grpc-web" and "json"
  void reactivateOrg("t", "1", { protocol: "grpc" });
  // @ts-expect-error a header is a string
  void reactivateOrg("t", "1", { headers: { "x-a": 1 } });
  // @ts-expect-error a client requires a token
  createOrgClient({ baseUrl: "https://z.example" });
  // @ts-expect-error the fields are required
  new ZitadelError();
  const options: CallOptions = { timeoutMs: 5 };
  return options;
}
