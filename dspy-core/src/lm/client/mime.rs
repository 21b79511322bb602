//! The MIME type of media given by content.

use super::super::error::LmError;
use super::super::message::Media;
use super::config;

/// The type of `media`, which is `what` to the reader of the error.
pub(in crate::lm) fn mime<'a>(what: &str, media: &'a Media) -> Result<&'a str, LmError> {
    media.mime.as_deref().ok_or_else(|| {
        config(format!("{what} is given in base64 without its MIME type; set `mime`"))
    })
}
