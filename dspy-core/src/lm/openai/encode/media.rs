//! Images, audio and files as content parts.

use serde_json::{Map, Value, json};

use super::super::super::client::ModelName;
use super::super::super::error::LmError;
use super::super::super::message::{Media, MediaSource};

pub(super) fn image(model: &ModelName, media: &Media) -> Result<Value, LmError> {
    let url = match &media.source {
        MediaSource::Url(url) => url.clone(),
        MediaSource::Base64(data) => data_url("an image", media, data)?,
        MediaSource::FileId(_) => {
            return Err(model.unsupported("an image by file id", "give its address or content"));
        }
    };
    let mut inner = Map::new();
    inner.insert("url".to_owned(), url.into());
    if let Some(detail) = &media.detail {
        inner.insert("detail".to_owned(), detail.as_str().into());
    }
    Ok(json!({"type": "image_url", "image_url": inner}))
}

pub(super) fn audio(model: &ModelName, media: &Media) -> Result<Value, LmError> {
    let MediaSource::Base64(data) = &media.source else {
        return Err(model.unsupported("audio by address or file id", "give its content in base64"));
    };
    let mime = mime("audio", media)?;
    let subtype = mime.strip_prefix("audio/").unwrap_or(mime);
    let format = match subtype {
        "wav" | "x-wav" | "wave" | "vnd.wave" => "wav",
        "mpeg" | "mp3" => "mp3",
        _ if model.own_host() => {
            return Err(model.unsupported(format!("audio as `{mime}`"), "give it as wav or mp3"));
        }
        other => other.strip_prefix("x-").unwrap_or(other),
    };
    Ok(json!({"type": "input_audio", "input_audio": {"data": data, "format": format}}))
}

pub(super) fn file(model: &ModelName, media: &Media) -> Result<Value, LmError> {
    let file = match &media.source {
        MediaSource::FileId(id) => json!({"file_id": id}),
        MediaSource::Base64(data) => {
            let url = data_url("a file", media, data)?;
            let unnamed =
                if media.mime.as_deref() == Some("application/pdf") { "file.pdf" } else { "file" };
            let name = media.name.as_deref().unwrap_or(unnamed);
            json!({"filename": name, "file_data": url})
        }
        MediaSource::Url(_) => {
            return Err(model.unsupported("a file by address", "give its content or its file id"));
        }
    };
    Ok(json!({"type": "file", "file": file}))
}

fn data_url(what: &str, media: &Media, data: &str) -> Result<String, LmError> {
    Ok(format!("data:{};base64,{data}", mime(what, media)?))
}

fn mime<'a>(what: &str, media: &'a Media) -> Result<&'a str, LmError> {
    media.mime.as_deref().ok_or_else(|| LmError::Config {
        message: format!("{what} is given in base64 without its MIME type; set `mime`"),
    })
}
