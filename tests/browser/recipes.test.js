// The recipes in docs/recipes.md, run with their frameworks against the dev server. Each renews an expired token.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { build } from "esbuild";

import { openBrowser, setting } from "../support/browser.js";
import { bring } from "../support/organizations.js";
import { recipes } from "../support/recipes.js";

const IDS = ["69629023906490001", "69629023906490007", "69629023906490013"];

/** @type {import("selenium-webdriver").WebDriver} */
let driver;

before(async () => {
  driver = await openBrowser();
  await driver.manage().setTimeouts({ script: 30_000 });
});

beforeEach(async () => {
  await driver.get(setting("ZITADEL_TEST_URL"));
  await bring(setting("ZITADEL_TEST_URL"), "deactivate", ...IDS);
});

after(() => driver?.quit());

/** Shared by all recipes: a client whose first token has expired, ids, and a helper that waits for a condition. */
const COMMON = `
  import { orgClient } from "recipe:Client";
  // Slow enough for the busy state to be visible.
  const { fetch } = window;
  window.fetch = async (...args) => {
    const response = await fetch(...args);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return response;
  };
  export let renewals = 0;
  export const ids = ${JSON.stringify(IDS)};
  export const client = orgClient(
    { accessToken: () => "acme-expired", renew: async () => { renewals += 1; return "iam-owner"; } },
    location.origin,
  );
  export const state = async (id) => (await client.getMyOrg(id)).org.state;
  export async function until(condition) {
    for (;;) {
      const value = await condition();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  export const container = document.createElement("div");
  document.body.append(container);
  export const press = () => {
    const button = container.querySelector("button");
    button.click();
    return button;
  };`;

/**
 * Bundles code that imports recipes, runs it in the page, and returns the result of its function `main`.
 *
 * @param {string} code
 * @returns {Promise<any>}
 */
async function run(code) {
  const all = recipes();
  const { outputFiles } = await build({
    stdin: { contents: code, loader: "tsx", resolveDir: "tests" },
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "recipe",
    jsx: "automatic",
    write: false,
    define: { "process.env.NODE_ENV": '"production"' },
    nodePaths: ["tests/node_modules"],
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    plugins: [
      {
        name: "recipes",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(recipe:|common$)/ }, ({ path }) => ({
            path,
            namespace: "recipe",
          }));
          onLoad({ filter: /^/, namespace: "recipe" }, ({ path }) => {
            const recipe = all[path.replace("recipe:", "")];
            const contents = path === "common" ? COMMON : recipe?.code;
            return { contents, loader: "tsx", resolveDir: "tests" };
          });
        },
      },
    ],
  });
  const { value, error } = await driver.executeAsyncScript(
    `const done = arguments[arguments.length - 1];
     ${outputFiles[0]?.text}
     recipe.main().then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`,
  );
  assert.equal(error, undefined);
  return value;
}

test("React: a button is busy during the call and shows the outcome", async () => {
  const seen = await run(`
    import { createRoot } from "react-dom/client";
    import { ReactivateButton } from "recipe:React";
    import { client, container, ids, press, renewals, state, until } from "common";
    export async function main() {
      createRoot(container).render(<ReactivateButton client={client} orgId={ids[0]} />);
      await until(() => container.querySelector("button"));
      const button = press();
      const isBusy = await until(() => button.disabled);
      const message = () => container.querySelector("[role=status]")?.textContent;
      const first = await until(message);
      await until(() => !button.disabled);
      press();
      const second = await until(() => message() !== first && message());
      return { isBusy, first, second, state: await state(ids[0]), renewals };
    }`);
  assert.deepEqual(seen, {
    isBusy: true,
    first: "It is active.",
    second: "It was active already.",
    state: "ORG_STATE_ACTIVE",
    renewals: 3,
  });
});

