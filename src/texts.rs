//! Texts and numbers that `js/` needs before the module is loaded, generated from `call_texts.json`.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
