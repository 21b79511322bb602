//! [`Connection`]: a provider's server with the key and headers that go there.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use super::super::error::LmError;
use super::super::http::{Frames, Http, Opened, Reply};
use super::failure;
use super::peer::Peer;
use super::reading::Reading;
use super::wire::Framing;

/// What one server needs to be asked anything. An answer whose status is not success is an error.
#[derive(Debug)]
pub(in crate::lm) struct Connection {
    /// The api base, without a slash at its end.
    pub(in crate::lm) base: Url,
    pub(in crate::lm) headers: HeaderMap,
    pub(in crate::lm) peer: Peer,
    pub(super) http: Http,
}

impl Connection {
    /// Sends a JSON body and reads the whole answer.
    pub(in crate::lm) async fn post(&self, url: &Url, body: Vec<u8>) -> Result<Reply, LmError> {
        let reply = self.http.post(url, &self.headers, body).await?;
        self.checked(url, reply)
    }

    /// Sends a body of another type.
    pub(in crate::lm) async fn post_as(
        &self,
        url: &Url,
        kind: HeaderValue,
        body: Vec<u8>,
    ) -> Result<Reply, LmError> {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, kind);
        let reply = self.http.post(url, &headers, body).await?;
        self.checked(url, reply)
    }

    /// Reads what is at an address.
    pub(in crate::lm) async fn get(&self, url: &Url) -> Result<Reply, LmError> {
        let reply = self.http.get(url, &self.headers).await?;
        self.checked(url, reply)
    }

    /// Sends a JSON body and waits for the head of the answer.
    pub(super) async fn open(&self, url: &Url, body: Vec<u8>) -> Result<Opened, LmError> {
        let opened = self.http.open(url, &self.headers, body).await?;
        if is_success(opened.status) {
            return Ok(opened);
        }
        let reply = self.http.read(opened).await?;
        Err(failure::of_reply(&self.peer, url, &reply))
    }

    /// Reads the rest of an answer.
    pub(super) async fn read(&self, opened: Opened) -> Result<Reply, LmError> {
        self.http.read(opened).await
    }

    /// The pieces of an answer.
    pub(super) fn frames(&self, opened: Opened, framing: Framing) -> Frames {
        match framing {
            Framing::Events => self.http.events(opened),
            Framing::Lines => self.http.lines(opened),
        }
    }

    pub(in crate::lm) fn reading<'a>(&'a self, reply: &'a Reply) -> Reading<'a> {
        Reading { peer: &self.peer, reply }
    }

    /// The answer, if its status is success.
    pub(in crate::lm) fn checked(&self, url: &Url, reply: Reply) -> Result<Reply, LmError> {
        if is_success(reply.status) {
            Ok(reply)
        } else {
            Err(failure::of_reply(&self.peer, url, &reply))
        }
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}
