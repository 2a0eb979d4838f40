import { fileURLToPath } from "node:url";

// The tests set the policy. It allows 'unsafe-inline', because Next's own scripts are inline.
const headers = [{ key: "content-security-policy", value: process.env.APP_POLICY ?? "" }];
// The folder with Next and React.
const root = fileURLToPath(new URL("../..", import.meta.url));

export default {
  headers: () => [{ source: "/:path*", headers }],
  turbopack: { root },
  outputFileTracingRoot: root,
};
