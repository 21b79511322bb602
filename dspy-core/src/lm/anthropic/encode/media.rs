//! Images and documents as content blocks.

use serde_json::{Value, json};

use super::super::super::client::{ModelName, mime, unread};
use super::super::super::error::LmError;
use super::super::super::message::{Media, MediaSource};
use super::base64_text;

pub(super) fn image(model: &ModelName, media: &Media) -> Result<Value, LmError> {
    if let Some(detail) = &media.detail {
        return Err(model.unsupported(format!("the image detail `{detail}`"), "leave it out"));
    }
    let source = match &media.source {
        MediaSource::Base64(data) => bytes(mime("an image", media)?, data),
        MediaSource::Url(url) => at(url),
        MediaSource::FileId(id) => uploaded(id),
        MediaSource::Local(file) => return Err(unread(file)),
    };
    Ok(json!({"type": "image", "source": source}))
}

pub(super) fn document(model: &ModelName, media: &Media) -> Result<Value, LmError> {
    let source = match &media.source {
        MediaSource::Url(url) => at(url),
        MediaSource::FileId(id) => uploaded(id),
        MediaSource::Local(file) => return Err(unread(file)),
        MediaSource::Base64(data) => match mime("a file", media)? {
            kind @ "application/pdf" => bytes(kind, data),
            kind if kind.starts_with("text/") => {
                let text = base64_text::decoded(data)?;
                json!({"type": "text", "media_type": "text/plain", "data": text})
            }
            kind => {
                return Err(model.unsupported(
                    format!("a file of the type `{kind}`"),
                    "give it as PDF or as text",
                ));
            }
        },
    };
    let mut block = json!({"type": "document", "source": source});
    if let Some(fields) = block.as_object_mut() {
        for (key, text) in [("title", &media.name), ("context", &media.context)] {
            if let Some(text) = text {
                fields.insert(key.to_owned(), text.as_str().into());
            }
        }
        if media.citations {
            fields.insert("citations".to_owned(), json!({"enabled": true}));
        }
    }
    Ok(block)
}

fn bytes(kind: &str, data: &str) -> Value {
    json!({"type": "base64", "media_type": kind, "data": data})
}

fn at(url: &str) -> Value {
    json!({"type": "url", "url": url})
}

fn uploaded(id: &str) -> Value {
    json!({"type": "file", "file_id": id})
}
