//! Schemas as providers accept them, and the way back.
//!
//! Providers that can hold a model to a schema accept only a part of JSON Schema, each another
//! one. [`rewrite`] puts a schema into that part without losing values: what the provider cannot be
//! asked for takes another form, and [`Subset::restore`] gives a model's answer its own form back,
//! before [`parse`](crate::parse) fits it to the original schema. What cannot be rewritten is
//! [`Unsupported`]; ask for plain JSON then.
//!
//! | of the type | becomes | with these dialects | and back |
//! |---|---|---|---|
//! | a root that is no object | `{"value": …}` | OpenAI, Anthropic; Gemini but for lists | unwrapped |
//! | a field that may be left out | required, and nullable | OpenAI | null is left out |
//! | an optional field | one that may be left out | Anthropic | – |
//! | a map | a list of `{"key": …, "value": …}` | OpenAI, Anthropic, Gemini's `responseSchema` | a map |
//! | undeclared keys beside declared ones | a list of pairs in a field of their own | as maps | merged |
//! | a tuple | `{"item0": …, "item1": …}` | OpenAI, Anthropic, Gemini's `responseSchema`, Ollama, llama.cpp | a list |
//! | anything | JSON in a text | OpenAI, Anthropic, Gemini | the JSON |
//! | null, an object without fields | a word | Gemini's `responseSchema` | the value |
//! | documented options (`oneOf` of constants) | `enum`, docs in the description | all | – |
//! | `oneOf` | `anyOf` | all | – |
//! | a reference with keywords beside it | what it refers to, merged with them | all | – |
//! | bounds, lengths, patterns, formats | words in the description where unknown | by dialect | – |
//! | defaults, `uniqueItems`, storage formats (`int32`) | nothing, or words | all | – |
//! | a required list of the type itself | one that may be left out | Gemini | an empty list |
//!
//! Unsupported are recursive types with Anthropic, Ollama and Gemini's `responseSchema` (with
//! Gemini, where no optional field breaks the circle), schemas over a provider's size limits, and
//! alternatives of a union that could not be told apart once rewritten.

mod apart;
mod circle;
mod form;
mod members;
mod note;
mod object;
mod reshape;
mod restore;
mod rules;
mod size;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use note::{Change, Note};

use super::shape::Document;
use form::Forms;
use reshape::Reshaper;

/// What a provider accepts as a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dialect {
    /// OpenAI's `json_schema` with `strict`, and whoever copies it.
    #[default]
    OpenAiStrict,
    /// Anthropic's `output_config.format`.
    Anthropic,
    /// Gemini's `responseJsonSchema`.
    Gemini,
    /// Gemini's older `responseSchema`, a part of OpenAPI 3.0.
    GeminiOpenApi,
    /// Ollama's `format`.
    Ollama,
    /// llama.cpp's `json_schema`.
    LlamaCpp,
    /// vLLM's structured outputs, with the xgrammar backend.
    Vllm,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 7] = [
        Self::OpenAiStrict,
        Self::Anthropic,
        Self::Gemini,
        Self::GeminiOpenApi,
        Self::Ollama,
        Self::LlamaCpp,
        Self::Vllm,
    ];
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenAiStrict => "OpenAI's strict mode",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Gemini",
            Self::GeminiOpenApi => "Gemini's `responseSchema`",
            Self::Ollama => "Ollama",
            Self::LlamaCpp => "llama.cpp",
            Self::Vllm => "vLLM",
        })
    }
}

/// A schema that a provider cannot be asked to keep to. Ask for plain JSON instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{dialect} cannot keep to this schema{}: {reason}", at(.path))]
#[non_exhaustive]
pub struct Unsupported {
    /// The dialect asked for.
    pub dialect: Dialect,
    /// Where in the type: `/orders/*/price`, or `Tree/left` within the definition `Tree`; empty for
    /// the whole.
    pub path: String,
    /// What stands against it.
    pub reason: String,
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{path}`") }
}

/// A schema in a provider's dialect, and the way back from its values.
#[derive(Clone, Debug)]
pub struct Subset {
    schema: Value,
    forms: Forms,
    notes: Vec<Note>,
}

impl Subset {
    /// The schema to send.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Gives a value of the sent schema the form that the original schema asks for.
    ///
    /// Never fails: what is not of the sent schema stays as it is, for the parser to judge.
    pub fn restore(&self, value: Value) -> Value {
        restore::Restorer::new(&self.forms, &value).restore(value)
    }

    /// What was changed, in order of appearance.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
}

/// Rewrites a schema, as schemars makes it, into what a provider accepts.
///
/// # Errors
/// [`Unsupported`], if that would lose or confuse values, or the provider would refuse it.
///
/// ```
/// use dspy::schema::subset::{Dialect, rewrite};
/// use serde_json::json;
/// use std::collections::BTreeMap;
///
/// let schema = dspy::schema::of::<BTreeMap<String, (f64, f64)>>();
/// let subset = rewrite(&schema, Dialect::OpenAiStrict)?;
/// let answer = json!({"value": [{"key": "Basel", "value": {"item0": 47.56, "item1": 7.59}}]});
/// assert_eq!(subset.restore(answer), json!({"Basel": [47.56, 7.59]}));
/// # Ok::<(), dspy::schema::subset::Unsupported>(())
/// ```
pub fn rewrite(schema: &Value, dialect: Dialect) -> Result<Subset, Unsupported> {
    let document = Document::read(schema, schema);
    if let Some((path, reason)) = document.faults.first() {
        return Err(Unsupported { dialect, path: path.clone(), reason: reason.clone() });
    }
    let (forms, notes) = Reshaper::new(&document, dialect).reshape()?;
    apart::check(&forms, dialect)?;
    let schema = write::schema(&forms, dialect);
    size::check(&schema, dialect)?;
    Ok(Subset { schema, forms, notes })
}
