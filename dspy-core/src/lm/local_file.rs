//! Files on this machine as media: read when a request is made, and never beyond their limit.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::base64;
use super::message::{Media, MediaSource, Message, Part};
use super::request::Request;
use super::sniff::mime_of;

/// The most bytes that media may have unless told otherwise: 20 MiB, which most providers take.
pub const DEFAULT_MEDIA_LIMIT: u64 = 20 * 1024 * 1024;

/// A file on this machine, not read yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LocalFile {
    /// Where it is.
    pub path: PathBuf,
    /// The most bytes it may have.
    pub limit: u64,
}

impl LocalFile {
    /// A file that may have [`DEFAULT_MEDIA_LIMIT`] bytes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), limit: DEFAULT_MEDIA_LIMIT }
    }
}

/// Media that cannot be sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The file cannot be read.
    #[error("could not read `{path}`: {message}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        message: String,
    },
    /// There is more than the limit allows.
    #[error("{what} has more than {limit} bytes; make it smaller, or raise it by `with_limit`")]
    TooLarge {
        /// The file, or what else holds the bytes.
        what: String,
        /// The most bytes allowed.
        limit: u64,
    },
    /// The bytes are not what they are given as.
    #[error("{what} holds {found}, not {wanted}")]
    Kind {
        /// The file, or what else holds the bytes.
        what: String,
        /// What it holds.
        found: String,
        /// What was expected, such as `an image`.
        wanted: &'static str,
    },
    /// Nobody can tell what the bytes are.
    #[error("what {what} holds is not known; say it by `with_mime`")]
    Unknown {
        /// The file, or what else holds the bytes.
        what: String,
    },
}

impl Request {
    /// Whether any part is a file of this machine that is still to be read.
    pub(crate) fn names_local_media(&self) -> bool {
        self.messages.iter().flat_map(|message| &message.parts).any(|part| local(part).is_some())
    }

    /// The same request with its files [read](Self::load_media).
    pub(crate) async fn with_media(&self) -> Result<Arc<Self>, MediaError> {
        let mut request = self.clone();
        request.load_media().await?;
        Ok(Arc::new(request))
    }

    /// Reads all files of this machine that the request names, each off the runtime's threads, and
    /// puts their content in their place. Predictors do it before they ask; a request made by hand
    /// needs it where it names such files.
    ///
    /// # Errors
    /// [`MediaError`] for a file that cannot be read, is too large, or is something else than said.
    pub async fn load_media(&mut self) -> Result<(), MediaError> {
        let mut known: Vec<(Media, Media)> = Vec::new();
        for message in &mut self.messages {
            if !message.parts.iter().any(|part| local(part).is_some()) {
                continue;
            }
            let mut parts = message.parts.clone();
            for part in &mut parts {
                let Some(wanted) = local(part) else { continue };
                let media = match known.iter().find(|(asked, _)| Some(asked) == media_of(part)) {
                    Some((_, read)) => read.clone(),
                    None => {
                        let Some(asked) = media_of(part).cloned() else { continue };
                        let read = off_the_runtime(asked.clone(), wanted).await?;
                        known.push((asked, read.clone()));
                        read
                    }
                };
                if let Some(place) = media_mut(part) {
                    *place = media;
                }
            }
            let mut whole = Message::new(message.role, parts);
            whole.cache = message.cache;
            *message = Arc::new(whole);
        }
        Ok(())
    }
}

async fn off_the_runtime(media: Media, wanted: Wanted) -> Result<Media, MediaError> {
    let path = match &media.source {
        MediaSource::Local(file) => file.path.display().to_string(),
        _ => return Ok(media),
    };
    match Handle::try_current() {
        Ok(runtime) => {
            let read = runtime.spawn_blocking(move || read(media, wanted)).await;
            read.unwrap_or_else(|error| {
                Err(MediaError::Unreadable { path, message: error.to_string() })
            })
        }
        // Nobody's thread is held up but the caller's own.
        Err(_) => read(media, wanted),
    }
}

/// What the content must be: a word for it, and the beginning of its MIME type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) what: &'static str,
    pub(crate) mime: &'static str,
}

impl Wanted {
    pub(crate) const IMAGE: Self = Self { what: "an image", mime: "image/" };
    pub(crate) const AUDIO: Self = Self { what: "audio", mime: "audio/" };
    pub(crate) const FILE: Self = Self { what: "a file", mime: "" };

    /// The type of content that begins so: the given one, or what the bytes tell.
    pub(crate) fn mime(
        self,
        what: &str,
        given: Option<&str>,
        start: &[u8],
    ) -> Result<String, MediaError> {
        let mime = match given.or_else(|| mime_of(start)) {
            Some(mime) => mime,
            None => return Err(MediaError::Unknown { what: what.to_owned() }),
        };
        if mime.starts_with(self.mime) {
            return Ok(mime.to_owned());
        }
        let found = mime.to_owned();
        Err(MediaError::Kind { what: what.to_owned(), found, wanted: self.what })
    }
}

/// What a part wants of a file of this machine, if it names one.
fn local(part: &Part) -> Option<Wanted> {
    let is_local = |media: &Media| matches!(media.source, MediaSource::Local(_));
    match part {
        Part::Image { media } if is_local(media) => Some(Wanted::IMAGE),
        Part::Audio { media } if is_local(media) => Some(Wanted::AUDIO),
        Part::File { media } if is_local(media) => Some(Wanted::FILE),
        _ => None,
    }
}

fn media_of(part: &Part) -> Option<&Media> {
    match part {
        Part::Image { media } | Part::Audio { media } | Part::File { media } => Some(media),
        _ => None,
    }
}

fn media_mut(part: &mut Part) -> Option<&mut Media> {
    match part {
        Part::Image { media } | Part::Audio { media } | Part::File { media } => Some(media),
        _ => None,
    }
}

fn read(mut media: Media, wanted: Wanted) -> Result<Media, MediaError> {
    let MediaSource::Local(LocalFile { path, limit }) = &media.source else { return Ok(media) };
    let what = format!("`{}`", path.display());
    let bytes = bytes_of(path, *limit)?;
    let mime = wanted.mime(&what, media.mime.as_deref(), &bytes)?;
    if media.name.is_none() && wanted.mime.is_empty() {
        media.name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    }
    media.mime = Some(mime);
    media.source = MediaSource::Base64(base64::encode(&bytes).into());
    Ok(media)
}

/// The bytes of a file, unless it has more than the limit, of which nothing more is read.
fn bytes_of(path: &Path, limit: u64) -> Result<Vec<u8>, MediaError> {
    let unreadable =
        |message: String| MediaError::Unreadable { path: path.display().to_string(), message };
    let failed = |error: std::io::Error| unreadable(error.to_string());
    let too_large = || MediaError::TooLarge { what: format!("`{}`", path.display()), limit };
    let about = std::fs::metadata(path).map_err(failed)?;
    // A pipe or a device may have no end, and opening one may wait for ever.
    if !about.is_file() {
        return Err(unreadable("it is no regular file".to_owned()));
    }
    if about.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or_default());
    let file = File::open(path).map_err(failed)?;
    // It may have grown since.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}
