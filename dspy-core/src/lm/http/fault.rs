//! What went wrong between here and a server, in words for the user.

use std::error::Error;
use std::io;

type Cause<'a> = &'a (dyn Error + 'static);

/// The error and what it says it comes from, the innermost last.
fn chain(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        // An I/O error does not name the error it wraps as its source.
        Some(io) => io.get_ref().map(|wrapped| wrapped as Cause<'_>),
        None => error.source(),
    })
}

/// The innermost cause. The outer layers only repeat the address, whose query may hold a secret.
pub(super) fn root_cause(error: Cause<'_>) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

/// Whether the other side closed the connection without a word.
pub(super) fn is_hang_up(error: Cause<'_>) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    chain(error).any(|error| {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        matches!(kind, Some(BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
            || error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
    })
}

pub(super) fn is_timeout(error: Cause<'_>) -> bool {
    let kind = |error: Cause<'_>| error.downcast_ref::<io::Error>().map(io::Error::kind);
    chain(error).any(|error| kind(error) == Some(io::ErrorKind::TimedOut))
}

pub(super) fn is_tls(error: Cause<'_>) -> bool {
    chain(error).any(|error| error.is::<rustls::Error>())
}

/// Whether the host's name leads nowhere; the HTTP crate keeps that kind to itself.
pub(super) fn is_dns(error: Cause<'_>) -> bool {
    chain(error).any(|error| error.to_string().starts_with("dns error"))
}
