//! Servers that are started as a process.

use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;

use rmcp::transport::TokioChildProcess;
use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStderr, Command};

use crate::error::McpError;
use crate::server::{CALL, McpServer, Peer, START, Stderr};

/// A server to be started as a process. It does nothing before it is awaited.
#[must_use = "a server is not started until it is awaited"]
pub struct StdioServer {
    command: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    folder: Option<PathBuf>,
    start_timeout: Duration,
    call_timeout: Duration,
}

impl StdioServer {
    pub(crate) fn new(command: String, arguments: Vec<String>) -> Self {
        Self {
            command,
            arguments,
            variables: Vec::new(),
            folder: None,
            start_timeout: START,
            call_timeout: CALL,
        }
    }

    /// Sets an environment variable of the process, which otherwise has those of this one.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Starts the process in this folder.
    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// How long the server may take to start and greet; a minute by default.
    pub fn start_timeout(mut self, after: Duration) -> Self {
        self.start_timeout = after;
        self
    }

    /// How long the server may take for a call or a list; a minute by default.
    pub fn call_timeout(mut self, after: Duration) -> Self {
        self.call_timeout = after;
        self
    }

    async fn start(self) -> Result<McpServer, McpError> {
        let mut command = Command::new(&self.command);
        command.args(&self.arguments).kill_on_drop(true);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let spawned = TokioChildProcess::builder(command).stderr(Stdio::piped()).spawn();
        let (process, errors) = spawned.map_err(|error| McpError::Start {
            command: self.command.clone(),
            message: error.to_string(),
        })?;
        let stderr = Stderr::default();
        if let Some(errors) = errors {
            tokio::spawn(keep(errors, stderr.clone()));
        }
        let peer = Peer { label: self.command, address: None };
        McpServer::connect(process, peer, stderr, self.start_timeout, self.call_timeout).await
    }
}

/// Keeps the end of what the process writes to its error stream, and reads on so that it never
/// blocks.
async fn keep(mut errors: ChildStderr, stderr: Stderr) {
    let mut buffer = vec![0; 4096];
    while let Ok(length @ 1..) = errors.read(&mut buffer).await {
        stderr.push(&String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()));
    }
}

impl IntoFuture for StdioServer {
    type Output = Result<McpServer, McpError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

// Arguments and variables may hold secrets.
impl fmt::Debug for StdioServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioServer").field("command", &self.command).finish_non_exhaustive()
    }
}
