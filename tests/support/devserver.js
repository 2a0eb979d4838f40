// A dev server with a new database, for tests that no other test may influence.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Starts the dev server that cargo has built. The caller stops it. @param {number} organizations */
export async function startDevServer(organizations) {
  const folder = await mkdtemp(join(tmpdir(), "devserver-"));
  const server = spawn(
    "target/debug/devserver",
    [
      ...["--listen", "127.0.0.1:0", "--until-input-ends"],
      ...["--database", join(folder, "database.sqlite")],
      ...["--organizations", String(organizations)],
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  await once(server, "spawn");
  const exit = once(server, "exit");
  const stop = async () => {
    server.kill();
    await exit;
    await rm(folder, { recursive: true });
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const [, url] = /^Listening on (.+)$/.exec(line) ?? [];
    if (url) {
      return { url, stop };
    }
  }
  await stop();
  throw new Error("the dev server stopped before it listened");
}
