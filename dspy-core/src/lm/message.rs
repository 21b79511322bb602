//! Messages: what is said to a model and by it, independent of any wire format.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::local_file::LocalFile;

/// Who speaks a [`Message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Instructions that stand above the conversation.
    System,
    /// The caller.
    User,
    /// The model.
    Assistant,
    /// A tool answering a call of the model.
    Tool,
}

/// One piece of a message's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// Plain text.
    Text {
        /// The text itself.
        text: Arc<str>,
    },
    /// An image.
    Image {
        /// Where the image is, or its bytes.
        media: Media,
    },
    /// A sound.
    Audio {
        /// Where the sound is, or its bytes.
        media: Media,
    },
    /// A file, such as a PDF.
    File {
        /// Where the file is, or its bytes.
        media: Media,
    },
    /// The model asks for a tool.
    ToolCall(ToolCall),
    /// A tool's answer to such a call.
    ToolResult(ToolResult),
    /// What the model thought before it answered.
    Reasoning {
        /// The readable thoughts; empty when the provider hides them.
        text: String,
        /// The provider's own item, to be sent back verbatim in later turns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opaque: Option<Value>,
    },
}

impl Part {
    /// A text part.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text { text: text.into() }
    }
}

/// Bytes that are no text: given by address, by content, or by a provider's file id.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Media {
    /// Where the bytes come from.
    pub source: MediaSource,
    /// The MIME type, such as `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// A file name to show to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// OpenAI's `detail` for images: `low`, `high` or `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Whether the answer is to cite it, where the provider can do that with files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub citations: bool,
    /// What else is to be known of a file that is to be cited; never cited itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
}

/// Where the bytes of a [`Media`] come from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaSource {
    /// A web address that the provider fetches itself.
    Url(String),
    /// The content in base64, without a `data:` prefix.
    Base64(Arc<str>),
    /// The id of a file uploaded to the provider before.
    FileId(String),
    /// A file on this machine, to be read by [`Request::load_media`](super::Request::load_media)
    /// before the request is sent.
    Local(LocalFile),
}

impl std::fmt::Debug for MediaSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
            // A debug line with megabytes of base64 helps nobody.
            Self::Base64(data) => write!(f, "Base64({} characters)", data.len()),
            Self::FileId(id) => f.debug_tuple("FileId").field(id).finish(),
            Self::Local(file) => f.debug_tuple("Local").field(&file.path).finish(),
        }
    }
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("source", &self.source).field("mime", &self.mime).finish()
    }
}

impl Media {
    /// Media at a web address.
    pub fn url(url: impl Into<String>) -> Self {
        Self::of(MediaSource::Url(url.into()))
    }

    /// Media of any source, with nothing else said about it.
    pub fn of(source: MediaSource) -> Self {
        Self { source, mime: None, name: None, detail: None, citations: false, context: None }
    }

    /// Media given as base64 with its MIME type.
    pub fn base64(data: impl Into<Arc<str>>, mime: impl Into<String>) -> Self {
        Self { mime: Some(mime.into()), ..Self::of(MediaSource::Base64(data.into())) }
    }
}

/// A model's wish to have a tool run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// The provider's id of this call; made up by the client where the provider gives none.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, decoded; a string when the provider's text was not JSON.
    pub arguments: Value,
    /// The provider's own data about the call, such as a thought signature, to be sent back
    /// verbatim in later turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<Value>,
}

impl ToolCall {
    /// A call of a tool.
    pub fn new(id: impl Into<String>, name: impl Into<String>, arguments: Value) -> Self {
        Self { id: id.into(), name: name.into(), arguments, opaque: None }
    }
}

/// What a tool answered to a [`ToolCall`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolResult {
    /// The [`ToolCall::id`] this answers.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// The answer as text.
    pub content: String,
    /// Whether the tool failed.
    #[serde(default)]
    pub is_error: bool,
}

impl ToolResult {
    /// A tool's answer to a call.
    pub fn new(call: &ToolCall, content: impl Into<String>) -> Self {
        Self {
            call_id: call.id.clone(),
            name: call.name.clone(),
            content: content.into(),
            is_error: false,
        }
    }

    /// The same answer as a failure, or not.
    #[must_use]
    pub fn with_error(mut self, is_error: bool) -> Self {
        self.is_error = is_error;
        self
    }
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The content, in order.
    pub parts: Vec<Part>,
    /// Whether everything up to here is worth caching at the provider.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cache: bool,
    #[serde(skip)]
    written: Written,
}

/// The text of a message as JSON, written once for a message that is sent again and again. It holds
/// for the very text that it was made of, so that a message can still be changed.
#[derive(Default)]
struct Written(OnceLock<(Arc<str>, Box<RawValue>)>);

impl Clone for Written {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Message {
    /// A message of several parts.
    pub fn new(role: Role, parts: Vec<Part>) -> Self {
        Self { role, parts, cache: false, written: Written::default() }
    }

    /// A system message.
    pub fn system(text: impl Into<Arc<str>>) -> Self {
        Self::new(Role::System, vec![Part::text(text)])
    }

    /// A user message.
    pub fn user(text: impl Into<Arc<str>>) -> Self {
        Self::new(Role::User, vec![Part::text(text)])
    }

    /// An assistant message.
    pub fn assistant(text: impl Into<Arc<str>>) -> Self {
        Self::new(Role::Assistant, vec![Part::text(text)])
    }

    /// The message's text as JSON, where it is all in one part.
    pub(super) fn text_as_json(&self) -> Option<&RawValue> {
        let [Part::Text { text }] = self.parts.as_slice() else { return None };
        if self.written.0.get().is_none() {
            let json = serde_json::value::to_raw_value(&**text).ok()?;
            // Another call may have been first; what it wrote is looked at below.
            self.written.0.set((Arc::clone(text), json)).ok();
        }
        let (of, json) = self.written.0.get()?;
        Arc::ptr_eq(of, text).then_some(&**json)
    }

    /// All text parts joined; other parts are left out.
    pub fn text(&self) -> String {
        text_of(&self.parts)
    }
}

/// The text parts of `parts`, joined without a separator.
pub(super) fn text_of(parts: &[Part]) -> String {
    parts
        .iter()
        .filter_map(|part| match part {
            Part::Text { text } => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}
