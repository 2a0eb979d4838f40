// The clients that are compared, and their bundles as a console would ship them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

const require = createRequire(new URL("../tests/package.json", import.meta.url));
/** @type {typeof import("esbuild")} */
const { build } = require("esbuild");

/** What a candidate is called, by the name of its file. */
export const CANDIDATES = {
  raw: "hand-written fetch, no checks",
  "ours-default": "zitadel-org-web",
  "ours-streaming": "zitadel-org-web/streaming",
  "ours-tonic": "zitadel-org-web/tonic",
  "ours-rust": "zitadel-org-web, the crate in a Rust app",
  "protobuf-ts": "protobuf-ts, protos trimmed",
  "protobuf-ts-size": "protobuf-ts for code size, protos trimmed",
  "connect-web": "connect-web, protos trimmed",
  connectrpc: "connectrpc, the crate, over a fetch of ours",
  "nice-grpc-web": "nice-grpc-web, protos trimmed",
  "grpc-web": "Google grpc-web, protos trimmed",
  "zitadel-client": "@zitadel/client",
};

/** The files of modules that are not inside of JavaScript, by candidate. */
const MODULES = {
  "ours-streaming": ["../pkg/", "zitadel_org_web_bg.wasm"],
  "ours-rust": ["../target/bench/rust/", "app_bg.wasm"],
  connectrpc: ["../target/bench/connectrpc/", "app_bg.wasm"],
};
/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * What a page downloads for each candidate, by path.
 *
 * @returns {Promise<Record<string, Record<string, Buffer>>>}
 */
export async function bundles() {
  /** @type {Record<string, Record<string, Buffer>>} */
  const files = {};
  for (const name of Object.keys(CANDIDATES)) {
    files[name] = { [`/${name}/index.js`]: await bundle(`candidates/${name}.js`) };
  }
  for (const [name, [folder = "", file = ""]] of Object.entries(MODULES)) {
    files[name] = { ...files[name], [`/${name}/${file}`]: readFileSync(here(folder + file)) };
  }
  return files;
}

/** The bundle of tasks.js, by its path. @returns {Promise<Record<string, Buffer>>} */
export async function tasks() {
  return { "/tasks/index.js": await bundle("tasks.js") };
}

/** @param {string} entry */
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    define: { TRIMMED_DESCRIPTOR: JSON.stringify(trimmedDescriptor()) },
    alias: {
      "rust-candidate": here("../target/bench/rust/app.js"),
      "connectrpc-candidate": here("../target/bench/connectrpc/app.js"),
      "zitadel-org-web": here("../pkg/index.js"),
      "zitadel-org-web/streaming": here("../pkg/streaming.js"),
      "zitadel-org-web/tonic": here("../pkg/tonic.js"),
    },
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

/** Descriptors of this rpc alone, as protoc-gen-es writes them into its files. */
function trimmedDescriptor() {
  const scope = "zitadel.management.v1";
  /** @param {string} name @param {number} number @param {number} type @param {string} [typeName] */
  const field = (name, number, type, typeName) => ({
    name,
    number,
    type,
    typeName,
    label: 1,
    jsonName: name.replace(/_./g, (match) => match.slice(1).toUpperCase()),
  });
  const file = create(FileDescriptorProtoSchema, {
    name: "trimmed.proto",
    package: scope,
    syntax: "proto3",
    dependency: ["google/protobuf/timestamp.proto"],
    messageType: [
      { name: "ReactivateOrgRequest" },
      {
        name: "ReactivateOrgResponse",
        field: [field("details", 1, 11, `.${scope}.ObjectDetails`)],
      },
      {
        name: "ObjectDetails",
        field: [
          field("sequence", 1, 4),
          field("creation_date", 2, 11, ".google.protobuf.Timestamp"),
          field("change_date", 3, 11, ".google.protobuf.Timestamp"),
          field("resource_owner", 4, 9),
        ],
      },
    ],
    service: [
      {
        name: "ManagementService",
        method: [
          {
            name: "ReactivateOrg",
            inputType: `.${scope}.ReactivateOrgRequest`,
            outputType: `.${scope}.ReactivateOrgResponse`,
          },
        ],
      },
    ],
  });
  return Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString("base64");
}
