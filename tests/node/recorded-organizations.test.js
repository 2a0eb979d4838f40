// Recorded responses of organization v2 and of the permissions call, compared with the official descriptors' decoders. Changes
// are newer than that package, so the test decodes them itself.
//
// tests/fixtures/organization-v2.json and permissions-and-lists.json were recorded on ZITADEL at a97999e5 (2026-07-10).

import assert from "node:assert/strict";
import { test } from "node:test";

import { create, fromBinary, fromJsonString, toJson } from "@bufbuild/protobuf";
import { ListMyZitadelPermissionsResponseSchema } from "@zitadel/proto/zitadel/auth_pb.js";
import { ListOrganizationsResponseSchema } from "@zitadel/proto/zitadel/org/v2/org_service_pb.js";

import { BASE_URL, RPCS } from "../support/calls.js";
import { exchanges, responseOf } from "../support/recorded.js";

/** @typedef {import("../support/recorded.js").Exchange} Exchange */

const EXCHANGES = ["organization-v2", "permissions-and-lists"].flatMap(exchanges);

/** @type {Record<string, keyof typeof RPCS>} */
const RPC_OF_PATH = {
  "/zitadel.org.v2.OrganizationService/ActivateOrganization": "activateOrganization",
  "/zitadel.org.v2.OrganizationService/DeactivateOrganization": "deactivateOrganization",
  "/zitadel.org.v2.OrganizationService/ListOrganizations": "listOrganizations",
  "/zitadel.auth.v1.AuthService/ListMyZitadelPermissions": "listMyZitadelPermissions",
  "/v2/organizations/_search": "listOrganizations",
  "/auth/v1/permissions/zitadel/me/_search": "listMyZitadelPermissions",
};

/** @param {Exchange} exchange */
function callOf({ request }) {
  const [verb, path = ""] = request.split(" ");
  const change = /^\/v2\/organizations\/\d+\/(activate|deactivate)$/.exec(path)?.[1];
  const name = change
    ? /** @type {keyof typeof RPCS} */ (`${change}Organization`)
    : RPC_OF_PATH[path];
  const isGrpcWeb = request.includes("application/grpc-web");
  const isConnect =
    request.includes("connect-protocol-version") || /application\/grpc($| )/.test(request);
  if (verb !== "POST" || !name || isConnect || (!isGrpcWeb && path.startsWith("/zitadel."))) {
    return undefined;
  }
  return { name, protocol: isGrpcWeb ? "grpc-web" : "json" };
}

const SCHEMAS = {
  listOrganizations: ListOrganizationsResponseSchema,
  listMyZitadelPermissions: ListMyZitadelPermissionsResponseSchema,
};

/**
 * Returns the value of a success, by other decoders.
 *
 * @param {Exchange} exchange
 * @param {{ name: string, protocol: string }} call
 */
function valueOf({ bodyHex = "" }, call) {
  const body = Buffer.from(bodyHex, "hex");
  const schema = /** @type {any} */ (SCHEMAS)[call.name];
  if (!schema) {
    return call.protocol === "json"
      ? JSON.parse(body.toString())
      : { changeDate: date(body.subarray(5)) };
  }
  const message =
    call.protocol === "json"
      ? fromJsonString(schema, body.toString())
      : fromBinary(schema, body.subarray(5, 5 + body.readUInt32BE(1)));
  return toJson(schema, /** @type {any} */ (create(schema, message)), { alwaysEmitImplicit: true });
}

/** A message with one timestamp: `0a len 08 seconds 10 nanos`. @param {Uint8Array} message */
function date(message) {
  let at = 3;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const seconds = varint();
  at += 1;
  const nanos = varint();
  assert.equal(nanos % 1000, 0);
  const micros = String(nanos / 1000).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${micros}Z`;
}

let count = 0;
for (const exchange of EXCHANGES) {
  const call = callOf(exchange);
  if (!call) {
    continue;
  }
  count += 1;
  test(`${exchange.name} (${call.protocol})`, async () => {
    const response = responseOf(exchange);
    const { headers } = response;
    const options = { baseUrl: BASE_URL, protocol: call.protocol, fetch: async () => response };
    const subject = call.name === "listOrganizations" ? {} : "1";
    const run = /** @type {any} */ (RPCS[call.name]);
    const json =
      headers.get("content-type") === "application/json" ? await response.clone().json() : {};
    const outcome = await run("t", subject, options).catch((/** @type {any} */ error) => error);
    const code = Number(headers.get("grpc-status") ?? json.code ?? 0);
    if (code > 0) {
      const message = json.message ?? decodeURIComponent(headers.get("grpc-message") ?? "");
      const id = / \(([A-Z]+-\w+)\)$/.exec(message)?.[1];
      assert.deepEqual(
        [outcome.kind, outcome.code, outcome.id, outcome.message],
        ["status", code, id, message],
      );
      assert.equal(outcome.details[0]?.id, id);
    } else if (response.status !== 200) {
      assert.deepEqual([outcome.kind, outcome.httpStatus], ["status", response.status]);
    } else {
      assert.deepEqual(outcome, valueOf(exchange, call));
    }
  });
}

test("every recorded call of the client is covered", () => {
  assert.equal(count, 84);
});
