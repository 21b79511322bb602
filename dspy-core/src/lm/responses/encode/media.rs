//! Images and files as content of a user message.

use serde_json::{Map, Value, json};

use super::super::super::client::{mime, unread};
use super::super::super::error::LmError;
use super::super::super::message::{Media, MediaSource};

pub(super) fn image(media: &Media) -> Result<Value, LmError> {
    let (field, value) = match &media.source {
        MediaSource::Url(url) => ("image_url", url.clone()),
        MediaSource::Base64(data) => ("image_url", data_url("an image", media, data)?),
        MediaSource::FileId(id) => ("file_id", id.clone()),
        MediaSource::Local(file) => return Err(unread(file)),
    };
    let mut item = Map::new();
    item.insert("type".to_owned(), "input_image".into());
    item.insert(field.to_owned(), value.into());
    item.insert("detail".to_owned(), media.detail.as_deref().unwrap_or("auto").into());
    Ok(item.into())
}

pub(super) fn file(media: &Media) -> Result<Value, LmError> {
    Ok(match &media.source {
        MediaSource::Url(url) => json!({"type": "input_file", "file_url": url}),
        MediaSource::FileId(id) => json!({"type": "input_file", "file_id": id}),
        MediaSource::Local(file) => return Err(unread(file)),
        MediaSource::Base64(data) => {
            let url = data_url("a file", media, data)?;
            let unnamed =
                if media.mime.as_deref() == Some("application/pdf") { "file.pdf" } else { "file" };
            let name = media.name.as_deref().unwrap_or(unnamed);
            json!({"type": "input_file", "filename": name, "file_data": url})
        }
    })
}

fn data_url(what: &str, media: &Media, data: &str) -> Result<String, LmError> {
    Ok(format!("data:{};base64,{data}", mime(what, media)?))
}
