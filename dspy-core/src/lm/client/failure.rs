//! Which [`LmError`] a failed call is.

mod kind;
mod report;

use http::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::super::error::{LmError, ProviderFailure};
use super::super::http::Reply;
use super::peer::Peer;
use super::{endpoint, headers};

use self::report::Report;

pub(in crate::lm) use self::report::error_in;

/// The error of an answer whose status is not success.
pub(super) fn of_reply(peer: &Peer, url: &Url, reply: &Reply) -> LmError {
    let report = if (300..400).contains(&reply.status) {
        redirect(url, reply)
    } else {
        Report::read(&reply.body)
    };
    kind::of_status(reply.status, &report)(failure(peer, reply.status, &reply.headers, &report))
}

/// The error that an answer reports in its body although its status says success.
pub(super) fn in_band(peer: &Peer, status: u16, headers: &HeaderMap, error: &Value) -> LmError {
    let report = Report::of(error);
    kind::of_status(kind::status_of(&report), &report)(failure(peer, status, headers, &report))
}

fn failure(peer: &Peer, status: u16, headers: &HeaderMap, report: &Report) -> Box<ProviderFailure> {
    Box::new(ProviderFailure {
        host: peer.host.clone(),
        status,
        message: peer.quote(&report.message),
        code: report.shown_code().map(|code| peer.quote(&code)),
        request_id: headers::request_id(headers).map(|id| peer.quote(id)),
        retry_after: headers::retry_after(headers).or(report.wait),
        should_retry: headers::should_retry(headers),
        hint: Some(peer.key_hint.clone()),
    })
}

fn redirect(url: &Url, reply: &Reply) -> Report {
    let target = headers::location(&reply.headers)
        .and_then(|location| url.join(location).ok())
        .map(|target| format!(" to {}", endpoint::shown(&target)))
        .unwrap_or_default();
    Report {
        message: format!(
            "it redirects{target}, and redirects are not followed, so that no key goes where it \
             was not meant to; set the api base to the final address"
        ),
        ..Report::default()
    }
}
