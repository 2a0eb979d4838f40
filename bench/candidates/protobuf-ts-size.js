// The types in the form in which @protobuf-ts/plugin generates them for code size, trimmed to this rpc.
import { MessageType } from "@protobuf-ts/runtime";
import { ServiceType } from "@protobuf-ts/runtime-rpc";

import { caller } from "../protobuf-ts-call.js";

const Timestamp = new MessageType("google.protobuf.Timestamp", [
  { no: 1, name: "seconds", kind: "scalar", T: 3, L: 0 },
  { no: 2, name: "nanos", kind: "scalar", T: 5 },
]);
const ObjectDetails = new MessageType("zitadel.v1.ObjectDetails", [
  { no: 1, name: "sequence", kind: "scalar", T: 4, L: 0 },
  { no: 2, name: "creation_date", kind: "message", T: () => Timestamp },
  { no: 3, name: "change_date", kind: "message", T: () => Timestamp },
  { no: 4, name: "resource_owner", kind: "scalar", T: 9 },
]);
const Service = new ServiceType("zitadel.management.v1.ManagementService", [
  {
    name: "ReactivateOrg",
    options: {},
    I: new MessageType("zitadel.management.v1.ReactivateOrgRequest", []),
    O: new MessageType("zitadel.management.v1.ReactivateOrgResponse", [
      { no: 1, name: "details", kind: "message", T: () => ObjectDetails },
    ]),
  },
]);

/** @type {import("../candidate.js").Call} */
export const reactivate = caller(Service.methods[0]);
