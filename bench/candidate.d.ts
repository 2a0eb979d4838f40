/** A candidate's function: calls ReactivateOrg and returns two fields of the response. */
export type Call = (
  baseUrl: string,
  token: string,
  orgId: string,
) => Promise<{ sequence: string; resourceOwner: string } | undefined>;

declare global {
  /** A FileDescriptorProto in base64. The build defines it. */
  const TRIMMED_DESCRIPTOR: string;
}