test("TanStack Query: the list is refreshed after a bulk run", async () => {
  const seen = await run(`
    import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
    import { createRoot } from "react-dom/client";
    import { DeactivatedOrganizations } from "recipe:TanStack Query";
    import { client, container, press, until } from "common";
    export async function main() {
      createRoot(container).render(
        <QueryClientProvider client={new QueryClient()}>
          <DeactivatedOrganizations client={client} />
        </QueryClientProvider>,
      );
      const items = () => [...container.querySelectorAll("li")].map((item) => item.textContent);
      const before = await until(() => items().length > 0 && items());
      press();
      await until(() => container.querySelector("progress"));
      await until(() => !container.querySelector("progress"));
      await until(() => !before.some((name) => items().includes(name)));
      const alerts = container.querySelectorAll("[role=alert]").length;
      return { count: before.length, alerts };
    }`);
  assert.ok(seen.count >= 3, String(seen.count));
  assert.equal(seen.alerts, 0);
});

test("Angular: a service reports progress, and unsubscribing aborts", async () => {
  const seen = await run(`
    import "@angular/compiler";
    import { Injector } from "@angular/core";
    import { firstValueFrom } from "rxjs";
    import { ORG_CLIENT, OrgService } from "recipe:Angular";
    import { client, ids, state, until } from "common";
    export async function main() {
      const injector = Injector.create({
        providers: [{ provide: ORG_CLIENT, useValue: client }, { provide: OrgService }],
      });
      const service = injector.get(OrgService);
      const one = firstValueFrom(service.reactivate(ids[0]));
      const isBusy = service.isBusy();
      const { outcome } = await one;
      const all = await firstValueFrom(service.reactivateAll(ids));
      const progress = service.progress();
      await until(() => !service.isBusy());
      service.reactivate("1").subscribe({ error: () => {} });
      const problem = await until(() => service.problem());
      service.reactivate(ids[0]).subscribe({ error: () => {} }).unsubscribe();
      await until(() => !service.isBusy());
      const ended = service.problem() ?? "no problem";
      const outcomes = all.map(({ activation }) => activation.outcome);
      return { isBusy, outcome, outcomes, progress, problem, ended, state: await state(ids[0]) };
    }`);
  assert.deepEqual(seen, {
    isBusy: true,
    outcome: "reactivated",
    outcomes: ["already-active", "reactivated", "reactivated"],
    progress: 1,
    problem: "Organisation not found (ORG-Dgf3g)",
    ended: "no problem",
    state: "ORG_STATE_ACTIVE",
  });
});

test("Vue: a composable reports progress and problems", async () => {
  const seen = await run(`
    import { effectScope } from "vue";
    import { useOrganizations } from "recipe:Vue";
    import { client, ids, state } from "common";
    export async function main() {
      const scope = effectScope();
      const organizations = scope.run(() => useOrganizations(client));
      const one = organizations.reactivate(ids[0]);
      const isBusy = organizations.isBusy.value;
      const { outcome } = await one;
      const all = await organizations.reactivateAll(ids);
      await organizations.reactivate("1");
      const outcomes = all.map(({ activation }) => activation.outcome);
      scope.stop();
      const stopped = await organizations.reactivate(ids[0]);
      const [progress, problem] = [organizations.progress.value, organizations.problem.value];
      return { isBusy, outcome, outcomes, progress, problem, stopped, state: await state(ids[0]) };
    }`);
  assert.deepEqual(seen, {
    isBusy: true,
    outcome: "reactivated",
    outcomes: ["already-active", "reactivated", "reactivated"],
    progress: 1,
    problem: "The signal aborted the call before the request was sent.",
    stopped: null,
    state: "ORG_STATE_ACTIVE",
  });
});

test("on demand: hovering loads the module, and pressing calls it", async () => {
  const seen = await run(`
    import { onHover, onPress } from "recipe:On demand";
    import { ids } from "common";
    export async function main() {
      await onHover();
      return (await onPress("iam-owner", ids[0], location.origin)).outcome;
    }`);
  assert.equal(seen, "reactivated");
});
