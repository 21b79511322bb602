//! Signatures: what a call to a model takes and gives, as types and as a schema.

mod demo;
mod edit;
mod error;
mod field;
mod history;
mod input;
mod into_demo;
mod json;
mod reasoned;
mod rule;
mod task;
mod text;
mod typed;

pub use demo::Demo;
pub use dspy_grammar::Fault;
pub use error::SignatureError;
pub use field::Field;
pub use history::{HISTORY, History, NoFields};
pub use input::{Accepts, AsIs, FromField, FromPairs, IntoField, IntoInput};
pub use into_demo::IntoDemo;
pub use reasoned::{Reasoned, View};
pub use rule::{BrokenRule, Severity};
pub use task::{FieldMismatch, SignatureSchema};
pub use typed::Task;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// JSON fields by name, in declaration order.
pub type Fields = serde_json::Map<String, serde_json::Value>;

/// What every field, input and output is made of. Implemented for all types that qualify.
///
/// `#[dspy::data]` on a struct or enum derives what it takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field, an input or an output of a signature or module",
    label = "not a data type",
    note = "put `#[dspy::data]` on the type, or derive `Clone`, `serde::Serialize`, `serde::Deserialize` and `schemars::JsonSchema`"
)]
pub trait Data: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {}

// Without this, rustc would name the missing derives one by one.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static> Data for T {}

/// A typed task: what goes in, what comes out, and the words that describe it.
///
/// Made by `#[derive(Signature)]`.
///
/// ```
/// use dspy::prelude::*;
///
/// /// Answer the question in a few words.
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     /// At most five words.
///     #[output]
///     answer: String,
/// }
///
/// let schema = Qa::schema();
/// assert_eq!(schema.instructions(), "Answer the question in a few words.");
/// assert_eq!(schema.outputs()[0].name(), "answer");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a signature",
    note = "put `#[derive(Signature)]` on the struct and `#[input]` or `#[output]` on each field"
)]
pub trait Signature: Send + Sync + 'static {
    /// The inputs, as a struct of their own.
    type Input: Data;
    /// The outputs, as a struct of their own.
    type Output: Data;

    /// The task's description at run time.
    fn schema() -> Arc<SignatureSchema>;

    /// The rules that an output does not keep: those of `#[check(…)]` and `#[assert(…)]`.
    fn broken_rules(output: &Self::Output) -> Vec<BrokenRule> {
        let _ = output;
        Vec::new()
    }
}

/// A signature's struct seen as a labelled row: inputs and outputs together.
///
/// Made by `#[derive(Signature)]`.
pub trait SignatureRow: Signature + Sized {
    /// Puts a row together.
    fn from_parts(input: Self::Input, output: Self::Output) -> Self;

    /// The row's inputs.
    fn input_part(&self) -> Self::Input;

    /// The row's outputs: its labels.
    fn output_part(&self) -> Self::Output;
}
