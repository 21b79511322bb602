//! `complete`: scripts that shells take.

use std::io::Write;
use std::process::{Command, Stdio};

use dspy::cli::{Cli, Exit};

use super::{model, program, say};

#[test]
fn scripts_know_the_inputs_and_shells_read_them() {
    let cli = Cli::new(program(&model())).name("towns");
    for shell in ["bash", "zsh", "fish"] {
        let done = say(&cli, "target".as_ref(), &["complete", shell]).ended(Exit::Done);
        assert!(done.out.contains("town") && done.out.contains("eval"), "{shell}: {}", done.out);
        // Only bash is sure to be there.
        let Ok(mut child) = Command::new(shell).arg("-n").stdin(Stdio::piped()).spawn() else {
            assert_ne!(shell, "bash", "bash is needed for this test");
            continue;
        };
        child.stdin.take().unwrap().write_all(done.out.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{shell}");
    }
    let done = say(&cli, "target".as_ref(), &["complete", "cmd"]).ended(Exit::Usage);
    assert!(done.err.contains("bash"), "{}", done.err);
}
