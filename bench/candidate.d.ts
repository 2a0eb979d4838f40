/** What every candidate does: the one call, with the fields of its answer that are compared. */
export type Call = (
  baseUrl: string,
  token: string,
  orgId: string,
) => Promise<{ sequence: string; resourceOwner: string } | undefined>;

declare global {
  /** A FileDescriptorProto in base64, which the build puts in. */
  const TRIMMED_DESCRIPTOR: string;
}
