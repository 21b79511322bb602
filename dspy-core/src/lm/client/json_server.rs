//! [`JsonServer`]: a server that answers questions in JSON and is no language model.

use std::time::Duration;

use http::header::{ACCEPT, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use super::super::error::LmError;
use super::super::http::{Http, Limits};
use super::super::secret::{Secret, Secrets};
use super::builder::custom_headers;
use super::connection::Connection;
use super::peer::Peer;
use super::{config, endpoint};

/// One address that is asked by its query, with the limits of all clients.
#[derive(Debug)]
pub(crate) struct JsonServer {
    connection: Connection,
}

/// Headers and limits of a [`JsonServer`].
#[derive(Clone, Debug)]
pub(crate) struct JsonServerOptions {
    headers: Vec<(String, Secret)>,
    limits: Limits,
}

impl JsonServerOptions {
    pub(crate) fn new(timeout: Duration, max_answer_bytes: usize) -> Self {
        let limits = Limits { total: timeout, body: max_answer_bytes, ..Limits::default() };
        Self { headers: Vec::new(), limits }
    }

    pub(crate) fn add_header(&mut self, name: String, value: &str) {
        self.headers.push((name, Secret::new(value)));
    }

    pub(crate) fn set_timeout(&mut self, limit: Duration) {
        self.limits.total = limit;
    }

    pub(crate) fn set_max_answer_bytes(&mut self, limit: usize) {
        self.limits.body = limit;
    }
}

impl JsonServer {
    pub(crate) fn new(address: &str, options: JsonServerOptions) -> Result<Self, LmError> {
        let base = endpoint::parse(address).map_err(|fault| {
            config(format!(
                "the server's address {fault}; write it like `http://localhost:8893/api/search`"
            ))
        })?;
        let mut secrets = Secrets::default();
        let mut headers = custom_headers(&options.headers, &mut secrets)?;
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let connection = Connection {
            http: Http::new(&base, options.limits),
            peer: Peer::new(&base, secrets, String::new()),
            base,
            headers,
        };
        Ok(Self { connection })
    }

    /// Asks with this query after the address's own, and reads the answer.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        query: &[(&str, &str)],
    ) -> Result<T, LmError> {
        let mut url: Url = self.connection.base.clone();
        url.query_pairs_mut().extend_pairs(query);
        let reply = self.connection.get(&url).await?;
        self.connection.reading(&reply).json()
    }

    /// The server's name.
    pub(crate) fn host(&self) -> &str {
        &self.connection.peer.host
    }
}
