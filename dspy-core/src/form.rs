//! Types of fields with a form of their own: images and other media, code, reasoning, documents and
//! citations, tool calls, decisions with probabilities, and whatever you add.
//!
//! Most types reach a prompt as JSON and come back by their schema. A type that implements [`Form`]
//! says itself how a prompt describes it, which parts of a message it becomes, and how it is read
//! from an answer. All types of this module are made by that trait, and so are yours:
//!
//! ```
//! use std::borrow::Cow;
//!
//! use dspy::form::{Form, Target};
//! use dspy::lm::Part;
//! use dspy::prelude::*;
//! use serde::{Deserialize, Serialize};
//! use serde_json::{Value, json};
//!
//! /// A price, which prompts and answers have as `12.50 EUR`.
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! struct Price {
//!     cents: u64,
//!     currency: String,
//! }
//!
//! impl Form for Price {
//!     fn word() -> Cow<'static, str> {
//!         "price".into()
//!     }
//!
//!     fn schema() -> Value {
//!         json!({
//!             "type": "object",
//!             "properties": {"cents": {"type": "integer"}, "currency": {"type": "string"}},
//!             "required": ["cents", "currency"],
//!         })
//!     }
//!
//!     fn note() -> Option<String> {
//!         Some("an amount and a currency, such as 12.50 EUR".to_owned())
//!     }
//!
//!     fn render(&self, _: &Target) -> Result<Vec<Part>, String> {
//!         let (whole, rest) = (self.cents / 100, self.cents % 100);
//!         Ok(vec![Part::text(format!("{whole}.{rest:02} {}", self.currency))])
//!     }
//!
//!     fn parse(text: &str) -> Result<Self, String> {
//!         let wrong = || format!("expected a price such as 12.50 EUR, found `{text}`");
//!         let (amount, currency) = text.trim().split_once(' ').ok_or_else(wrong)?;
//!         let amount: f64 = amount.parse().map_err(|_| wrong())?;
//!         Ok(Self { cents: (amount * 100.0).round() as u64, currency: currency.to_owned() })
//!     }
//! }
//! dspy::form!(Price);
//!
//! #[derive(Signature)]
//! struct Quote {
//!     #[input]
//!     cost: Price,
//!     #[output]
//!     offer: Price,
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let model = dspy::lm::Scripted::texts(["[[ ## offer ## ]]\n15.00 EUR\n\n[[ ## completed ## ]]"]);
//! let quote = Predict::<Quote>::new().with_lm(model.lm());
//! let out = quote.call(Price { cents: 1250, currency: "EUR".into() }).await?;
//! assert_eq!(out.offer.cents, 1500);
//! assert!(model.requests()[0].messages[1].text().contains("12.50 EUR"));
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```

mod choice;
mod citations;
mod code;
mod document;
mod erased;
mod evidence;
mod inputs;
mod language;
mod media;
mod medium;
mod options;
mod probability;
mod reasoning;
mod rule;
mod score;
mod tool_calls;
mod walk;
mod yes_no;

pub use choice::Choice;
pub use citations::{Citation, Citations};
pub use code::Code;
pub use document::Document;
pub use inputs::Inputs;
pub use language::{
    Any, Bash, Css, Go, Html, Java, JavaScript, Json, Language, Python, Rust, Sql, TypeScript, Yaml,
};
pub use media::{Audio, File, Image};
pub use medium::FormError;
pub use reasoning::Reasoning;
pub use score::Score;
pub use tool_calls::ToolCalls;
pub use yes_no::YesNo;

pub(crate) use erased::{DynForm, builtin_in, collected};
pub(crate) use rule::{Decision, DecisionRules, Rule};
pub(crate) use walk::{changed, pieces};
pub(crate) use {choice::CHOICE, citations::CITATIONS, reasoning::REASONING};
pub(crate) use {score::SCORE, score::mean};
pub(crate) use {tool_calls::TOOL, tool_calls::TOOL_CALLS, yes_no::YES_NO};

use std::borrow::Cow;

use schemars::{Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lm::{Capabilities, Completion, Part};
use crate::{parse, schema, wire};

/// A type of fields that says itself how prompts describe it, what it becomes in a message, and how
/// it is read from an answer.
///
/// As a field, a type needs a JSON Schema as well; `dspy::form!(MyType)` writes that impl. What a
/// value is in files and demonstrations is what serde makes of it, and [`schema`](Self::schema) says
/// so. The [module](self) has an example.
///
/// It works as the type of a field, inside `Option`, and for inputs also inside lists, maps and
/// structs: there, the parts of a message stand in the JSON around them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form of its own",
    note = "implement `dspy::form::Form` for it, and write `dspy::form!({Self});` beside the impl"
)]
pub trait Form: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// A word that tells the type from all others, such as `acme/chart`.
    fn word() -> Cow<'static, str>;

    /// The JSON Schema of what serde makes of a value.
    fn schema() -> Value;

    /// What a prompt calls the type. By default its [`word`](Self::word).
    fn title() -> Cow<'static, str> {
        Self::word()
    }

    /// What a model must know to write a value, for outputs. By default nothing.
    fn note() -> Option<String> {
        None
    }

    /// The JSON Schema of what a model writes, for answers in JSON: by default that of a text, which
    /// is what [`render`](Self::render) and [`parse`](Self::parse) deal with. A type whose text is
    /// JSON gives the schema of that, mostly [`Self::schema`](Self::schema).
    fn answer_schema() -> Value {
        serde_json::json!({"type": "string"})
    }

    /// The value as parts of a message: text, images, sounds, files.
    ///
    /// # Errors
    /// What keeps the value from being sent, in words.
    fn render(&self, target: &Target) -> Result<Vec<Part>, String>;

    /// Reads a value from what a model wrote for it.
    ///
    /// # Errors
    /// What was expected and what was found, in words that the model is shown.
    fn parse(text: &str) -> Result<Self, String>
    where
        Self: Sized;

    /// What the provider says of the value apart from the answer's text, if it does. By default
    /// nothing.
    fn native(_answer: &NativeAnswer<'_>) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Whether a value of an answer agrees with the inputs it was asked about.
    ///
    /// # Errors
    /// What is wrong, in words that the model is shown.
    fn check(&self, _inputs: &Inputs<'_>) -> Result<(), String> {
        Ok(())
    }

    /// Whether values are media, which models read and do not write.
    fn is_media() -> bool {
        false
    }
}

/// Whom a value is rendered for.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Target {
    /// What the model can do. Nothing special where it is not known yet, as for demonstrations.
    pub capabilities: Capabilities,
}

impl Target {
    /// A model that can do this.
    pub fn new(capabilities: Capabilities) -> Self {
        Self { capabilities }
    }
}

/// What a completion holds for one output beside its text.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NativeAnswer<'a> {
    /// The output's name.
    pub field: &'a str,
    /// What was read from the text, if anything was.
    pub read: Option<&'a Value>,
    /// The completion: tool calls, reasoning, log-probabilities.
    pub completion: &'a Completion,
    /// Fields of the provider's response that have no place in ours.
    pub provider: Option<&'a Value>,
    /// Whether the prompt left the output to the provider's own means.
    pub is_left_out: bool,
}

impl<'a> NativeAnswer<'a> {
    /// An answer for this output.
    pub fn new(field: &'a str, completion: &'a Completion) -> Self {
        Self { field, read: None, completion, provider: None, is_left_out: false }
    }
}

/// The JSON Schema of a type with a form, as `dspy::form!` gives it to schemars.
pub fn json_schema<T: Form>(generator: &mut SchemaGenerator) -> Schema {
    erased::collect::<T>(generator);
    let mut schema = T::schema();
    if let Value::Object(object) = &mut schema {
        object.insert("title".to_owned(), T::title().into());
        object.insert(schema::MARKER.to_owned(), T::word().into());
    }
    Schema::try_from(schema).unwrap_or_default()
}

/// The name of that schema.
pub fn schema_name<T: Form>() -> Cow<'static, str> {
    T::word().replace(|c: char| !c.is_alphanumeric(), "_").into()
}

/// Makes types that implement [`Form`](crate::form::Form) types that fields can have.
#[macro_export]
macro_rules! form {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::private::schemars::JsonSchema for $type {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                $crate::form::schema_name::<Self>()
            }

            fn json_schema(
                generator: &mut $crate::private::schemars::SchemaGenerator,
            ) -> $crate::private::schemars::Schema {
                $crate::form::json_schema::<Self>(generator)
            }
        }
    )+};
}

/// Reads a value of a type whose values are written as JSON, as forgiving as all answers are read;
/// for [`Form::parse`].
///
/// # Errors
/// What was expected and what was found.
pub fn from_json<T: Form>(text: &str) -> Result<T, String> {
    wire::from_value(json_of(text, &T::schema())?).map_err(|error| error.to_string())
}

fn json_of(text: &str, schema: &Value) -> Result<Value, String> {
    parse::parse(text, schema).map(|parsed| parsed.value).map_err(|error| error.to_string())
}
