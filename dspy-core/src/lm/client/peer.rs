//! [`Peer`]: the server as errors speak of it.

use url::Url;

use super::super::error::LmError;
use super::super::http::authority;
use super::super::secret::Secrets;

/// The longest message taken from a server, in characters.
const MESSAGE: usize = 1000;
/// The longest piece of an unreadable answer that is shown, in characters.
const EXCERPT: usize = 200;

/// The server's name, what must not be shown of what it says, and what explains a refused key.
#[derive(Debug)]
pub(in crate::lm) struct Peer {
    pub(in crate::lm) host: String,
    pub(in crate::lm) key_hint: String,
    secrets: Secrets,
}

impl Peer {
    pub(in crate::lm) fn new(url: &Url, secrets: Secrets, key_hint: String) -> Self {
        Self { host: authority(url), key_hint, secrets }
    }

    /// `text` without our secrets.
    pub(super) fn scrub(&self, text: &str) -> String {
        self.secrets.scrub(text)
    }

    /// A server's text fit for an error message: on one line, without our secrets, not endless.
    pub(in crate::lm) fn quote(&self, text: &str) -> String {
        shorten(&self.secrets.scrub(text), MESSAGE)
    }

    /// An answer that could not be read: `fault` says why, the start of `body` what came instead.
    pub(in crate::lm) fn unreadable(&self, fault: &str, body: &[u8]) -> LmError {
        let text = self.secrets.scrub(&String::from_utf8_lossy(body));
        let excerpt = match html_title(&text) {
            Some(title) => format!("an HTML page{title}"),
            None if text.trim().is_empty() => "nothing".to_owned(),
            None => format!("`{}`", shorten(&text, EXCERPT)),
        };
        LmError::Decode { host: self.host.clone(), message: format!("{fault}; it sent {excerpt}") }
    }
}

/// ` titled "…"`, or nothing, where `text` is an HTML page; `None` where it is none.
pub(in crate::lm) fn html_title(text: &str) -> Option<String> {
    let text = text.trim_start();
    let lower: String = text.chars().take(4096).map(|c| c.to_ascii_lowercase()).collect();
    if !lower.starts_with("<!doctype html") && !lower.starts_with("<html") {
        return None;
    }
    let title = lower.find("<title>").and_then(|start| {
        let start = start + "<title>".len();
        let length = lower.get(start..)?.find("</title>")?;
        text.get(start..start + length)
    });
    Some(title.map(|title| format!(" titled \"{}\"", shorten(title, 80))).unwrap_or_default())
}

/// `text` on one line, cut after `limit` characters.
fn shorten(text: &str, limit: usize) -> String {
    // Words beyond the limit are not even looked at: a body can be megabytes long.
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let gap = usize::from(length > 0);
        let room = limit.saturating_sub(length + gap);
        if gap == 1 {
            line.push(' ');
        }
        if word.chars().nth(room).is_some() {
            line.extend(word.chars().take(room));
            line.push('…');
            break;
        }
        line.push_str(word);
        length += gap + word.chars().count();
    }
    line
}
