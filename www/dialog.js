// The questions that the page asks.

import { element } from "./dom.js";

/**
 * Asks before a change.
 *
 * @param {{ title: string, text: string, action: string, isOwn?: boolean }} question
 * @returns {Promise<boolean>}
 */
export async function confirmed({ title, text, action, isOwn = false }) {
  await before;
  element("confirm-title", HTMLElement).textContent = title;
  element("confirm-text", HTMLElement).textContent = text;
  element("confirm-yes", HTMLButtonElement).textContent = action;
  element("confirm-own", HTMLElement).hidden = !isOwn;
  return (await opened("confirm")) === "yes";
}

/**
 * Asks for another token.
 *
 * @param {import("zitadel-org-web").ZitadelError} refused
 * @returns {Promise<string>}
 */
export async function askForToken(refused) {
  element("renew-text", HTMLElement).textContent =
    `ZITADEL says: ${refused.message}. With another token the call goes on.`;
  const field = element("renew-token", HTMLInputElement);
  field.value = "";
  if ((await opened("renew")) !== "yes") {
    throw new Error("no other token was given");
  }
  return field.value.trim();
}

/** The answer to the question before. @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * Shows a dialog once the one before has its answer, whose event comes a little after its end.
 *
 * @param {string} id
 * @returns {Promise<string>}
 */
function opened(id) {
  const dialog = element(id, HTMLDialogElement);
  const answer = before.then(async () => {
    dialog.returnValue = "no";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return dialog.returnValue;
  });
  before = answer;
  return answer;
}
