//! Tools of servers that speak the Model Context Protocol. Depend on `dspy` with the feature `mcp`,
//! which re-exports this as `dspy::mcp`.
//!
//! ```no_run
//! use dspy::mcp::McpServer;
//! use dspy::prelude::*;
//!
//! # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let server = McpServer::stdio("npx", ["-y", "@modelcontextprotocol/server-everything"]).await?;
//! let agent = ReAct::<Qa>::new(server.tools().await?)?;
//! # let _ = agent; Ok(()) }
//! ```

// Library code returns errors; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod content;
mod error;
mod http;
mod server;
mod stdio;

pub use error::McpError;
pub use http::HttpServer;
pub use server::McpServer;
pub use stdio::StdioServer;
