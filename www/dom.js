// Helpers for the page's elements.

/**
 * Returns the element with an id.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type]
 * @returns {T}
 */
export function element(id, type = /** @type {any} */ (HTMLElement)) {
  const node = document.getElementById(id);
  if (!(node instanceof type)) {
    throw new Error(`#${id} is missing or not a ${type.name}`);
  }
  return node;
}

/**
 * Creates an element.
 *
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    node.setAttribute(attribute, value);
  }
  node.append(...children);
  return node;
}

/** @param {string} id @param {() => unknown} listener */
export function onClick(id, listener) {
  const button = element(id);
  button.addEventListener("click", () => isDisabled(button) || listener());
}

// Disabled buttons use aria-disabled because a disabled button would lose the focus.

/** @param {Element} button */
export const isDisabled = (button) => button.getAttribute("aria-disabled") === "true";

/** @param {Element} button @param {boolean} isOff */
export const disable = (button, isOff) => button.setAttribute("aria-disabled", String(isOff));

/**
 * Copies a text and reports that in a status element. Pages without access to the clipboard show the text instead.
 *
 * @param {string} text
 * @param {HTMLElement} status
 * @param {string} done
 */
export async function copy(text, status, done) {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = done;
  } catch {
    status.textContent = text;
  }
}

/** Returns a number with its noun. @param {number} number @param {string} noun */
export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
