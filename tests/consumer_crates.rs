//! Crates that depend on `dspy` as users' do: under another name, without serde, with strict lints.

// Features change nothing here, and with all of them each crate would take minutes to build.
#![cfg(not(feature = "sandbox"))]

use std::path::Path;
use std::process::Command;

#[test]
fn a_renamed_dependency_without_serde() {
    check("renamed", "check");
}

#[test]
fn strict_lints_and_hostile_names() {
    check("plain", "clippy");
}

/// Runs `cargo check` or `cargo clippy` on the fixture with the versions of this workspace, and
/// nothing from the network.
fn check(fixture: &str, command: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/fixtures").join(fixture);
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args([command, "--offline", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/fixtures"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{fixture}` does not compile:\n{errors}");
}
