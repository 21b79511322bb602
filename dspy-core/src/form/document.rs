//! [`Document`]: a text or file that an answer may cite.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::{File, Form, Target};
use crate::lm::{Media, Part, base64};

/// A document that an answer may cite; see [`Citations`](super::Citations).
///
/// For a model whose provider cites documents itself it becomes a document of that provider's;
/// every other model reads its text.
///
/// ```
/// use dspy::form::Document;
///
/// let document = Document::text("The tower is 330 m high.").with_title("Tower");
/// assert_eq!(document.as_text(), Some("The tower is 330 m high."));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    content: Content,
    title: Option<String>,
    context: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(Arc<str>),
    File(File),
}

impl Document {
    /// A document of this text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self { content: Content::Text(text.into()), title: None, context: None }
    }

    /// A document that is a file, such as a PDF.
    pub fn file(file: File) -> Self {
        Self { content: Content::File(file), title: None, context: None }
    }

    /// The same with a title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The same with words about the document that are not to be cited.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// The title.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The text; `None` for a file.
    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::File(_) => None,
        }
    }

    /// The document in words, with title and context above its text.
    fn in_words(&self, text: &str) -> String {
        let above = [("title", &self.title), ("context", &self.context)];
        let above =
            above.iter().filter_map(|(key, said)| Some(format!("{key}: {}", (*said).as_ref()?)));
        let above: Vec<String> = above.collect();
        if above.is_empty() { text.to_owned() } else { format!("{}\n\n{text}", above.join("\n")) }
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// As files have it, which is also how DSPy writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<File>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (data, file) = match &self.content {
            Content::Text(text) => (Some(Arc::clone(text)), None),
            Content::File(file) => (None, Some(file.clone())),
        };
        let media_type = data.is_some().then(|| "text/plain".to_owned());
        let (title, context) = (self.title.clone(), self.context.clone());
        Saved { data, file, title, media_type, context }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { data, file, title, media_type, context } = Saved::deserialize(deserializer)?;
        let content = match (data, file, media_type.as_deref()) {
            (Some(text), None, None | Some("text/plain")) => Content::Text(text),
            (Some(data), None, Some(mime)) => {
                let saved = json!({"data": data, "mime": mime});
                Content::File(serde_json::from_value(saved).map_err(D::Error::custom)?)
            }
            (None, Some(file), _) => Content::File(file),
            _ => return Err(D::Error::custom("expected either `data` or `file`")),
        };
        Ok(Self { content, title, context })
    }
}

impl Form for Document {
    fn word() -> Cow<'static, str> {
        "document".into()
    }

    fn title() -> Cow<'static, str> {
        "Document".into()
    }

    fn schema() -> Value {
        let text = json!({"type": "string"});
        json!({
            "type": "object",
            "properties": {
                "data": text, "title": text, "context": text, "media_type": text,
                "file": {"type": "object"},
            },
        })
    }

    fn answer_schema() -> Value {
        Self::schema()
    }

    fn render(&self, target: &Target) -> Result<Vec<Part>, String> {
        match &self.content {
            Content::Text(text) if !target.capabilities.citations => {
                Ok(vec![Part::text(self.in_words(text))])
            }
            Content::Text(text) => {
                let media = Media::base64(base64::encode(text.as_bytes()), "text/plain");
                Ok(vec![Part::File { media: self.cited(media) }])
            }
            Content::File(file) => {
                let parts = file.render(target)?.into_iter().map(|part| match part {
                    Part::File { media } if target.capabilities.citations => {
                        Part::File { media: self.cited(media) }
                    }
                    other => other,
                });
                Ok(parts.collect())
            }
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        super::from_json(text)
    }
}

impl Document {
    fn cited(&self, mut media: Media) -> Media {
        media.name = self.title.clone().or(media.name);
        media.context.clone_from(&self.context);
        media.citations = true;
        media
    }
}

crate::form!(Document);
