// The page's elements.

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`the page has no ${type.name} #${id}`);
  }
  return found;
}

/**
 * A new element.
 *
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}

/** @param {string} id @param {(event: Event) => unknown} listener */
export function onClick(id, listener) {
  const button = element(id, HTMLButtonElement);
  button.addEventListener("click", (event) => {
    // It keeps the focus, which a disabled one would lose.
    if (button.getAttribute("aria-disabled") !== "true") {
      listener(event);
    }
  });
}

/** @param {Element} button @param {boolean} isDisabled */
export function disable(button, isDisabled) {
  button.setAttribute("aria-disabled", String(isDisabled));
}

/**
 * A state as dot and word.
 *
 * @param {HTMLElement} badge
 * @param {unknown} state - of either version of the API
 */
export function showState(badge, state) {
  const word = String(state ?? "unknown").replace(/^ORG(ANIZATION)?_STATE_/, "");
  badge.dataset.state = word.toLowerCase();
  badge.textContent = { INACTIVE: "deactivated" }[word] ?? word.toLowerCase();
}

/** A date as people write it here. @param {string | undefined} date */
export const day = (date) => (date ? new Date(date).toLocaleDateString() : "");
