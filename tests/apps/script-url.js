// The address of a worker's script, as pages with Trusted Types have to name it.
/** @type {any} */
const { trustedTypes } = globalThis;
const policy = trustedTypes?.createPolicy("app", {
  createScriptURL: (/** @type {string} */ url) => url,
});

/** @param {string} url @returns {string} */
export const scriptUrl = (url) => policy?.createScriptURL(url) ?? url;
