//! [`Reading`]: a server's answer in the hands of a [`Wire`](super::wire::Wire).

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::error::LmError;
use super::super::http::Reply;
use super::super::response::{RateLimit, Response};
use super::assembly::Assembly;
use super::failure;
use super::headers;
use super::peer::Peer;
use super::wire::Fault;

/// A whole answer, and what is needed to speak of it.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(in crate::lm) peer: &'a Peer,
    pub(in crate::lm) reply: &'a Reply,
}

impl Reading<'_> {
    /// The body as it came.
    pub(in crate::lm) fn body(&self) -> &[u8] {
        &self.reply.body
    }

    /// The body as JSON of this form.
    pub(in crate::lm) fn json<T: DeserializeOwned>(&self) -> Result<T, LmError> {
        serde_json::from_slice(&self.reply.body)
            .map_err(|error| self.unreadable(&format!("it is no JSON ({error})")))
    }

    /// The answer, read as if it were a stream of these pieces.
    pub(in crate::lm) fn assembled<T>(
        &self,
        pieces: impl IntoIterator<Item = Result<T, LmError>>,
        mut take: impl FnMut(T, &mut Assembly) -> Result<(), Fault>,
    ) -> Result<Response, LmError> {
        let mut assembly = Assembly::default();
        assembly.note(&String::from_utf8_lossy(&self.reply.body));
        for piece in pieces {
            take(piece?, &mut assembly).map_err(|fault| match fault {
                Fault::Reported(error) => self.reported(&error),
                Fault::Unreadable(why) => self.unreadable(&why),
            })?;
        }
        if assembly.is_empty() {
            return Err(self.unreadable("it holds no completion"));
        }
        let mut response = assembly.take_response();
        response.request_id = self.request_id().or(response.request_id);
        response.rate_limit = self.rate_limit();
        Ok(response)
    }

    /// An answer that cannot be read, and why.
    pub(in crate::lm) fn unreadable(&self, fault: &str) -> LmError {
        self.peer.unreadable(fault, &self.reply.body)
    }

    /// The failure that an answer reports although its status says success.
    pub(in crate::lm) fn reported(&self, error: &Value) -> LmError {
        failure::in_band(self.peer, self.reply.status, &self.reply.headers, error)
    }

    /// The provider's id of the request, from the headers.
    pub(in crate::lm) fn request_id(&self) -> Option<String> {
        headers::request_id(&self.reply.headers).map(str::to_owned)
    }

    /// What the headers say of limits.
    pub(in crate::lm) fn rate_limit(&self) -> Option<RateLimit> {
        headers::rate_limit(&self.reply.headers)
    }

    /// What tells this answer from every other; for ids of tool calls.
    pub(in crate::lm) fn seed(&self) -> blake3::Hash {
        blake3::hash(&self.reply.body)
    }
}
