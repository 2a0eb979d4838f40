// The page: a small console of a ZITADEL's organizations.

import { isZitadelError, preload } from "zitadel-org-web";

import * as bulk from "./bulk.js";
import { element, make, onClick } from "./dom.js";
import * as list from "./list.js";
import * as session from "./session.js";
import * as single from "./single.js";

const form = element("connection", HTMLFormElement);
const token = element("token", HTMLInputElement);
const seeded = element("seeded", HTMLSelectElement);

/** Lists with the token of the form. */
async function connect() {
  if (!form.reportValidity()) {
    return;
  }
  session.connect();
  list.reset();
  bulk.show();
  const own = single.learnOwn();
  await load();
  await own;
}

async function load() {
  try {
    await list.load();
  } catch (error) {
    if (!isZitadelError(error)) {
      throw error;
    }
    element("list-status", HTMLElement).textContent = "The list could not be read: see below.";
    single.showError(error);
  }
}

/** The dev server lists its tokens; a real ZITADEL has no such list. */
async function offerTokens() {
  const response = await fetch("tokens.json").catch(() => undefined);
  if (!response?.ok) {
    return;
  }
  /** @type {{ token: string, about: string }[]} */
  const tokens = await response.json();
  seeded.append(
    ...tokens.map((it) => make("option", { value: it.token }, `${it.token}: ${it.about}`)),
  );
  element("seeded-field", HTMLElement).hidden = false;
  token.value = seeded.value;
  await connect();
}

seeded.addEventListener("change", () => {
  token.value = seeded.value;
  void connect();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void connect();
});
document.addEventListener("list", load);
onClick("show-token", () => {
  const button = element("show-token", HTMLButtonElement);
  const isShown = token.type === "text";
  token.type = isShown ? "password" : "text";
  button.textContent = isShown ? "Show" : "Hide";
  button.setAttribute("aria-pressed", String(!isShown));
});
list.listen((action, organization) => {
  if (action === "open") {
    single.open(organization);
  } else if (action === "pick") {
    bulk.toggle(organization);
  } else {
    void single.change(action, organization);
  }
});

element("base-url", HTMLInputElement).placeholder = location.origin;
// The first call then need not wait for the module. If it cannot be loaded, that call says so.
preload().catch(() => {});
void offerTokens();
