//! What the macros say of faulty code. One fault per file, named by the fault.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test --test ui`, then read every change.

// Features change nothing here, and with all of them each crate would take minutes to build.
#![cfg(not(feature = "sandbox"))]

#[test]
fn ui_signature() {
    trybuild::TestCases::new().compile_fail("tests/ui/signature/*.rs");
}

#[test]
fn ui_signature_string() {
    trybuild::TestCases::new().compile_fail("tests/ui/signature_string/*.rs");
}

#[test]
fn ui_module() {
    trybuild::TestCases::new().compile_fail("tests/ui/module/*.rs");
}

#[test]
fn ui_parameters() {
    trybuild::TestCases::new().compile_fail("tests/ui/parameters/*.rs");
}

#[test]
fn ui_data() {
    trybuild::TestCases::new().compile_fail("tests/ui/data/*.rs");
}

#[test]
fn ui_assertions() {
    trybuild::TestCases::new().compile_fail("tests/ui/assertions/*.rs");
}

#[test]
fn ui_tool() {
    trybuild::TestCases::new().compile_fail("tests/ui/tool/*.rs");
}

/// What must compile, and run.
#[test]
fn ui_pass() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}
