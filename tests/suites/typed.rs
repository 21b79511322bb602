//! Signatures, their schemas, and the types of fields.
//!
//! One executable for them all: each links the whole library, and linking is what takes time and disk.
#![allow(clippy::duplicate_mod, reason = "files of one suite use the same servers and models")]

#[path = "../data.rs"]
mod data;
#[path = "../dynamic_signature.rs"]
mod dynamic_signature;
#[path = "../field_types.rs"]
mod field_types;
#[path = "../forms.rs"]
mod forms;
#[path = "../schema.rs"]
mod schema;
#[path = "../schema_subset.rs"]
mod schema_subset;
#[path = "../signature.rs"]
mod signature;
#[path = "../signature_string.rs"]
mod signature_string;

/// A file of tests that no suite names would never run.
#[test]
fn every_file_of_tests_is_run() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for suite in std::fs::read_dir(root.join("tests/suites")).unwrap() {
        named += &std::fs::read_to_string(suite.unwrap().path()).unwrap();
    }
    for file in std::fs::read_dir(root.join("tests")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let (suite, alone) = (format!("mod {name};"), format!("name = \"{name}\""));
            assert!(named.contains(&suite) || named.contains(&alone), "no suite runs {name}.rs");
        }
    }
}
