//! Media given by content: its MIME type, and that it was read.

use super::super::error::LmError;
use super::super::local_file::LocalFile;
use super::super::message::Media;
use super::config;

/// The type of `media`, which is `what` to the reader of the error.
pub(in crate::lm) fn mime<'a>(what: &str, media: &'a Media) -> Result<&'a str, LmError> {
    media.mime.as_deref().ok_or_else(|| {
        config(format!("{what} is given in base64 without its MIME type; set `mime`"))
    })
}

/// The error for a file on this machine that nobody read before the request was to be sent.
pub(in crate::lm) fn unread(file: &LocalFile) -> LmError {
    config(format!(
        "the file `{}` was not read; call `load_media` on the request before it is sent",
        file.path.display()
    ))
}
