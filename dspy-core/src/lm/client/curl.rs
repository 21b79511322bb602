//! A request as a command line.

use url::Url;

use super::super::request::{Request, Settings};
use super::endpoint::shown;
use super::wire::Wire;
use super::{Client, check};

/// Parameters of an address that are known to be no secret.
const HARMLESS: [&str; 2] = ["api-version", "alt"];

/// The `curl` command that sends the request. Everything marked as sensitive is `***`.
pub(super) fn command<W: Wire>(client: &Client<W>, request: &Request) -> Option<String> {
    let shared = &client.shared;
    let mut settings = request.settings.over(&shared.settings).into_owned();
    check(&settings).ok()?;
    if client.fans_out(&settings).is_some() {
        settings = Settings { n: None, ..settings };
    }
    let body = shared.wire.encode(request, &settings, false).ok()?;
    let body = String::from_utf8(body).ok()?;
    let mut text = format!("curl {}", quoted(&address(&shared.url)));
    for (name, value) in &shared.connection.headers {
        let value = if value.is_sensitive() { "***" } else { value.to_str().unwrap_or("***") };
        text.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name}: {value}"))));
    }
    text.push_str(&format!(" \\\n  -d {}\n", quoted(&body)));
    Some(shared.connection.peer.scrub(&text))
}

/// The address with its query, of which only what is harmless is shown.
fn address(url: &Url) -> String {
    let mut text = shown(url);
    for (place, (name, value)) in url.query_pairs().enumerate() {
        let value = if HARMLESS.contains(&&*name) { &*value } else { "***" };
        text.push_str(&format!("{}{name}={value}", if place == 0 { '?' } else { '&' }));
    }
    text
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
