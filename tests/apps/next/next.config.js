import { fileURLToPath } from "node:url";

// The tests set the policy. Next's own scripts are inline, so it says 'unsafe-inline'.
const headers = [{ key: "content-security-policy", value: process.env.APP_POLICY ?? "" }];
// Where Next and React are.
const root = fileURLToPath(new URL("../..", import.meta.url));

export default {
  headers: () => [{ source: "/:path*", headers }],
  turbopack: { root },
  outputFileTracingRoot: root,
};
