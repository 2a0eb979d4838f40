// The types in the form in which @protobuf-ts/plugin generates them, trimmed to this rpc.
import {
  MessageType,
  UnknownFieldHandler,
  WireType,
  reflectionMergePartial,
} from "@protobuf-ts/runtime";
import { ServiceType } from "@protobuf-ts/runtime-rpc";

import { caller } from "../protobuf-ts-call.js";

class Timestamp$Type extends MessageType {
  constructor() {
    super("google.protobuf.Timestamp", [
      { no: 1, name: "seconds", kind: "scalar", T: 3, L: 0 },
      { no: 2, name: "nanos", kind: "scalar", T: 5 },
    ]);
  }
  create(/** @type {any} */ value) {
    const message = Object.create(/** @type {any} */ (this.messagePrototype));
    message.seconds = 0n;
    message.nanos = 0;
    if (value !== undefined) reflectionMergePartial(this, message, value);
    return message;
  }
  internalBinaryRead(reader, length, options, target) {
    let message = target ?? this.create(undefined),
      end = reader.pos + length;
    while (reader.pos < end) {
      let [fieldNo, wireType] = reader.tag();
      switch (fieldNo) {
        case 1:
          message.seconds = reader.int64().toBigInt();
          break;
        case 2:
          message.nanos = reader.int32();
          break;
        default:
          skip(this, message, fieldNo, wireType, reader, options);
      }
    }
    return message;
  }
  internalBinaryWrite(message, writer, options) {
    if (message.seconds !== 0n) writer.tag(1, WireType.Varint).int64(message.seconds);
    if (message.nanos !== 0) writer.tag(2, WireType.Varint).int32(message.nanos);
    return unknown(this, message, writer, options);
  }
}
const Timestamp = new Timestamp$Type();

class ObjectDetails$Type extends MessageType {
  constructor() {
    super("zitadel.v1.ObjectDetails", [
      { no: 1, name: "sequence", kind: "scalar", T: 4, L: 0 },
      { no: 2, name: "creation_date", kind: "message", T: () => Timestamp },
      { no: 3, name: "change_date", kind: "message", T: () => Timestamp },
      { no: 4, name: "resource_owner", kind: "scalar", T: 9 },
    ]);
  }
  create(/** @type {any} */ value) {
    const message = Object.create(/** @type {any} */ (this.messagePrototype));
    message.sequence = 0n;
    message.resourceOwner = "";
    if (value !== undefined) reflectionMergePartial(this, message, value);
    return message;
  }
  internalBinaryRead(reader, length, options, target) {
    let message = target ?? this.create(undefined),
      end = reader.pos + length;
    while (reader.pos < end) {
      let [fieldNo, wireType] = reader.tag();
      switch (fieldNo) {
        case 1:
          message.sequence = reader.uint64().toBigInt();
          break;
        case 2:
          message.creationDate = Timestamp.internalBinaryRead(
            reader,
            reader.uint32(),
            options,
            message.creationDate,
          );
          break;
        case 3:
          message.changeDate = Timestamp.internalBinaryRead(
            reader,
            reader.uint32(),
            options,
            message.changeDate,
          );
          break;
        case 4:
          message.resourceOwner = reader.string();
          break;
        default:
          skip(this, message, fieldNo, wireType, reader, options);
      }
    }
    return message;
  }
  internalBinaryWrite(message, writer, options) {
    if (message.sequence !== 0n) writer.tag(1, WireType.Varint).uint64(message.sequence);
    if (message.creationDate)
      Timestamp.internalBinaryWrite(
        message.creationDate,
        writer.tag(2, WireType.LengthDelimited).fork(),
        options,
      ).join();
    if (message.changeDate)
      Timestamp.internalBinaryWrite(
        message.changeDate,
        writer.tag(3, WireType.LengthDelimited).fork(),
        options,
      ).join();
    if (message.resourceOwner !== "")
      writer.tag(4, WireType.LengthDelimited).string(message.resourceOwner);
    return unknown(this, message, writer, options);
  }
}
const ObjectDetails = new ObjectDetails$Type();

class Request$Type extends MessageType {
  constructor() {
    super("zitadel.management.v1.ReactivateOrgRequest", []);
  }
}
const Request = new Request$Type();

class Response$Type extends MessageType {
  constructor() {
    super("zitadel.management.v1.ReactivateOrgResponse", [
      { no: 1, name: "details", kind: "message", T: () => ObjectDetails },
    ]);
  }
  create(/** @type {any} */ value) {
    const message = Object.create(/** @type {any} */ (this.messagePrototype));
    if (value !== undefined) reflectionMergePartial(this, message, value);
    return message;
  }
  internalBinaryRead(reader, length, options, target) {
    let message = target ?? this.create(undefined),
      end = reader.pos + length;
    while (reader.pos < end) {
      let [fieldNo, wireType] = reader.tag();
      switch (fieldNo) {
        case 1:
          message.details = ObjectDetails.internalBinaryRead(
            reader,
            reader.uint32(),
            options,
            message.details,
          );
          break;
        default:
          skip(this, message, fieldNo, wireType, reader, options);
      }
    }
    return message;
  }
  internalBinaryWrite(message, writer, options) {
    if (message.details)
      ObjectDetails.internalBinaryWrite(
        message.details,
        writer.tag(1, WireType.LengthDelimited).fork(),
        options,
      ).join();
    return unknown(this, message, writer, options);
  }
}
const Response = new Response$Type();

function skip(type, message, fieldNo, wireType, reader, options) {
  const { readUnknownField } = options;
  const data = reader.skip(wireType);
  if (readUnknownField !== false) {
    const read = readUnknownField === true ? UnknownFieldHandler.onRead : readUnknownField;
    read(type.typeName, message, fieldNo, wireType, data);
  }
}

function unknown(type, message, writer, { writeUnknownFields }) {
  if (writeUnknownFields !== false) {
    const write = writeUnknownFields === true ? UnknownFieldHandler.onWrite : writeUnknownFields;
    write(type.typeName, message, writer);
  }
  return writer;
}

const Service = new ServiceType("zitadel.management.v1.ManagementService", [
  { name: "ReactivateOrg", options: {}, I: Request, O: Response },
]);

/** @type {import("../candidate.js").Call} */
export const reactivate = caller(Service.methods[0]);
