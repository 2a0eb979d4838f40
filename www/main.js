import { deactivateOrg, getMyOrg, isZitadelError, preload, reactivateOrg } from "zitadel-org-web";
import { advice } from "./advice.js";
import { curl } from "./curl.js";

const METHODS = { reactivateOrg, deactivateOrg, getMyOrg };
const DOING = {
  reactivateOrg: "Reactivating …",
  deactivateOrg: "Deactivating …",
  getMyOrg: "Reading the organization …",
};
const DONE = {
  reactivateOrg: "The organization is active: its users can log in.",
  deactivateOrg: "The organization is deactivated: ZITADEL's login refuses its users.",
  getMyOrg: "This is the organization's state now.",
};

/** @typedef {keyof typeof METHODS} Method */
/** @typedef {import("zitadel-org-web").CallOptions} CallOptions */
/** @typedef {import("zitadel-org-web").Org} Org */

/** @type {AbortController | undefined} */
let running;
/** @type {Method} */
let lastMethod = "reactivateOrg";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`the page has no ${type.name} #${id}`);
  }
  return found;
}

const form = element("call", HTMLFormElement);
const baseUrl = element("base-url", HTMLInputElement);
const token = element("token", HTMLInputElement);
const orgId = element("org-id", HTMLInputElement);
const cancel = element("cancel", HTMLButtonElement);
const badge = element("badge", HTMLElement);
const progress = element("progress", HTMLElement);

/** The arguments of a call, as the form says; empty fields mean their defaults. */
function read() {
  return {
    base: baseUrl.value.trim() || location.origin,
    org: orgId.value.trim() || null,
  };
}

/** @param {Method} method */
async function call(method) {
  if (running !== undefined || !form.reportValidity()) {
    return;
  }
  running = new AbortController();
  lastMethod = method;
  const { base, org } = read();
  const options = { baseUrl: base, signal: running.signal, language: navigator.language };
  const started = performance.now();
  busy(DOING[method]);
  try {
    const answer = await METHODS[method](token.value, org, options);
    showAnswer(answer);
    log(method, org, "OK", started);
    showState("org" in answer ? answer.org : await readBack(org, options));
    idle(DONE[method]);
  } catch (error) {
    if (!isZitadelError(error)) {
      throw error;
    }
    showError(error);
    log(method, org, `${error.codeName}${error.id ? ` (${error.id})` : ""}`, started);
    idle("");
  } finally {
    running = undefined;
  }
}

/**
 * The organization after a change. Whoever may change it may perhaps not read it.
 *
 * @param {string | null} orgId
 * @param {CallOptions} options
 * @returns {Promise<Org | undefined>}
 */
async function readBack(orgId, options) {
  try {
    return (await getMyOrg(token.value, orgId, options)).org;
  } catch {
    return undefined;
  }
}

/** @param {Org | undefined} org */
function showState(org) {
  const state = String(org?.state ?? "unknown");
  badge.dataset.state = state;
  badge.textContent = state.replace("ORG_STATE_", "").toLowerCase();
  const name = org ? `${org.name} (${org.primaryDomain}, ${org.id})` : "";
  element("org-name", HTMLElement).textContent = name;
}

/** @param {string} text */
function busy(text) {
  progress.textContent = text;
  progress.dataset.busy = "";
  for (const button of form.querySelectorAll("button[data-method]")) {
    button.setAttribute("aria-disabled", "true");
  }
  cancel.hidden = false;
}

/** @param {string} text */
function idle(text) {
  progress.textContent = text;
  delete progress.dataset.busy;
  for (const button of form.querySelectorAll("button[data-method]")) {
    button.removeAttribute("aria-disabled");
  }
  cancel.hidden = true;
}

/** @param {unknown} answer */
function showAnswer(answer) {
  element("failure", HTMLElement).hidden = true;
  element("answer", HTMLElement).hidden = false;
  element("json", HTMLElement).textContent = JSON.stringify(answer, null, 2);
}

/** @param {import("zitadel-org-web").ZitadelError} error */
function showError(error) {
  element("answer", HTMLElement).hidden = true;
  element("failure", HTMLElement).hidden = false;
  const texts = {
    "error-message": error.message,
    "error-advice": advice(error),
    "error-kind": error.httpStatus ? `${error.kind} (HTTP ${error.httpStatus})` : error.kind,
    "error-code": `${error.code} ${error.codeName}`,
    "error-id": error.id ?? "none",
    "error-request-id": error.requestId ?? "none",
    "error-json": JSON.stringify(error, null, 2),
  };
  for (const [id, text] of Object.entries(texts)) {
    element(id, HTMLElement).textContent = text;
  }
}

/**
 * @param {Method} method
 * @param {string | null} org
 * @param {string} result
 * @param {number} started
 */
function log(method, org, result, started) {
  const table = element("log", HTMLTableElement);
  element("log-empty", HTMLElement).hidden = true;
  table.hidden = false;
  const row = table.tBodies[0]?.insertRow(0);
  const duration = `${(performance.now() - started).toFixed(1)} ms`;
  const time = new Date().toLocaleTimeString();
  for (const text of [time, method, org ?? "own", result, duration]) {
    const cell = row?.insertCell();
    if (cell) {
      cell.textContent = text;
      cell.className = text === duration ? "number" : "";
    }
  }
}

async function copyCurl() {
  const { base, org } = read();
  const text = curl(lastMethod, base, org);
  const copied = element("copied", HTMLElement);
  try {
    await navigator.clipboard.writeText(text);
    copied.textContent = "Copied. Set TOKEN in your shell.";
  } catch {
    copied.textContent = text;
  }
}

function toggleToken() {
  const button = element("show-token", HTMLButtonElement);
  const isShown = token.type === "text";
  token.type = isShown ? "password" : "text";
  button.textContent = isShown ? "Show" : "Hide";
  button.setAttribute("aria-pressed", String(!isShown));
}

baseUrl.placeholder = location.origin;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  call("reactivateOrg");
});
element("deactivate", HTMLButtonElement).addEventListener("click", () => call("deactivateOrg"));
element("refresh", HTMLButtonElement).addEventListener("click", () => call("getMyOrg"));
element("copy-curl", HTMLButtonElement).addEventListener("click", copyCurl);
element("show-token", HTMLButtonElement).addEventListener("click", toggleToken);
cancel.addEventListener("click", () => running?.abort());

// The first call then need not wait for the module. If it cannot be loaded, that call says so.
preload().catch(() => {});
