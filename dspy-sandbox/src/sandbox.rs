//! Where the worker is, and what it may do.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dspy_core::interpreter::{CodeInterpreter, InterpreterError, Limits, Setup};

use crate::process::WORKER_MARK;
use crate::session::SandboxSession;

/// The worker's program.
const PROGRAM: &str = "dspy-sandbox-worker";
/// Where a user says that it is.
const LOCATION: &str = "DSPY_SANDBOX_WORKER";

/// What models have to know; they write Python by habit.
const GUIDE: &str = "\
The code is Python 3, run by a small interpreter: no classes that inherit, no `yield`, no packages. \
These modules can be imported: asyncio, base64, binascii, bisect, collections, copy, csv, \
dataclasses, datetime, decimal, functools, hashlib, itertools, json, math, random, re, string, sys, \
textwrap, tomllib, typing. There are no files, no network, no environment and no clock. \
Functions of the host are called plainly, without `await`. `parallel(function, items)` calls one of \
them for every item at once and gives the list of results: an item is the argument, a tuple the \
arguments, a dict the arguments by name.";

/// An interpreter for Python that runs hostile code with limits that hold. See the
/// [crate](crate) for what holds it, and what does not.
///
/// Each session is a process, which starts in milliseconds. Its program is `dspy-sandbox-worker`,
/// which comes with this crate (`cargo install dspy-sandbox`), or the host's own program; see
/// [`this_program`](Self::this_program).
///
/// ```no_run
/// use dspy::interpreter::{DynInterpreter, Limits, Setup};
/// use dspy::sandbox::Sandbox;
/// use serde_json::json;
/// use std::time::Duration;
///
/// # async fn run() -> Result<(), dspy::interpreter::InterpreterError> {
/// let limits = Limits::default().with_time(Duration::from_secs(2));
/// let python = DynInterpreter::new(Sandbox::new()?.with_limits(limits));
/// let mut session = python.start(Setup::new().variable("prices", json!([3, 4]))).await?;
/// assert_eq!(session.run("total = sum(prices)\ntotal").await?.value, json!(7));
/// assert!(session.run("while True: pass").await?.error.is_some());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Sandbox {
    program: Arc<Path>,
    limits: Limits,
}

impl Sandbox {
    /// With the worker named by the environment variable `DSPY_SANDBOX_WORKER`, or that lies beside
    /// the running program or one folder above it, or in a folder of `PATH`.
    ///
    /// # Errors
    /// [`InterpreterError::Start`] where there is none.
    pub fn new() -> Result<Self, InterpreterError> {
        if let Some(named) = env::var_os(LOCATION) {
            return Ok(Self::with_worker(PathBuf::from(named)));
        }
        let beside = env::current_exe().unwrap_or_default();
        let near = beside.ancestors().skip(1).take(2).map(Path::to_owned);
        let listed: Vec<_> =
            env::var_os("PATH").iter().flat_map(|paths| env::split_paths(paths)).collect();
        let file = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
        let found = near.chain(listed).map(|folder| folder.join(&file)).find(|path| path.is_file());
        found.map(Self::with_worker).ok_or_else(|| InterpreterError::Start {
            message: format!(
                "there is no `{PROGRAM}` beside this program or in `PATH`; run `cargo install \
                 dspy-sandbox`, set `{LOCATION}` to where it is, or use `Sandbox::this_program`"
            ),
        })
    }

    /// With the worker at this place. It must be of this crate's version.
    pub fn with_worker(path: impl Into<PathBuf>) -> Self {
        Self { program: path.into().into(), limits: Limits::default() }
    }

    /// With the running program as worker: nothing has to be installed. **Call it first in `main`:**
    /// in a worker it does not return but serves, so what stands before it runs there as well.
    ///
    /// ```no_run
    /// fn main() -> Result<(), dspy::interpreter::InterpreterError> {
    ///     let sandbox = dspy::sandbox::Sandbox::this_program()?;
    ///     // … the rest of the program
    /// #   let _ = sandbox;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`InterpreterError::Start`] where the system does not tell the program's place.
    pub fn this_program() -> Result<Self, InterpreterError> {
        if env::var_os(WORKER_MARK).is_some() {
            let _ = crate::serve();
            std::process::exit(0);
        }
        let path = env::current_exe().map_err(|error| InterpreterError::Start {
            message: format!("the place of this program is unknown: {error}"),
        })?;
        Ok(Self::with_worker(path))
    }

    /// The same with other limits, for each session.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What a session may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl CodeInterpreter for Sandbox {
    type Session = SandboxSession;

    async fn start(&self, setup: Setup) -> Result<SandboxSession, InterpreterError> {
        let setup = setup.function(crate::session::parallel());
        setup.check()?;
        SandboxSession::start(Arc::clone(&self.program), self.limits.clone(), setup).await
    }

    fn guide(&self) -> &str {
        GUIDE
    }
}
