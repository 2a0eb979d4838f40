// Types of the generated `dist/zitadel_org_web.js`.

import type {
  CallOptions,
  DeactivateOrgResponse,
  GetMyOrgResponse,
  ReactivateOrgResponse,
  TokenSource,
} from "./index.js";

/** What the WebAssembly module does, as JavaScript calls it. */
export interface Module {
  initSync(source: { module: WebAssembly.Module }): void;
  reactivateOrg(
    token: TokenSource,
    orgId?: string | null,
    options?: CallOptions,
  ): Promise<ReactivateOrgResponse>;
  deactivateOrg(
    token: TokenSource,
    orgId?: string | null,
    options?: CallOptions,
  ): Promise<DeactivateOrgResponse>;
  getMyOrg(
    token: TokenSource,
    orgId?: string | null,
    options?: CallOptions,
  ): Promise<GetMyOrgResponse>;
}

/**
 * Makes glue for one instance.
 *
 * @param webAssembly - what stands in for the global WebAssembly: the module is instantiated with it
 */
export function createGlue(webAssembly: {
  Module: typeof WebAssembly.Module;
  Instance(
    module: WebAssembly.Module,
    imports: WebAssembly.Imports,
  ): { exports: Record<string, unknown> };
}): Module;
