// Plays the scenarios over raw sockets, because HTTP libraries refuse to send malformed responses.

import { createServer } from "node:net";

import { listen, serveFiles } from "../support/serve.js";

/** @typedef {import("./scenarios.js").Scenario} Scenario */

const CORS = [
  "access-control-allow-origin: *",
  "access-control-expose-headers: *",
  "access-control-allow-headers: authorization, content-type, x-grpc-web, x-user-agent, x-zitadel-orgid",
  "access-control-allow-methods: GET, POST",
].join("\r\n");

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Responds to a request for `/<name>/…` with the scenario of that name.
 *
 * @param {Record<string, Scenario>} scenarios
 */
export async function playScenarios(scenarios) {
  /** Number of connections that ended before their response did, by scenario. @type {Map<string, number>} */
  const abandoned = new Map();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (data) => {
      text += data.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      const [verb = "", path = ""] = text.slice(0, end).split(" ");
      text = "";
      if (verb === "OPTIONS") {
        socket.write(`HTTP/1.1 204 No Content\r\n${CORS}\r\naccess-control-max-age: 600\r\n\r\n`);
        return;
      }
      const name = path.split("/")[1] ?? "";
      const scenario = scenarios[name];
      if (scenario === undefined) {
        socket.end(`HTTP/1.1 418 No Such Scenario\r\n${CORS}\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      let isDone = false;
      socket.once("close", () => {
        if (!isDone) {
          abandoned.set(name, (abandoned.get(name) ?? 0) + 1);
        }
      });
      play(socket, scenario).then(() => {
        isDone = true;
      });
    });
  });
  return { ...(await listen(server)), abandoned };
}

/**
 * @param {import("node:net").Socket} socket
 * @param {Scenario} scenario
 */
async function play(socket, scenario) {
  const {
    status = 200,
    headers = [["content-type", "application/grpc-web+proto"]],
    body = [],
  } = scenario;
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const hasBody = status !== 204;
  const framing = hasBody ? ["transfer-encoding: chunked"] : [];
  const head = [`HTTP/1.1 ${status} Scenario`, CORS, ...framing, "connection: close", ...lines];
  if (scenario.before !== "headers") {
    socket.write(Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "utf8"));
  }
  for (const step of body) {
    if (step instanceof Uint8Array) {
      writeChunk(socket, step);
      // Long enough for the browser to read the chunk separately.
      await sleep(2);
    } else if ("wait" in step) {
      await sleep(step.wait);
    } else if ("endless" in step) {
      while (!socket.destroyed) {
        writeChunk(socket, step.endless);
        await sleep(5);
      }
    } else if ("reset" in step) {
      socket.resetAndDestroy();
      return;
    } else {
      await new Promise((resolve) => socket.once("close", resolve));
    }
  }
  socket.end(hasBody ? "0\r\n\r\n" : "");
}

/**
 * @param {import("node:net").Socket} socket
 * @param {Uint8Array} bytes
 */
function writeChunk(socket, bytes) {
  if (socket.writable) {
    socket.write(`${bytes.length.toString(16)}\r\n`);
    socket.write(bytes);
    socket.write("\r\n");
  }
}

/** Serves an empty page at `/`, and the package below `/pkg`. */
export const servePackage = () => serveFiles(".", "<!doctype html><title>scenarios</title>");
