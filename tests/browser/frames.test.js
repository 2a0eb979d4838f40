// Frames whose origin differs from their address: opaque in a sandbox, and the parent's for srcdoc.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

import { openBrowser } from "../support/browser.js";
import { listen } from "../support/serve.js";

const SUCCESS = Buffer.from("0000000000800000000f677270632d7374617475733a300d0a", "hex");
/** The headers that ZITADEL's preflight allows. */
const ALLOWED = "authorization,content-type,x-grpc-web,x-user-agent,x-zitadel-orgid";

/** @type {import("selenium-webdriver").WebDriver} */
let driver;
/** @type {Awaited<ReturnType<typeof listen>>} */
let server;
/** The requests of calls. @type {import("node:http").IncomingHttpHeaders[]} */
const calls = [];

before(async () => {
  driver = await openBrowser();
  server = await listen(
    createServer(async (request, response) => {
      const { method, url = "/" } = request;
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", ALLOWED);
      if (method === "POST") {
        calls.push(request.headers);
        response.writeHead(200, { "content-type": "application/grpc-web+proto" }).end(SUCCESS);
      } else if (url.startsWith("/pkg/")) {
        response.writeHead(200, { "content-type": "text/javascript" });
        response.end(await readFile(`.${url}`));
      } else {
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
      }
    }),
  );
});

after(async () => {
  await driver?.quit();
  server?.close();
});

/**
 * Makes a call in a frame and returns its outcome.
 *
 * @param {string} sandbox - the attribute's value; omitted if empty
 * @param {object} options
 * @returns {Promise<string>}
 */
async function callInFrame(sandbox, options) {
  await driver.get(`${server.url}/`);
  return driver.executeAsyncScript(
    `const [url, sandbox, options, done] = arguments;
     addEventListener("message", ({ data }) => done(data), { once: true });
     const frame = document.createElement("iframe");
     if (sandbox) frame.setAttribute("sandbox", sandbox);
     frame.srcdoc = \`<script type="module">
       const report = (text) => parent.postMessage(text, "*");
       import("\${url}/pkg/index.js")
         .then(({ reactivateOrg }) => reactivateOrg("t", "1", \${JSON.stringify(options)}))
         .then(() => report("resolved"), (error) => report(error.message));
     </script>\`;
     document.body.append(frame);`,
    server.url,
    sandbox,
    options,
  );
}

test("a sandboxed frame sends only headers that the preflight allows", async () => {
  const options = { baseUrl: server.url, allowInsecure: true };
  assert.equal(await callInFrame("allow-scripts", options), "resolved");
  const headers = calls.pop();
  assert.deepEqual([headers?.origin, headers?.["grpc-timeout"]], ["null", undefined]);
});

test("a srcdoc frame calls its page's origin and sends the timeout", async () => {
  assert.equal(await callInFrame("", {}), "resolved");
  const headers = calls.pop();
  assert.equal(headers?.origin, server.url);
  assert.match(String(headers?.["grpc-timeout"]), /^\d+m$/);
});

test("a sandboxed frame has no default baseUrl", async () => {
  assert.match(await callInFrame("allow-scripts", {}), /^baseUrl must be set/);
});
