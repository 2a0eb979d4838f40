// The protos of this project are a subset of those that the npm package @zitadel/proto describes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { file_zitadel_auth } from "@zitadel/proto/zitadel/auth_pb.js";
import { file_zitadel_management } from "@zitadel/proto/zitadel/management_pb.js";
import { file_zitadel_message } from "@zitadel/proto/zitadel/message_pb.js";
import { file_zitadel_org_v2_org_service } from "@zitadel/proto/zitadel/org/v2/org_service_pb.js";
import protobuf from "protobufjs";

const FILES = [
  "auth",
  "management",
  "message",
  "object",
  "object/v2/object",
  "org",
  "org/v2/org",
  "org/v2/org_service",
  "org/v2/query",
];

/** Names that are newer than the package. The recorded exchanges in tests/fixtures cover them. */
const NEWER = new Set([
  "zitadel.org.v2.ActivateOrganizationRequest",
  "zitadel.org.v2.ActivateOrganizationResponse",
  "zitadel.org.v2.DeactivateOrganizationRequest",
  "zitadel.org.v2.DeactivateOrganizationResponse",
  "ActivateOrganization",
  "DeactivateOrganization",
  "ORGANIZATION_FIELD_NAME_CREATION_DATE",
]);

/** @type {Map<string, any>} */
const officialTypes = new Map();

/** @param {any} file */
function collect(file) {
  for (const list of [file.messages, file.enums, file.services]) {
    for (const type of list) {
      officialTypes.set(type.typeName, type);
    }
  }
  file.dependencies.forEach(collect);
}
collect(file_zitadel_auth);
collect(file_zitadel_management);
collect(file_zitadel_message);
collect(file_zitadel_org_v2_org_service);

/** The types of proto/ by their full names. */
const types = new Map(
  FILES.flatMap((name) => {
    const path = new URL(`../../proto/zitadel/${name}.proto`, import.meta.url);
    const { root, package: scope } = protobuf.parse(readFileSync(path, "utf8"), { keepCase: true });
    const namespace = /** @type {protobuf.Namespace} */ (root.lookup(scope ?? ""));
    return namespace.nestedArray.map((type) => [`${scope}.${type.name}`, type]);
  }),
);

/**
 * Returns the full name of a field's type, which protobufjs leaves as it is written in the proto.
 *
 * @param {string} name
 * @param {string} owner
 */
function resolve(name, owner) {
  const scope = owner.slice(0, owner.lastIndexOf("."));
  return name.includes(".") ? name : `${scope}.${name}`;
}

/** Returns the type of an official field, as a proto file would write it. @param {any} field */
function typeOf(field) {
  return (field.message ?? field.enum)?.typeName ?? SCALARS[field.scalar];
}

/** Names of scalar types by their number in google.protobuf.FieldDescriptorProto.Type. @type {Record<number, string>} */
const SCALARS = {
  3: "int64",
  4: "uint64",
  5: "int32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "uint32",
};

test("all types of the protos are compared", () => {
  assert.ok(types.has("zitadel.management.v1.ManagementService"));
  assert.ok(types.has("zitadel.v1.ErrorDetail"));
  assert.equal(types.size, 34);
  for (const name of NEWER) {
    assert.ok(!officialTypes.has(name), `${name} is in the package now`);
  }
});

for (const [name, type] of [...types].filter(([name]) => !NEWER.has(name))) {
  if (type instanceof protobuf.Type) {
    test(`${name} has ZITADEL's fields`, () => {
      const message = officialTypes.get(name);
      assert.equal(message?.kind, "message");
      for (const field of type.fieldsArray) {
        const official = message.fields.find((/** @type {any} */ { name }) => name === field.name);
        assert.ok(official, `${field.name} is not a field in ZITADEL`);
        assert.equal(official.number, field.id, field.name);
        const isScalar = field.type in protobuf.types.basic;
        assert.equal(
          typeOf(official),
          isScalar ? field.type : resolve(field.type, name),
          field.name,
        );
        assert.equal(official.fieldKind === "list", field.repeated, field.name);
      }
    });
  } else if (type instanceof protobuf.Enum) {
    test(`${name} has ZITADEL's values`, () => {
      const official = officialTypes.get(name);
      assert.equal(official?.kind, "enum");
      const values = official.values.map((/** @type {any} */ value) => [value.name, value.number]);
      const declared = Object.entries(type.values).filter(([name]) => !NEWER.has(name));
      assert.deepEqual(Object.fromEntries(declared), Object.fromEntries(values));
    });
  } else if (type instanceof protobuf.Service) {
    test(`${name} has ZITADEL's methods`, () => {
      const service = officialTypes.get(name);
      assert.equal(service?.kind, "service");
      for (const method of type.methodsArray.filter(({ name }) => !NEWER.has(name))) {
        const official = service.methods.find(
          (/** @type {any} */ { name }) => name === method.name,
        );
        assert.ok(official, `${method.name} is not a method in ZITADEL`);
        assert.equal(official.methodKind, "unary");
        assert.equal(official.input.typeName, resolve(method.requestType, name));
        assert.equal(official.output.typeName, resolve(method.responseType, name));
      }
    });
  }
}
