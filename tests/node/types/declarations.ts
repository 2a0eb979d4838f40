// Compiled to a declaration file, never run. Inferred types of this package have names that the file can import.

import { ensureOrgsActive, isZitadelError, ZitadelError } from "zitadel-org-web";

export const asZitadelError = (error: unknown) => (isZitadelError(error) ? error : undefined);

export const withCause = (cause: unknown) =>
  new ZitadelError({ kind: "status", code: 9, message: "no", cause });

export const failures = async (ids: string[]) =>
  (await ensureOrgsActive("t", ids)).flatMap(({ error }) => error ?? []);

export class Wrapped {
  constructor(readonly error = withCause(undefined)) {}

  get kind() {
    return this.error.kind;
  }

  get details() {
    return this.error.details;
  }
}
