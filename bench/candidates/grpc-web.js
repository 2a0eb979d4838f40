// Google's client with messages in the style of protoc-gen-js, trimmed to this rpc.
import { GrpcWebClientBase, MethodDescriptor, MethodType } from "grpc-web";
import jspb from "google-protobuf";

class Empty {
  serializeBinary() {
    return new jspb.BinaryWriter().getResultBuffer();
  }
}

/** @param {any} reader @param {Record<number, (value: any) => void>} fields */
function read(reader, fields) {
  while (reader.nextField() && !reader.isEndGroup()) {
    const take = fields[reader.getFieldNumber()];
    take ? take(reader) : reader.skipField();
  }
}

class Response {
  /** @param {Uint8Array} bytes */
  static deserializeBinary(bytes) {
    /** @type {any} */
    const details = {};
    const timestamp = (/** @type {any} */ reader) => {
      const value = {};
      reader.readMessage(value, () =>
        read(reader, {
          1: (reader) => (value.seconds = reader.readInt64()),
          2: (reader) => (value.nanos = reader.readInt32()),
        }),
      );
      return value;
    };
    read(new jspb.BinaryReader(bytes), {
      1: (reader) =>
        reader.readMessage(details, () =>
          read(reader, {
            1: (reader) => (details.sequence = reader.readUint64String()),
            2: (reader) => (details.creationDate = timestamp(reader)),
            3: (reader) => (details.changeDate = timestamp(reader)),
            4: (reader) => (details.resourceOwner = reader.readString()),
          }),
        ),
    });
    return details;
  }
}

const PATH = "/zitadel.management.v1.ManagementService/ReactivateOrg";
const method = new MethodDescriptor(
  PATH,
  MethodType.UNARY,
  Empty,
  Response,
  (/** @type {Empty} */ request) => request.serializeBinary(),
  Response.deserializeBinary,
);
const client = new GrpcWebClientBase({ format: "binary" });

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  const metadata = { authorization: `Bearer ${token}`, "x-zitadel-orgid": orgId };
  return client.unaryCall(baseUrl + PATH, new Empty(), metadata, method);
}
