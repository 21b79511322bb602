//! [`Located`]: where the bytes of media lie.

use super::super::local_file::LocalFile;
use super::super::message::{Media, MediaSource};

/// Where the bytes of media lie. A `data:` address is no address but the bytes themselves.
pub(in crate::lm) enum Located<'a> {
    /// In the request, in base64, of a MIME type where one is known.
    Here(Option<&'a str>, &'a str),
    /// At an address.
    At(&'a str),
    /// At the provider, under an id.
    Uploaded(&'a str),
    /// On this machine, not read.
    Unread(&'a LocalFile),
}

impl<'a> Located<'a> {
    pub(in crate::lm) fn of(media: &'a Media) -> Self {
        let given = media.mime.as_deref();
        let split = |url: &'a str| url.strip_prefix("data:")?.split_once(";base64,");
        match &media.source {
            MediaSource::Base64(data) => Self::Here(given, data),
            MediaSource::Url(url) => match split(url) {
                Some((mime, data)) => {
                    let mime = mime.split(';').next().filter(|mime| !mime.is_empty());
                    Self::Here(given.or(mime), data)
                }
                None => Self::At(url),
            },
            MediaSource::FileId(id) => Self::Uploaded(id),
            MediaSource::Local(file) => Self::Unread(file),
        }
    }
}
