//! What images, sounds and files have in common: where their bytes are, and how many there may be.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::lm::base64;
use crate::lm::sniff::mime_of;
use crate::lm::{DEFAULT_MEDIA_LIMIT, LocalFile, Media, MediaError, MediaSource, Wanted};

/// A value that cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// An address that begins with `data:` and holds no base64.
    #[error("a `data:` address must hold base64, as `data:image/png;base64,…` does")]
    DataAddress,
    /// A value that is no probability.
    #[error("{0} is no probability; it must lie between 0 and 1")]
    Probability(f64),
}

/// Where the bytes are.
#[derive(Clone, PartialEq)]
pub(super) enum Source {
    /// At a web address, from which the provider fetches them.
    Url(String),
    /// In a file of this machine, which is read when a request is made.
    Path(PathBuf),
    /// Here, in base64.
    Data(Arc<str>),
    /// At the provider, under this id.
    Id(String),
}

/// Bytes for a model, and what is known of them.
#[derive(Clone, PartialEq)]
pub(super) struct Medium {
    pub(super) source: Source,
    pub(super) mime: Option<String>,
    pub(super) name: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) limit: u64,
}

impl Medium {
    pub(super) fn new(source: Source) -> Self {
        Self { source, mime: None, name: None, detail: None, limit: DEFAULT_MEDIA_LIMIT }
    }

    /// An address; the content itself where it is a `data:` address.
    pub(super) fn at(url: String) -> Result<Self, FormError> {
        let Some(data) = url.strip_prefix("data:") else { return Ok(Self::new(Source::Url(url))) };
        let (about, data) = data.split_once(";base64,").ok_or(FormError::DataAddress)?;
        let mime = about.split(';').next().filter(|mime| !mime.is_empty());
        Ok(Self { mime: mime.map(str::to_owned), ..Self::new(Source::Data(data.into())) })
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let mime = mime_of(bytes).map(str::to_owned);
        Self { mime, ..Self::new(Source::Data(base64::encode(bytes).into())) }
    }

    /// The same for a message. Bytes that are here are looked at; a file is not opened yet.
    pub(super) fn media(&self, wanted: Wanted) -> Result<Media, MediaError> {
        let mut media = Media::of(match &self.source {
            Source::Url(url) => MediaSource::Url(url.clone()),
            Source::Id(id) => MediaSource::FileId(id.clone()),
            Source::Data(data) => MediaSource::Base64(Arc::clone(data)),
            Source::Path(path) => {
                let mut file = LocalFile::new(path);
                file.limit = self.limit;
                MediaSource::Local(file)
            }
        });
        media.mime.clone_from(&self.mime);
        media.name.clone_from(&self.name);
        media.detail.clone_from(&self.detail);
        if let Source::Data(data) = &self.source {
            let what = format!("{} given by content", wanted.what);
            if base64::decoded_len(data) > self.limit {
                return Err(MediaError::TooLarge { what, limit: self.limit });
            }
            let start = match self.mime {
                Some(_) => Vec::new(),
                None => base64::decode_start(data).unwrap_or_default(),
            };
            media.mime = Some(wanted.mime(&what, self.mime.as_deref(), &start)?);
        }
        Ok(media)
    }

    pub(super) fn schema() -> Value {
        json!({
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "url": {"type": "string"},
                        "path": {"type": "string"},
                        "data": {"type": "string"},
                        "file_id": {"type": "string"},
                        "mime": {"type": "string"},
                        "name": {"type": "string"},
                        "detail": {"type": "string"},
                        "limit": {"type": "integer"},
                        // As a `Media` is written.
                        "source": {"type": "object"},
                    },
                },
            ],
        })
    }
}

/// As files have it: exactly one of `url`, `path`, `data` and `file_id`.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Saved {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing)]
    source: Option<MediaSource>,
}

impl Serialize for Medium {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut saved = Saved {
            mime: self.mime.clone(),
            name: self.name.clone(),
            detail: self.detail.clone(),
            limit: (self.limit != DEFAULT_MEDIA_LIMIT).then_some(self.limit),
            ..Saved::default()
        };
        match &self.source {
            Source::Url(url) => saved.url = Some(url.clone()),
            Source::Path(path) => saved.path = Some(path.clone()),
            Source::Data(data) => saved.data = Some(Arc::clone(data)),
            Source::Id(id) => saved.file_id = Some(id.clone()),
        }
        saved.serialize(serializer)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    /// An address. A path does not come as a mere text, so that a text from outside opens no file.
    Address(String),
    Saved(Box<Saved>),
}

impl<'de> Deserialize<'de> for Medium {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || {
            D::Error::custom(
                "expected exactly one of `url`, `path`, `data` (base64) and `file_id`; or a text \
                 that is an address",
            )
        };
        let saved = match Read::deserialize(deserializer).map_err(|_| wrong())? {
            Read::Address(url) if url.contains("://") || url.starts_with("data:") => {
                return Self::at(url).map_err(D::Error::custom);
            }
            Read::Address(_) => return Err(wrong()),
            Read::Saved(saved) => *saved,
        };
        let Saved { url, path, data, file_id, mime, name, detail, limit, source } = saved;
        let mut medium = match (url, path, data, file_id, source) {
            (Some(url), None, None, None, None) => Self::at(url).map_err(D::Error::custom)?,
            (None, Some(path), None, None, None) => Self::new(Source::Path(path)),
            (None, None, Some(data), None, None) => Self::new(Source::Data(data)),
            (None, None, None, Some(id), None) => Self::new(Source::Id(id)),
            (None, None, None, None, Some(source)) => Self::new(match source {
                MediaSource::Url(url) => Source::Url(url),
                MediaSource::Base64(data) => Source::Data(data),
                MediaSource::FileId(id) => Source::Id(id),
                MediaSource::Local(file) => Source::Path(file.path),
            }),
            _ => return Err(wrong()),
        };
        medium.mime = mime.or(medium.mime);
        medium.name = name;
        medium.detail = detail;
        medium.limit = limit.unwrap_or(DEFAULT_MEDIA_LIMIT);
        Ok(medium)
    }
}

impl fmt::Debug for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Url(url) => write!(f, "{url}")?,
            Source::Path(path) => write!(f, "{}", path.display())?,
            Source::Data(data) => write!(f, "{} bytes", base64::decoded_len(data))?,
            Source::Id(id) => write!(f, "file {id}")?,
        }
        self.mime.iter().try_for_each(|mime| write!(f, ", {mime}"))
    }
}
