// The URL of a worker's script, which pages with Trusted Types must create through a policy.
/** @type {any} */
const { trustedTypes } = globalThis;
const policy = trustedTypes?.createPolicy("app", {
  createScriptURL: (/** @type {string} */ url) => url,
});

/** @param {string} url @returns {string} */
export const scriptUrl = (url) => policy?.createScriptURL(url) ?? url;
