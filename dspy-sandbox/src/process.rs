//! A worker process, and talking to it.

use std::env;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use dspy_core::interpreter::{InterpreterError, Limit};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::fault::Fault;
use crate::frame::{Order, Report};

/// Set in the environment of workers, and of nothing else.
pub(crate) const WORKER_MARK: &str = "DSPY_SANDBOX_IS_WORKER";
/// How long a worker may take to say that it is there: programs are read from slow disks.
const START: Duration = Duration::from_secs(30);
/// How much of a dying worker's standard error is read.
const LAST_WORDS: u64 = 2_000;
/// What the loader of shared libraries may need.
const KEPT: [&str; 3] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot"];

/// A worker. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    errors: ChildStderr,
}

impl Worker {
    /// Starts the program and waits for its greeting.
    pub(crate) async fn spawn(program: &Path) -> Result<Self, InterpreterError> {
        let refuse = |message: String| InterpreterError::Start {
            message: format!("worker `{}`: {message}", program.display()),
        };
        if env::var_os(WORKER_MARK).is_some() {
            return Err(refuse(
                "this process is a worker itself; call `Sandbox::this_program` first in `main`"
                    .to_owned(),
            ));
        }
        let mut command = Command::new(program);
        command.env_clear().env(WORKER_MARK, "1").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in KEPT {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        if cfg!(unix) {
            command.current_dir("/");
        }
        let mut child = command.spawn().map_err(|error| refuse(error.to_string()))?;
        let parts = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = parts else {
            return Err(refuse("its standard streams are missing".to_owned()));
        };
        let mut worker = Self { child, input, output: BufReader::new(output), errors };
        let ours = env!("CARGO_PKG_VERSION");
        match timeout(START, worker.hear(1_000)).await {
            Ok(Ok(Report::Ready { version })) if version == ours => Ok(worker),
            Ok(Ok(Report::Ready { version })) => Err(refuse(format!(
                "it has version {version}, this library {ours}; run `cargo install dspy-sandbox@{ours}`"
            ))),
            Ok(other) => Err(refuse(format!(
                "it does not greet as a worker does: {other:?}; a program that is its own worker \
                 must call `Sandbox::this_program` first in `main`"
            ))),
            Err(_) => Err(refuse(format!("no greeting after {START:?}"))),
        }
    }

    /// Says something to the worker.
    pub(crate) async fn tell(&mut self, order: &Order) -> Result<(), Fault> {
        let mut line =
            serde_json::to_vec(order).map_err(|error| Fault::Babble(error.to_string()))?;
        line.push(b'\n');
        let sent = async {
            self.input.write_all(&line).await?;
            self.input.flush().await
        };
        match sent.await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.end().await),
        }
    }

    /// Waits for the worker's next word, no longer than this.
    pub(crate) async fn hear_within(
        &mut self,
        time: Duration,
        bytes: u64,
    ) -> Result<Report, Fault> {
        let since = Instant::now();
        match timeout(time, self.hear(bytes)).await {
            Ok(report) => report,
            Err(_) => {
                self.kill().await;
                Err(Fault::Overtime(since.elapsed()))
            }
        }
    }

    async fn hear(&mut self, bytes: u64) -> Result<Report, Fault> {
        let mut line = Vec::new();
        // What comes from a worker is as hostile as the code in it: it does not fill our memory.
        let read = (&mut self.output).take(bytes).read_until(b'\n', &mut line).await;
        if read.is_err() || line.last() != Some(&b'\n') {
            if line.len() as u64 >= bytes {
                self.kill().await;
                return Err(Fault::Flood(Limit::Transfer));
            }
            return Err(self.end().await);
        }
        match serde_json::from_slice(&line) {
            Ok(report) => Ok(report),
            Err(error) => {
                self.kill().await;
                Err(Fault::Babble(format!("what the worker said cannot be read: {error}")))
            }
        }
    }

    /// Ends the worker at once.
    pub(crate) async fn kill(&mut self) {
        // It fails where the worker has ended already.
        let _ = self.child.kill().await;
    }

    /// What can be told of a worker that went silent.
    async fn end(&mut self) -> Fault {
        let mut words = Vec::new();
        let errors = (&mut self.errors).take(LAST_WORDS);
        let mut errors = errors;
        // Both end as soon as the worker has; if it closed its streams alone, it is killed.
        let _ = timeout(Duration::from_millis(500), errors.read_to_end(&mut words)).await;
        let status = match timeout(Duration::from_millis(500), self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                self.kill().await;
                None
            }
        };
        Fault::Ended { status, last_words: String::from_utf8_lossy(&words).into_owned() }
    }
}
