// The clients of the comparison, bundled as a console would ship them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

const require = createRequire(new URL("../tests/package.json", import.meta.url));
/** @type {typeof import("esbuild")} */
const { build } = require("esbuild");

/** The labels of the candidates by the names of their files. */
export const CANDIDATES = {
  raw: "hand-written fetch",
  "ours-default": "zitadel-org-web",
  "ours-streaming": "zitadel-org-web/streaming",
  "ours-rust": "zitadel-org-web, Rust crate",
  "protobuf-ts": "protobuf-ts",
  "connect-web": "connect-web",
  "grpc-web": "Google grpc-web",
  "zitadel-client": "@zitadel/client",
};
/** @typedef {keyof typeof CANDIDATES} Candidate */

/** Folder and name of the modules that are files of their own. @type {Partial<Record<Candidate, [string, string]>>} */
const MODULES = {
  "ours-streaming": ["../pkg/", "zitadel_org_web_bg.wasm"],
  "ours-rust": ["../target/bench/rust/", "app_bg.wasm"],
};
/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Returns the files that a page downloads for each candidate, by path.
 *
 * @returns {Promise<Record<Candidate, Record<string, Buffer>>>}
 */
export async function bundles() {
  const files = /** @type {Record<Candidate, Record<string, Buffer>>} */ ({});
  for (const name of /** @type {Candidate[]} */ (Object.keys(CANDIDATES))) {
    files[name] = { [`/${name}/index.js`]: await bundle(`candidates/${name}.js`) };
    const [folder, file] = MODULES[name] ?? [];
    if (file) {
      files[name][`/${name}/${file}`] = readFileSync(here(folder + file));
    }
  }
  return files;
}

/** Returns the bundle of tasks.js by path. @returns {Promise<Record<string, Buffer>>} */
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
      "zitadel-org-web": here("../pkg/index.js"),
      "zitadel-org-web/streaming": here("../pkg/streaming.js"),
    },
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

/** Returns the descriptors that protoc-gen-es would write for this rpc. */
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
