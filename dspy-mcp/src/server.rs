//! A connection to a server, and its tools.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dspy_core::tool::Tool;
use rmcp::model::CallToolRequestParams;
use rmcp::service::RunningService;
use rmcp::transport::IntoTransport;
use rmcp::{RoleClient, ServiceExt as _};
use serde_json::Value;
use tokio::time::timeout;

use crate::content::reply_of;
use crate::error::McpError;
use crate::http::HttpServer;
use crate::stdio::StdioServer;

/// How long a server may take to start and greet.
pub(crate) const START: Duration = Duration::from_secs(60);
/// How long a server may take for a call or a list.
pub(crate) const CALL: Duration = Duration::from_secs(60);

/// A server that speaks the Model Context Protocol. Cloning gives another handle to the same
/// connection.
///
/// The connection lives as long as a handle or a tool of it does. With the last of them it is closed,
/// and a server that was started for it is killed.
///
/// ```no_run
/// use std::time::Duration;
/// use dspy::mcp::McpServer;
///
/// # async fn run() -> Result<(), dspy::mcp::McpError> {
/// let files = McpServer::stdio("npx", ["-y", "@modelcontextprotocol/server-filesystem", "/srv"])
///     .call_timeout(Duration::from_secs(10))
///     .await?;
/// let remote = McpServer::http("https://example.com/mcp").bearer("token").await?;
/// let mut tools = files.tools().await?;
/// tools.extend(remote.tools().await?);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct McpServer(Arc<Connection>);

struct Connection {
    peer: Peer,
    service: RunningService<RoleClient, ()>,
    call_timeout: Duration,
}

/// What a server is called, and what of it nobody should read.
pub(crate) struct Peer {
    pub(crate) label: String,
    /// Its whole address, whose query may hold a key.
    pub(crate) address: Option<String>,
}

impl Peer {
    /// An error's text without the address.
    fn told(&self, error: &impl fmt::Display) -> String {
        let text = error.to_string();
        match &self.address {
            Some(address) => text.replace(address, &self.label),
            None => text,
        }
    }
}

/// The end of what a server wrote to its error stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stderr(Arc<Mutex<String>>);

impl Stderr {
    pub(crate) fn push(&self, text: &str) {
        const KEPT: usize = 2000;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_str(text);
        if kept.len() > KEPT {
            let from = kept.len() - KEPT;
            let from = (from..kept.len()).find(|at| kept.is_char_boundary(*at)).unwrap_or(from);
            kept.drain(..from);
        }
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).trim().to_owned()
    }
}

impl McpServer {
    /// A server to be started as a process of its own, spoken to by its standard input and output.
    /// Await it, after any settings.
    pub fn stdio(
        command: impl Into<String>,
        arguments: impl IntoIterator<Item = impl Into<String>>,
    ) -> StdioServer {
        StdioServer::new(command.into(), arguments.into_iter().map(Into::into).collect())
    }

    /// A server at this address, spoken to by streamable HTTP. Await it, after any settings.
    pub fn http(address: impl Into<String>) -> HttpServer {
        HttpServer::new(address.into())
    }

    pub(crate) async fn connect<T, E, A>(
        transport: T,
        peer: Peer,
        stderr: Stderr,
        start: Duration,
        call_timeout: Duration,
    ) -> Result<Self, McpError>
    where
        T: IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        match timeout(start, ().serve(transport)).await {
            Ok(Ok(service)) => Ok(Self(Arc::new(Connection { peer, service, call_timeout }))),
            Ok(Err(error)) => {
                // What explains the failure may still be on its way.
                tokio::time::sleep(Duration::from_millis(50)).await;
                let (message, stderr) = (peer.told(&error), stderr.text());
                Err(McpError::Greeting { server: peer.label, message, stderr })
            }
            Err(_) => Err(McpError::Timeout {
                server: peer.label,
                what: "start",
                after: start,
                stderr: stderr.text(),
            }),
        }
    }

    /// The server's tools as it lists them now. A tool's arguments are checked by the schema that the
    /// server gives; its result is text.
    ///
    /// # Errors
    /// [`McpError::Listing`] and [`McpError::Timeout`].
    pub async fn tools(&self) -> Result<Vec<Tool>, McpError> {
        let Connection { peer, service, call_timeout } = &*self.0;
        let listed = match timeout(*call_timeout, service.list_all_tools()).await {
            Ok(Ok(listed)) => listed,
            Ok(Err(error)) => {
                return Err(McpError::Listing {
                    server: peer.label.clone(),
                    message: peer.told(&error),
                });
            }
            Err(_) => {
                return Err(McpError::Timeout {
                    server: peer.label.clone(),
                    what: "list its tools",
                    after: *call_timeout,
                    stderr: String::new(),
                });
            }
        };
        Ok(listed.into_iter().map(|tool| self.tool(tool)).collect())
    }

    fn tool(&self, listed: rmcp::model::Tool) -> Tool {
        let description = listed.description.or(listed.title.map(Into::into)).unwrap_or_default();
        let schema = Value::Object(listed.input_schema.as_ref().clone());
        let server = self.clone();
        let name = listed.name.clone();
        Tool::with_schema(listed.name, description, schema, move |arguments| {
            let (server, name) = (server.clone(), name.clone());
            async move {
                let mut request = CallToolRequestParams::new(name);
                if let Value::Object(arguments) = arguments {
                    request = request.with_arguments(arguments);
                }
                match server.0.service.call_tool(request).await {
                    Ok(result) => reply_of(result),
                    Err(error) => Err(format!("the MCP server: {}", server.0.peer.told(&error))),
                }
            }
        })
        .with_timeout(self.0.call_timeout)
    }

    /// Closes the connection, whatever handles and tools there still are, and waits until a server
    /// that was started for it is gone.
    pub async fn close(self) {
        self.0.service.cancellation_token().cancel();
        while !self.0.service.is_closed() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl fmt::Debug for McpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("McpServer").field(&self.0.peer.label).finish()
    }
}
