//! [`Citations`]: the passages that an answer rests on.

use std::borrow::Cow;
use std::ops::{Deref, Range};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Document, Form, Inputs, NativeAnswer, Target};
use crate::lm::Part;

/// The word by which predictors know the type.
pub(crate) const CITATIONS: &str = "citations";

/// The passages of the [`Document`]s among the inputs that an answer rests on.
///
/// Where the provider cites by itself, they are its own; otherwise the model writes them as a list.
/// Either way each must occur in the document that it names, letter by letter but for white space;
/// an answer that cites something else is sent back like any that does not fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Citations(Vec<Citation>);

/// A passage of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Citation {
    /// The passage, word for word.
    pub cited_text: String,
    /// Which document, counted from 0 in the order of the inputs.
    #[serde(default, alias = "document", skip_serializing_if = "Option::is_none")]
    pub document_index: Option<usize>,
    /// The document's title.
    #[serde(default, alias = "title", skip_serializing_if = "Option::is_none")]
    pub document_title: Option<String>,
    /// Where the passage stands in the document's text, in characters, where the provider says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub characters: Option<Range<usize>>,
}

impl Citation {
    /// A passage of the document at this place.
    pub fn new(document_index: usize, cited_text: impl Into<String>) -> Self {
        Self {
            cited_text: cited_text.into(),
            document_index: Some(document_index),
            document_title: None,
            characters: None,
        }
    }

    /// What a provider's citation says.
    fn of_provider(citation: &Value) -> Option<Self> {
        let number = |key: &str| usize::try_from(citation.get(key)?.as_u64()?).ok();
        let from_to = number("start_char_index").zip(number("end_char_index"));
        Some(Self {
            cited_text: citation.get("cited_text")?.as_str()?.to_owned(),
            document_index: number("document_index"),
            document_title: citation
                .get("document_title")
                .and_then(Value::as_str)
                .map(str::to_owned),
            characters: from_to.map(|(from, to)| from..to),
        })
    }

    /// Whether a document says so.
    fn check(&self, documents: &[Document]) -> Result<(), String> {
        let titled = self
            .document_title
            .as_deref()
            .and_then(|title| documents.iter().find(|document| document.title() == Some(title)));
        let meant = match (titled, self.document_index) {
            (Some(document), _) => vec![document],
            (None, Some(index)) => match documents.get(index) {
                Some(document) => vec![document],
                None => {
                    return Err(format!(
                        "there is no document {index}; there are {}, counted from 0",
                        documents.len()
                    ));
                }
            },
            (None, None) => documents.iter().collect(),
        };
        let cited = words(&self.cited_text);
        if cited.is_empty() {
            return Err("a citation is empty; quote the passage word for word".to_owned());
        }
        // What stands in a file nobody here can tell.
        let says = |document: &&Document| match document.as_text() {
            Some(text) => words(text).contains(&cited),
            None => true,
        };
        if meant.iter().any(says) {
            return Ok(());
        }
        Err(format!("no document says `{}`; quote a passage word for word", self.cited_text))
    }
}

/// A text with single spaces.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Deref for Citations {
    type Target = [Citation];

    fn deref(&self) -> &[Citation] {
        &self.0
    }
}

impl From<Vec<Citation>> for Citations {
    fn from(citations: Vec<Citation>) -> Self {
        Self(citations)
    }
}

impl Form for Citations {
    fn word() -> Cow<'static, str> {
        CITATIONS.into()
    }

    fn title() -> Cow<'static, str> {
        "list of citations".into()
    }

    fn schema() -> Value {
        json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "cited_text": {"type": "string"},
                    "document_index": {"type": ["integer", "null"], "x-aliases": ["document"]},
                    "document_title": {"type": ["string", "null"], "x-aliases": ["title"]},
                    "characters": {"type": ["object", "null"]},
                },
                "required": ["cited_text"],
            },
        })
    }

    fn answer_schema() -> Value {
        json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "cited_text": {"type": "string"},
                    "document_index": {"type": "integer"},
                },
                "required": ["cited_text", "document_index"],
                "additionalProperties": false,
            },
        })
    }

    fn note() -> Option<String> {
        Some(
            "JSON of this type: [{\"cited_text\": text, \"document_index\": integer}], each a \
             passage of a document word for word, the documents counted from 0"
                .to_owned(),
        )
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        serde_json::to_string(self).map(|text| vec![Part::text(text)]).map_err(|e| e.to_string())
    }

    fn parse(text: &str) -> Result<Self, String> {
        super::from_json(text)
    }

    fn native(answer: &NativeAnswer<'_>) -> Option<Self> {
        let blocks = answer.provider.and_then(|it| it.get("content")?.as_array());
        let cited =
            blocks.into_iter().flatten().filter_map(|block| block.get("citations")?.as_array());
        let all: Vec<_> = cited.flatten().filter_map(Citation::of_provider).collect();
        (!all.is_empty() || answer.is_left_out).then_some(Self(all))
    }

    fn check(&self, inputs: &Inputs<'_>) -> Result<(), String> {
        let documents = inputs.all::<Document>();
        if documents.is_empty() {
            return Ok(());
        }
        self.iter().try_for_each(|citation| citation.check(&documents))
    }
}

crate::form!(Citations);
