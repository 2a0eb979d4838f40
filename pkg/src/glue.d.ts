// Types of the generated `dist/zitadel_org_web_bg.js`; the build puts this file beside it.

import type {
  CallOptions,
  DeactivateOrgResponse,
  GetMyOrgResponse,
  ReactivateOrgResponse,
  TokenSource,
} from "../src/index.js";

export function reactivateOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<ReactivateOrgResponse>;
export function deactivateOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<DeactivateOrgResponse>;
export function getMyOrg(
  token: TokenSource,
  orgId?: string | null,
  options?: CallOptions,
): Promise<GetMyOrgResponse>;
export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
