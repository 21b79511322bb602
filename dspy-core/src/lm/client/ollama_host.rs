//! `OLLAMA_HOST`: an address as Ollama itself understands it.

use std::net::Ipv6Addr;

const PORT: &str = "11434";

/// The whole address that a value of `OLLAMA_HOST` stands for: scheme, host and port may all be
/// missing. The addresses that a server listens on everywhere stand for this machine.
pub(super) fn completed(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None if text == "ollama.com" => ("https", text),
        None => ("http", text),
    };
    let bare = scheme == "http" && !text.contains("://");
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (rest, String::new()),
    };
    let (host, port) = split(authority);
    let host = match host.trim_start_matches('[').trim_end_matches(']') {
        "" | "0.0.0.0" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        six if six.parse::<Ipv6Addr>().is_ok() => format!("[{six}]"),
        _ => host.to_owned(),
    };
    let port = match port {
        Some(port) => format!(":{port}"),
        None if bare => format!(":{PORT}"),
        None => String::new(),
    };
    format!("{scheme}://{host}{port}{path}")
}

/// Host and port. The colons of a bare IPv6 address separate no port.
fn split(authority: &str) -> (&str, Option<&str>) {
    if authority.parse::<Ipv6Addr>().is_ok() {
        return (authority, None);
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}
