import type { ErrorDetail, ErrorKind } from "./index.js";

/** The fields of a ZitadelError as the WebAssembly module hands them over. */
export interface ErrorFields {
  kind: ErrorKind;
  code: number;
  codeName: string;
  message: string;
  id?: string;
  details: ErrorDetail[];
  httpStatus?: number;
  requestId?: string;
  metadata: Record<string, string>;
  cause?: unknown;
}
