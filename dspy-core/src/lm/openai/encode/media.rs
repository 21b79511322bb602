//! Images, audio and files as content parts.

use serde::{Serialize, Serializer};

use super::super::super::client::{config, unread};
use super::super::super::error::LmError;
use super::super::super::message::{Media, MediaSource};
use super::super::ChatCompletions;

#[derive(Serialize)]
pub(super) struct Image<'a> {
    url: Address<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Audio<'a> {
    data: &'a str,
    format: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum File<'a> {
    Id { file_id: &'a str },
    Content { filename: &'a str, file_data: Address<'a> },
}

/// Where bytes are, or the bytes themselves; written without a copy of them.
pub(super) enum Address<'a> {
    Web(&'a str),
    Data { mime: &'a str, data: &'a str },
}

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Web(url) => serializer.serialize_str(url),
            Self::Data { mime, data } => {
                serializer.collect_str(&format_args!("data:{mime};base64,{data}"))
            }
        }
    }
}

pub(super) fn image<'a>(chat: &ChatCompletions, media: &'a Media) -> Result<Image<'a>, LmError> {
    let url = match &media.source {
        MediaSource::Url(url) => Address::Web(url),
        MediaSource::Base64(data) => Address::Data { mime: mime("an image", media)?, data },
        MediaSource::Local(file) => return Err(unread(file)),
        MediaSource::FileId(_) => {
            let model = &chat.model;
            return Err(model.unsupported("an image by file id", "give its address or content"));
        }
    };
    Ok(Image { url, detail: media.detail.as_deref() })
}

pub(super) fn audio<'a>(chat: &ChatCompletions, media: &'a Media) -> Result<Audio<'a>, LmError> {
    if let MediaSource::Local(file) = &media.source {
        return Err(unread(file));
    }
    let MediaSource::Base64(data) = &media.source else {
        let model = &chat.model;
        return Err(model.unsupported("audio by address or file id", "give its content in base64"));
    };
    let mime = mime("audio", media)?;
    let subtype = mime.strip_prefix("audio/").unwrap_or(mime);
    let format = match subtype {
        "wav" | "x-wav" | "wave" | "vnd.wave" => "wav",
        "mpeg" | "mp3" => "mp3",
        _ if chat.quirks.official => {
            let feature = format!("audio as `{mime}`");
            return Err(chat.model.unsupported(feature, "give it as wav or mp3"));
        }
        other => other.strip_prefix("x-").unwrap_or(other),
    };
    Ok(Audio { data, format })
}

pub(super) fn file<'a>(chat: &ChatCompletions, media: &'a Media) -> Result<File<'a>, LmError> {
    match &media.source {
        MediaSource::FileId(id) => Ok(File::Id { file_id: id }),
        MediaSource::Base64(data) => {
            let file_data = Address::Data { mime: mime("a file", media)?, data };
            let unnamed =
                if media.mime.as_deref() == Some("application/pdf") { "file.pdf" } else { "file" };
            let filename = media.name.as_deref().unwrap_or(unnamed);
            Ok(File::Content { filename, file_data })
        }
        MediaSource::Local(file) => Err(unread(file)),
        MediaSource::Url(_) => {
            let model = &chat.model;
            Err(model.unsupported("a file by address", "give its content or its file id"))
        }
    }
}

fn mime<'a>(what: &str, media: &'a Media) -> Result<&'a str, LmError> {
    media.mime.as_deref().ok_or_else(|| {
        config(format!("{what} is given in base64 without its MIME type; set `mime`"))
    })
}
