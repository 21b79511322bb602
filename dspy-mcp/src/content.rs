//! What a server's tool gave, as text.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

/// The result of a call: the texts of its blocks; where it has none, its structured content. What a
/// model cannot read, such as an image, is named with its type and size.
///
/// # Errors
/// The same text, where the server says that the call failed.
pub(crate) fn reply_of(result: CallToolResult) -> Result<Value, String> {
    let blocks: Vec<String> = result.content.iter().map(text_of).collect();
    let text = blocks.join("\n");
    if result.is_error == Some(true) {
        return Err(if text.is_empty() { "it gave no reason".to_owned() } else { text });
    }
    match result.structured_content {
        Some(value) if text.is_empty() => Ok(value),
        _ => Ok(Value::String(text)),
    }
}

fn text_of(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(image) => left_out("image", Some(&image.mime_type), &image.data),
        ContentBlock::Audio(audio) => left_out("sound", Some(&audio.mime_type), &audio.data),
        ContentBlock::Resource(embedded) => match &embedded.resource {
            ResourceContents::TextResourceContents { text, .. } => text.clone(),
            ResourceContents::BlobResourceContents { blob, mime_type, .. } => {
                left_out("file", mime_type.as_deref(), blob)
            }
            _ => "(content of a kind that is not known here)".to_owned(),
        },
        ContentBlock::ResourceLink(link) => format!("{}: {}", link.name, link.uri),
        _ => "(content of a kind that is not known here)".to_owned(),
    }
}

fn left_out(what: &str, mime: Option<&str>, base64: &str) -> String {
    let mime = mime.unwrap_or("unknown type");
    format!("({what}, {mime}, {} bytes, left out)", base64.len() / 4 * 3)
}
