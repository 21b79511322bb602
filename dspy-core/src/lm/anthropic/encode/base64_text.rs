//! Text out of base64: this API takes a plain text document as text.

use super::super::super::base64;
use super::super::super::client::config;
use super::super::super::error::LmError;

/// The UTF-8 text that `data` holds, with or without padding, in either alphabet.
pub(super) fn decoded(data: &str) -> Result<String, LmError> {
    let broken = || config("a text file's content is no base64 of UTF-8 text; encode it again");
    let bytes = base64::decode(data).ok_or_else(broken)?;
    String::from_utf8(bytes).map_err(|_| broken())
}
