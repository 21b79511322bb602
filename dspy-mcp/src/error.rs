//! What can go wrong with a server.

use std::time::Duration;

/// A server that cannot be reached, or does not answer as it should. A failed call of a tool is a
/// [`ToolError`](dspy_core::tool::ToolError) instead.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum McpError {
    /// The program could not be started.
    #[error(
        "could not start the MCP server `{command}`: {message}; is it installed and on the path?"
    )]
    Start {
        /// The program.
        command: String,
        /// What the system said.
        message: String,
    },
    /// The address or a setting of the connection cannot be used.
    #[error("cannot connect to the MCP server `{server}`: {message}")]
    Config {
        /// The server.
        server: String,
        /// What is wrong.
        message: String,
    },
    /// The server did not greet as the protocol wants it.
    #[error("the MCP server `{server}` is no use: {message}{}", wrote(.stderr))]
    Greeting {
        /// The server.
        server: String,
        /// What was expected and what came.
        message: String,
        /// The end of what it wrote to its error stream.
        stderr: String,
    },
    /// The server refused or broke a request.
    #[error("the MCP server `{server}` failed to list its tools: {message}")]
    Listing {
        /// The server.
        server: String,
        /// What it reported.
        message: String,
    },
    /// No answer came in time.
    #[error("the MCP server `{server}` did not {what} within {after:?}{}", wrote(.stderr))]
    Timeout {
        /// The server.
        server: String,
        /// What it was asked to do.
        what: &'static str,
        /// How long was waited.
        after: Duration,
        /// The end of what it wrote to its error stream.
        stderr: String,
    },
}

fn wrote(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; it wrote: {stderr}") }
}
