// Types of what passes between JavaScript and the WebAssembly module, and of the generated `dist/zitadel_org_web.js`.

import type { ErrorDetail, ErrorKind } from "./index.js";

export type Method = "reactivateOrg" | "deactivateOrg" | "getMyOrg";

/** What the fields of a ZitadelError are made of. */
export interface ErrorFields {
  kind: ErrorKind;
  code: number;
  message: string;
  details?: ErrorDetail[];
  /** Names in lower case and values, as often as they came. */
  metadata?: [name: string, value: string][];
  httpStatus?: number;
}

/** What an answer comes to. */
export type Outcome =
  { value: unknown; error?: undefined } | { value?: undefined; error: ErrorFields };

/** What is the same in all requests of a method over one protocol. */
export interface Request {
  method: string;
  path: string;
  body: number[] | null;
}

/** The fields of a message by their names; see `methods` in `src/module.rs`. */
export interface Fields {
  [name: string]: "string" | "uint64" | "timestamp" | string[] | Fields;
}

/** How a method is called, and what it answers with. */
export interface MethodInfo {
  index: number;
  "grpc-web": Request;
  json: Request;
  answer: Fields;
}

/** An instance of the module. */
export interface Module {
  glue: Glue;
  /** What the module answered, unless that is nothing. */
  parse(answer: Uint8Array): any;
  /** Tells a trap, and has the next call start afresh. */
  crashed(cause: unknown): never;
  methods: Record<Method, MethodInfo> & {
    headers: Record<"grpc-web" | "json", Record<string, string>>;
  };
  decode(
    index: number,
    status: number,
    isComplete: boolean,
    headers: [name: string, value: string][],
    chunks: Uint8Array[],
  ): Outcome | undefined;
}

/** The functions that wasm-bindgen makes around the module's exports; documented in `src/module.rs`. */
export interface Glue extends WebAssembly.ModuleImports {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  methods(): Uint8Array;
  decode(
    index: number,
    status: number,
    isComplete: boolean,
    headersLength: number,
    answer: Uint8Array,
  ): Uint8Array;
}

/** The same with the second transport, `src/tonic.rs`. */
export interface TonicGlue extends Glue {
  unary(
    index: number,
    target: { baseUrl: string; headers: Record<string, string> },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
}

/** Makes the glue of one instance. */
export function createGlue(): TonicGlue;
