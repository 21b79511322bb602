//! What a command reads from and writes to.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

/// What a command reads from and writes to: the process's own streams and environment, or, for
/// tests and for programs inside others, any.
///
/// ```
/// use dspy::cli::{Cli, Exit, Surroundings};
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let mut out = Vec::new();
/// let program = Predict::<Qa>::new();
/// let around = Surroundings::new().stdout(&mut out);
/// let exit = Cli::new(program).name("qa").run_from(["schema", "--input"], around);
/// assert_eq!(exit, Exit::Done);
/// assert!(String::from_utf8_lossy(&out).contains("question"));
/// ```
pub struct Surroundings<'a> {
    pub(crate) stdin: Box<dyn Read + 'a>,
    pub(crate) stdin_is_terminal: bool,
    pub(crate) stdout: Box<dyn Write + 'a>,
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr: Box<dyn Write + 'a>,
    pub(crate) stderr_is_terminal: bool,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) folder: PathBuf,
}

impl<'a> Surroundings<'a> {
    /// Nothing to read, output that is thrown away, an empty environment, the working folder.
    ///
    /// Keys of providers are read from the process's environment in any case.
    pub fn new() -> Self {
        Self {
            stdin: Box::new(io::empty()),
            stdin_is_terminal: true,
            stdout: Box::new(io::sink()),
            stdout_is_terminal: false,
            stderr: Box::new(io::sink()),
            stderr_is_terminal: false,
            env: BTreeMap::new(),
            folder: PathBuf::new(),
        }
    }

    /// The process's own.
    pub fn process() -> Self {
        let stdin = io::stdin();
        let (out, err) = (io::stdout(), io::stderr());
        Self {
            stdin_is_terminal: stdin.is_terminal(),
            stdin: Box::new(stdin),
            stdout_is_terminal: out.is_terminal(),
            stdout: Box::new(out),
            stderr_is_terminal: err.is_terminal(),
            stderr: Box::new(err),
            env: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .filter(|(name, _)| {
                    name.starts_with("DSPY_") || name == "NO_COLOR" || name == "TERM"
                })
                .collect(),
            folder: PathBuf::new(),
        }
    }

    /// Reads from this instead of standard input.
    #[must_use]
    pub fn stdin(mut self, stdin: impl Read + 'a) -> Self {
        self.stdin = Box::new(stdin);
        self.stdin_is_terminal = false;
        self
    }

    /// Writes results here instead of to standard output.
    #[must_use]
    pub fn stdout(mut self, stdout: impl Write + 'a) -> Self {
        self.stdout = Box::new(stdout);
        self
    }

    /// Writes errors and notes here instead of to standard error.
    #[must_use]
    pub fn stderr(mut self, stderr: impl Write + 'a) -> Self {
        self.stderr = Box::new(stderr);
        self
    }

    /// Whether output and errors go to a terminal, which may be given colours.
    #[must_use]
    pub fn terminal(mut self, is_terminal: bool) -> Self {
        self.stdout_is_terminal = is_terminal;
        self.stderr_is_terminal = is_terminal;
        self
    }

    /// Sets a variable of the environment that settings are read from.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// The folder that paths are relative to, and where `dspy.toml` is looked for.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }
}

impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self::new()
    }
}

// The environment may hold what nobody should read.
impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("folder", &self.folder).finish_non_exhaustive()
    }
}
