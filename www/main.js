// The page: a small console for the organizations of a ZITADEL instance.

import { preload } from "zitadel-org-web";

import * as bulk from "./bulk.js";
import { element, make, onClick } from "./dom.js";
import * as list from "./list.js";
import * as single from "./single.js";
import * as states from "./states.js";

const form = element("connection", HTMLFormElement);
const token = element("token", HTMLInputElement);
const baseUrl = element("base-url", HTMLInputElement);
const seeded = element("seeded", HTMLSelectElement);

/** The values of the form that the page shows organizations of. */
let connection = "";

/** Removes everything from the page that belongs to another instance or token. */
function reset() {
  connection = JSON.stringify([baseUrl.value, token.value]);
  states.forget();
  list.reset();
  bulk.reset();
  single.reset();
}

function connect() {
  if (form.reportValidity()) {
    reset();
    void single.learnOwn();
    void list.list(0);
  }
}

/** Offers the dev server's tokens. ZITADEL has no such list. */
async function offerTokens() {
  const response = await fetch("tokens.json").catch(() => undefined);
  if (response?.ok) {
    /** @type {{ token: string, about: string }[]} */
    const tokens = await response.json();
    seeded.append(
      ...tokens.map((user) =>
        make("option", { value: user.token }, `${user.token}: ${user.about}`),
      ),
    );
    element("seeded-field").hidden = false;
    token.value = seeded.value;
    connect();
  }
}

seeded.addEventListener("change", () => {
  token.value = seeded.value;
  connect();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  connect();
});
for (const type of ["input", "change"]) {
  form.addEventListener(type, () => {
    if (JSON.stringify([baseUrl.value, token.value]) !== connection) {
      reset();
    }
  });
}
// Waiting calls continue with the new token. Data that was read with the old one is read again.
document.addEventListener("renewed", () => {
  connection = JSON.stringify([baseUrl.value, token.value]);
  list.reset();
  bulk.clear();
  single.clear();
  void single.learnOwn();
  void list.list(0);
});
onClick("show-token", () => {
  const isShown = token.type === "text";
  token.type = isShown ? "password" : "text";
  element("show-token").textContent = isShown ? "Show" : "Hide";
  element("show-token").setAttribute("aria-pressed", String(!isShown));
});
list.listen({
  select: bulk.toggle,
  open: single.open,
  reactivate: (organization) => single.change("Reactivate", organization),
  deactivate: (organization) => single.change("Deactivate", organization),
});

baseUrl.placeholder = location.origin;
list.reset();
// A failure to load is reported by the first call.
preload().catch(() => {});
void offerTokens();
