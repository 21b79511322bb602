//! Rows: labelled examples, from files and in splits.

mod columns;
mod error;
mod gsm8k;
mod hotpot_qa;
mod load;
mod math;
mod objects;
mod overlap;
#[cfg(feature = "parquet")]
mod parquet;
mod reader;
mod rows;
mod split;

pub use error::DataError;
pub use gsm8k::{Gsm8k, read_gsm8k};
pub use hotpot_qa::{HotPotQa, Passage, read_hotpot_qa};
pub use load::{LoadRow, read_csv, read_csv_from};
pub use math::{MathProblem, read_math};
pub use overlap::{Overlap, OverlapKind, Overlaps, RowPlace, overlaps};
pub use reader::{RowReader, read_json, read_jsonl};
pub use rows::Rows;
pub use split::{Fold, folds, label_key, shuffle_labels, split_rows, stratified_split};

use serde_json::Value;

use crate::canonical;
use crate::signature::{Data, Fields, SignatureRow};
use crate::wire;

/// A labelled example for every program that takes `I`.
///
/// A struct that derives `Signature` is one, for every input that is `From` its own input struct,
/// and so is a tuple of an input and labels. A row may label less than a program gives.
///
/// ```
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: String,
/// }
///
/// let row = Qa { question: "2+2?".into(), answer: "4".into() };
/// assert_eq!(Row::<QaInput>::input(&row).question, "2+2?");
/// assert_eq!(Row::<QaInput>::fields(&row)?["answer"], "4");
/// # Ok::<(), dspy::row::DataError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row for a program that takes `{I}`",
    note = "a `#[derive(Signature)]` struct is a row where `{I}` implements `From` of its input struct; or implement `Row<{I}>` for your row type"
)]
pub trait Row<I>: Send + Sync + 'static {
    /// What the program gets.
    fn input(&self) -> I;

    /// All fields by name, inputs and labels: what demonstrations are made of.
    ///
    /// # Errors
    /// [`DataError::Value`] for a field that is no JSON.
    fn fields(&self) -> Result<Fields, DataError>;

    /// What tells the row from others: by default a hash of its fields.
    ///
    /// # Errors
    /// As [`fields`](Self::fields).
    fn id(&self) -> Result<String, DataError> {
        Ok(canonical::hash(&Value::Object(self.fields()?)))
    }
}

impl<S: SignatureRow, I: From<S::Input>> Row<I> for S {
    fn input(&self) -> I {
        self.input_part().into()
    }

    fn fields(&self) -> Result<Fields, DataError> {
        merged(&self.input_part(), &self.output_part())
    }
}

impl<I: Data, L: Data> Row<I> for (I, L) {
    fn input(&self) -> I {
        self.0.clone()
    }

    fn fields(&self) -> Result<Fields, DataError> {
        merged(&self.0, &self.1)
    }
}

fn merged(input: &impl Data, labels: &impl Data) -> Result<Fields, DataError> {
    let mut fields = object(input)?;
    fields.extend(object(labels)?);
    Ok(fields)
}

fn object(value: &impl Data) -> Result<Fields, DataError> {
    match wire::to_value(value) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(other) => {
            Err(DataError::Value { message: format!("expected named fields, found {other}") })
        }
        Err(error) => Err(DataError::Value { message: error.to_string() }),
    }
}
