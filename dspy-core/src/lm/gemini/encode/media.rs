//! Images, audio and files as parts.

use serde_json::{Map, Value, json};

use super::super::super::client::{Located, ModelName, config, unread};
use super::super::super::error::LmError;
use super::super::super::message::Media;

/// Where Google's Files API keeps uploads.
const FILES: &str = "https://generativelanguage.googleapis.com/v1beta/files/";

/// A part of these bytes; `what` names them in errors.
pub(super) fn part(model: &ModelName, what: &str, media: &Media) -> Result<Value, LmError> {
    if media.detail.as_deref().is_some_and(|detail| detail != "auto") {
        return Err(model.unsupported(
            "`detail` of an image",
            "set `mediaResolution` within `generationConfig` in the extra fields",
        ));
    }
    let uri = match Located::of(media) {
        Located::Here(Some(mime), data) => {
            return Ok(json!({"inlineData": {"mimeType": mime, "data": data}}));
        }
        Located::Here(None, _) => {
            return Err(config(format!(
                "{what} is given in base64 without its MIME type; set `mime`"
            )));
        }
        Located::Unread(file) => return Err(unread(file)),
        Located::At(uri) => uri.to_owned(),
        Located::Uploaded(uri) if uri.contains("://") => uri.to_owned(),
        Located::Uploaded(id) => format!("{FILES}{}", id.strip_prefix("files/").unwrap_or(id)),
    };
    let mut file = Map::new();
    if let Some(mime) = &media.mime {
        file.insert("mimeType".to_owned(), mime.as_str().into());
    }
    file.insert("fileUri".to_owned(), uri.into());
    Ok(json!({"fileData": file}))
}
