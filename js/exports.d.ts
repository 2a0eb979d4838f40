import type {
  CallOptions,
  DeactivateOrgResponse,
  GetMyOrgResponse,
  ReactivateOrgResponse,
  TokenSource,
} from "./index.js";
