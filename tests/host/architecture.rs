//! The invariants of docs/architecture.md: imports in one direction.

use std::{fs, path::Path};

/// The text of every Rust file below a folder, without its tests.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(Path::new("src").join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\npub(crate) mod tests").next().unwrap();
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
            sources.push((path.display().to_string(), code.to_owned()));
        }
    }
    assert!(!sources.is_empty(), "{folder} is empty");
    sources
}

fn assert_free_of(folder: &str, words: &[&str]) {
    for (path, code) in sources(folder) {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in words {
                assert!(!line.contains(word), "{path} has {word}: {line}");
            }
        }
    }
}

#[test]
fn the_protocol_knows_neither_javascript_nor_the_steps_of_a_call() {
    let words = [
        "wasm_bindgen",
        "js_sys",
        "web_sys",
        "JsValue",
        "async ",
        "crate::call",
        "crate::fetch",
        "crate::machine",
        "crate::js",
    ];
    assert_free_of("protocol", &words);
}

#[test]
fn only_fetch_js_and_tonic_know_the_browser() {
    for (path, code) in sources("") {
        if path != "src/tonic.rs" {
            for word in ["wasm_bindgen::", "js_sys", "web_sys", "JsValue"] {
                assert!(!code.contains(word), "{path} has {word}");
            }
        }
    }
}

#[test]
fn nobody_imports_the_javascript_edge() {
    for folder in ["", "protocol", "fetch"] {
        assert_free_of(folder, &["crate::js", "super::js"]);
    }
}

#[test]
fn fetch_is_called_in_one_place() {
    for folder in ["", "js", "protocol"] {
        assert_free_of(folder, &["call(fetch", "fn fetch(this: &Global)"]);
    }
    let callers = sources("fetch").into_iter().filter(|(_, code)| code.contains("reflect::call(fetch, "));
    assert_eq!(callers.map(|(path, _)| path).collect::<Vec<_>>(), ["src/fetch/mod.rs"]);
}

#[test]
fn an_import_that_may_throw_gives_an_option() {
    for (path, code) in ["fetch", "js"].map(sources).concat() {
        for import in code.lines().filter(|line| line.ends_with(", JsValue>;")) {
            let gives = ["Result<Option<", "Result<(), ", "Result<bool, "];
            assert!(
                gives.iter().any(|gives| import.contains(gives)),
                "{path} loses a slot for each exception: {import}"
            );
        }
    }
}
