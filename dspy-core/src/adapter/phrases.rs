//! The words around fields in the chat format, from a file.

mod python_types;
mod template;
mod write;

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::chat::ChatAdapter;
use super::turns;
use super::{Adapter, AdapterCall, Answer, AnswerError, FieldStream, Prelude};
use crate::lm::{Completion, Request};
use crate::signature::{Demo, SignatureSchema};
use template::Template;

/// The fixed words of the chat format: everything around field names, markers and values.
///
/// A file of them is a JSON object. What it leaves out is as [`ChatAdapter`] has it. Slots stand in
/// braces; a brace itself is written twice. An empty text leaves its part out.
///
/// | phrase | what it is | slots (needed ones bold) |
/// |---|---|---|
/// | `system` | the system message | **`inputs`**, **`outputs`**, **`input_layout`**, **`output_layout`**, `completed`, **`objective`** |
/// | `field` | a line of the lists of fields | `number`, **`name`**, `type`, `desc`, `desc_after_colon` (`: …`, or nothing where there is no description) |
/// | `constraints`, `examples` | what follows that line | **`bounds`**; **`examples`** |
/// | `choice` | after that, each described value of a closed set | **`value`**, `desc` |
/// | `objective_line` | each line of the instructions, one after the other | **`line`** |
/// | `note` | what an output's value must be, after its place in the layout | **`note`** |
/// | `note_boolean`, `note_integer`, `note_number` | the note on such a value | `ours`: our own words |
/// | `note_enum`, `note_literal` | on a closed set that is a type with a name, or has none | `ours`, `options` |
/// | `note_json` | on everything else that is no plain text | `ours`, `schema`: a JSON Schema, `type` |
/// | `reminder` | what ends a question | **`outputs`**, `completed` |
/// | `reminder_output`, `reminder_join` | each output in it, and what stands between two | **`header`**, `name`, `type` |
/// | `reminder_type` | `type` of that, for what is no plain text | **`type`** |
/// | `incomplete`, `absent` | the line above a demonstration that lacks fields, and what stands for them | |
/// | `answer_end` | what follows the last marker of an answer | |
/// | `types` | `"words"` (`list of text`) or `"python"` (`list[str]`) | |
/// | `desc_indent` | what stands before further lines of a description | |
/// | `trim`, `dedent` | whether turns lose white space at their ends, and instructions their common indentation | |
///
/// ```
/// use dspy::adapter::{ChatAdapter, Phrases};
/// use dspy::prelude::*;
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// let phrases = Phrases::parse(r#"{"reminder": "Give {outputs}; end with {completed}."}"#)?;
/// let ask = Predict::<Qa>::new().with_adapter(ChatAdapter::with_phrases(phrases));
/// assert!(ask.explain("Who?")?.contains("Give `[[ ## answer ## ]]`; end with [[ ## completed"));
///
/// let error = Phrases::parse(r#"{"reminder": "Give {output}."}"#).unwrap_err();
/// assert!(error.to_string().contains("there is no slot `{output}`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Phrases(Arc<Read>);

/// Words that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhraseError {
    /// The file cannot be read.
    #[error("could not read the phrases `{path}`: {message}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        message: String,
    },
    /// It is no JSON, has a phrase that is unknown, or one of another type.
    #[error("these are no phrases: {message}")]
    Syntax {
        /// Where and what.
        message: String,
    },
    /// A slot is unknown, or missing.
    #[error("the phrase `{phrase}`: {message}")]
    Slot {
        /// The phrase.
        phrase: &'static str,
        /// What is wrong, and what there is.
        message: String,
    },
}

/// The phrases as they stand in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    system: String,
    field: String,
    constraints: String,
    choice: String,
    examples: String,
    objective_line: String,
    note: String,
    note_boolean: String,
    note_integer: String,
    note_number: String,
    note_enum: String,
    note_literal: String,
    note_json: String,
    reminder: String,
    reminder_output: String,
    reminder_type: String,
    reminder_join: String,
    incomplete: String,
    absent: String,
    answer_end: String,
    types: Types,
    desc_indent: String,
    trim: bool,
    dedent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Types {
    Words,
    Python,
}

