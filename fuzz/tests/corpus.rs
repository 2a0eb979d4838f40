//! Inputs that are known to matter.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

#[test]
fn the_corpus_holds_no_finding() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 10);
    for file in files {
        fuzz::run(&fs::read(file).unwrap());
    }
}
