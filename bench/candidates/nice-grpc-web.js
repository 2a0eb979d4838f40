// The messages as ts-proto writes them, trimmed to this rpc.
import { Metadata, createChannel, createClient } from "nice-grpc-web";
import { BinaryReader } from "@bufbuild/protobuf/wire";

/** @param {BinaryReader} reader @param {number} end @param {Record<number, () => void>} fields */
function read(reader, end, fields) {
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const take = fields[number];
    take ? take() : reader.skip(wireType);
  }
}

/** @param {BinaryReader} reader */
function timestamp(reader) {
  const value = { seconds: "0", nanos: 0 };
  read(reader, reader.uint32() + reader.pos, {
    1: () => (value.seconds = String(reader.int64())),
    2: () => (value.nanos = reader.int32()),
  });
  return value;
}

/** @param {Uint8Array} bytes */
function decode(bytes) {
  const reader = new BinaryReader(bytes);
  /** @type {any} */
  const details = {};
  read(reader, bytes.length, {
    1: () =>
      read(reader, reader.uint32() + reader.pos, {
        1: () => (details.sequence = String(reader.uint64())),
        2: () => (details.creationDate = timestamp(reader)),
        3: () => (details.changeDate = timestamp(reader)),
        4: () => (details.resourceOwner = reader.string()),
      }),
  });
  return details;
}

const definition = {
  reactivateOrg: {
    path: "/zitadel.management.v1.ManagementService/ReactivateOrg",
    requestStream: false,
    responseStream: false,
    options: {},
    requestSerialize: () => new Uint8Array(),
    requestDeserialize: () => ({}),
    responseSerialize: () => new Uint8Array(),
    responseDeserialize: decode,
  },
};
/** @type {Map<string, any>} */
const clients = new Map();

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  let client = clients.get(baseUrl);
  if (!client) {
    clients.set(
      baseUrl,
      (client = createClient(/** @type {any} */ (definition), createChannel(baseUrl))),
    );
  }
  const metadata = Metadata({ authorization: `Bearer ${token}`, "x-zitadel-orgid": orgId });
  return client.reactivateOrg({}, { metadata });
}
