// The dialogs.

import { element } from "./dom.js";

/**
 * Asks the user to confirm a change.
 *
 * @param {{ title: string, text: string, action: string, isOwn?: boolean }} question
 * @returns {Promise<boolean>}
 */
export async function confirmed({ title, text, action, isOwn = false }) {
  const answer = await opened("confirm", () => {
    element("confirm-title").textContent = title;
    element("confirm-text").textContent = text;
    element("confirm-yes").textContent = action;
    element("confirm-own").hidden = !isOwn;
  });
  return answer === "yes";
}

/**
 * Asks the user for a new token. Returns an empty text if there is none.
 *
 * @param {import("zitadel-org-web").ZitadelError} rejection
 * @returns {Promise<string>}
 */
export async function askForToken({ message }) {
  const field = element("renew-token", HTMLInputElement);
  const answer = await opened("renew", () => {
    element("renew-text").textContent =
      `ZITADEL rejected the token: ${message}. Enter a new token to continue.`;
    field.value = "";
  });
  return answer === "yes" ? field.value.trim() : "";
}

element("renew-no").addEventListener("click", () => element("renew", HTMLDialogElement).close());

/** Settles when the previous dialog has closed. @type {Promise<unknown>} */
let previous = Promise.resolve();

/**
 * Opens a dialog after the previous one has closed, and returns the value of the button that closed it.
 *
 * @param {string} id
 * @param {() => void} fill
 * @returns {Promise<string>}
 */
function opened(id, fill) {
  const dialog = element(id, HTMLDialogElement);
  const answer = previous.then(async () => {
    fill();
    dialog.returnValue = "no";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return dialog.returnValue;
  });
  previous = answer;
  return answer;
}