#[derive(Debug)]
struct Read {
    texts: Texts,
    system: Template,
    field: Template,
    constraints: Template,
    choice: Template,
    examples: Template,
    objective_line: Template,
    note: Template,
    note_boolean: Template,
    note_integer: Template,
    note_number: Template,
    note_enum: Template,
    note_literal: Template,
    note_json: Template,
    reminder: Template,
    reminder_output: Template,
    reminder_type: Template,
}

const OURS: &str = include_str!("phrases/words.json");
const PYTHON: &str = include_str!("phrases/python.json");

impl Phrases {
    /// The words of Python DSPy 3.4's `ChatAdapter`, to the letter.
    ///
    /// # Errors
    /// None in practice: the file is part of this crate, and tested.
    pub fn python() -> Result<Self, PhraseError> {
        Self::parse(PYTHON)
    }

    /// Phrases from a file.
    ///
    /// # Errors
    /// [`PhraseError`]: the file cannot be read, or says what [`parse`](Self::parse) refuses.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PhraseError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| PhraseError::Io {
            path: path.display().to_string(),
            message: error.to_string(),
        })?;
        Self::parse(&text)
    }

    /// Phrases from the JSON of a file.
    ///
    /// # Errors
    /// [`PhraseError`]: no JSON object, an unknown phrase, an unknown slot, or a needed one missing.
    pub fn parse(text: &str) -> Result<Self, PhraseError> {
        let syntax = |error: serde_json::Error| PhraseError::Syntax { message: error.to_string() };
        let mut all: Map<String, Value> = serde_json::from_str(OURS).map_err(syntax)?;
        all.extend(serde_json::from_str::<Map<String, Value>>(text).map_err(syntax)?);
        let texts: Texts = serde_json::from_value(Value::Object(all)).map_err(syntax)?;
        Ok(Self(Arc::new(Read::of(texts)?)))
    }
}

impl Read {
    fn of(texts: Texts) -> Result<Self, PhraseError> {
        let read = Template::read;
        let ours = ["ours"];
        let options = ["ours", "options"];
        let json = ["ours", "schema", "type"];
        let all = ["inputs", "outputs", "input_layout", "output_layout", "objective", "completed"];
        let field = ["number", "name", "type", "desc", "desc_after_colon"];
        let output = ["header", "name", "type"];
        Ok(Self {
            system: read("system", &texts.system, &all, all.get(..5).unwrap_or_default())?,
            field: read("field", &texts.field, &field, &["name"])?,
            constraints: read("constraints", &texts.constraints, &["bounds"], &["bounds"])?,
            choice: read("choice", &texts.choice, &["value", "desc"], &["value"])?,
            examples: read("examples", &texts.examples, &["examples"], &["examples"])?,
            objective_line: read("objective_line", &texts.objective_line, &["line"], &["line"])?,
            note: read("note", &texts.note, &["note"], &["note"])?,
            note_boolean: read("note_boolean", &texts.note_boolean, &ours, &[])?,
            note_integer: read("note_integer", &texts.note_integer, &ours, &[])?,
            note_number: read("note_number", &texts.note_number, &ours, &[])?,
            note_enum: read("note_enum", &texts.note_enum, &options, &[])?,
            note_literal: read("note_literal", &texts.note_literal, &options, &[])?,
            note_json: read("note_json", &texts.note_json, &json, &[])?,
            reminder: read("reminder", &texts.reminder, &["outputs", "completed"], &["outputs"])?,
            reminder_output: read("reminder_output", &texts.reminder_output, &output, &["header"])?,
            reminder_type: read("reminder_type", &texts.reminder_type, &["type"], &["type"])?,
            texts,
        })
    }
}

impl ChatAdapter {
    /// The chat format in other words: answers are read alike.
    pub fn with_phrases(phrases: Phrases) -> PhrasedChatAdapter {
        PhrasedChatAdapter { phrases }
    }
}

/// [`ChatAdapter`] in other words; made by [`ChatAdapter::with_phrases`].
#[derive(Clone, Debug)]
pub struct PhrasedChatAdapter {
    phrases: Phrases,
}

impl Adapter for PhrasedChatAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        turns::prelude(self, schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        turns::request(self, call)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        ChatAdapter.parse(call, completion).await
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        turns::follow_up(self, call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        ChatAdapter.field_stream(call)
    }
}
