//! Names of hosts, people, resources and things.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Url;

use super::{OTHER, Read};

/// `ada@example.org`: one address, without a name before it.
pub(super) fn email(text: &str) -> Read {
    let (local, domain) = text.rsplit_once('@').ok_or(OTHER)?;
    let is_atom = |atom: &str| {
        let special = "!#$%&'*+-/=?^_`{|}~";
        !atom.is_empty() && atom.chars().all(|c| c.is_ascii_alphanumeric() || special.contains(c))
    };
    let fits = local.len() <= 64 && local.split('.').all(is_atom) && is_host(domain);
    if fits { Ok(text.to_owned()) } else { Err(OTHER) }
}

/// `www.example.org`.
pub(super) fn hostname(text: &str) -> Read {
    if is_host(text) { Ok(text.to_owned()) } else { Err(OTHER) }
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// `https://example.org/page`.
pub(super) fn uri(text: &str) -> Read {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it has white space");
    }
    match Url::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(url::ParseError::RelativeUrlWithoutBase) => Err("the scheme is missing"),
        Err(_) => Err(OTHER),
    }
}

/// `67e55044-10b1-426f-9247-bb680e5fe0c8`, also in capitals, in braces, as a URN, without hyphens.
pub(super) fn uuid(text: &str) -> Read {
    let mut bare = text.to_ascii_lowercase();
    if let Some(rest) = bare.strip_prefix("urn:uuid:") {
        bare = rest.to_owned();
    } else if let Some(inner) = bare.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        bare = inner.to_owned();
    }
    let lengths: Vec<usize> = bare.split('-').map(str::len).collect();
    if !matches!(lengths.as_slice(), [32] | [8, 4, 4, 4, 12]) {
        return Err(OTHER);
    }
    let mut hex = bare.replace('-', "");
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(OTHER);
    }
    for at in [20, 16, 12, 8] {
        hex.insert(at, '-');
    }
    Ok(hex)
}

/// `192.0.2.1` or `2001:db8::1`.
pub(super) fn ip(text: &str, four: bool, six: bool) -> Read {
    let fits =
        (four && text.parse::<Ipv4Addr>().is_ok()) || (six && text.parse::<Ipv6Addr>().is_ok());
    if fits { Ok(text.to_owned()) } else { Err(OTHER) }
}
