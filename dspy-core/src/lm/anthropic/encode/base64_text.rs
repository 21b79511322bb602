//! Text out of base64: this API takes a plain text document as text.

use super::super::super::client::config;
use super::super::super::error::LmError;

/// The UTF-8 text that `data` holds, with or without padding, in either alphabet.
pub(super) fn decoded(data: &str) -> Result<String, LmError> {
    let broken = || config("a text file's content is no base64 of UTF-8 text; encode it again");
    let mut bytes = Vec::with_capacity(data.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in data.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return Err(broken()),
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.extend(u8::try_from((bits >> held) & 0xff));
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}
