// What tests/web.rs takes from the package, as one file: wasm-bindgen-test-runner's server gets stuck when a page fetches many
// at once.

export { call } from "../pkg/src/call.js";
export { tonicExchange } from "../pkg/src/tonic-exchange.js";
