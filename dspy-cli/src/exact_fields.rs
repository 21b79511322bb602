//! The metric of a program that names none.

use std::fmt;
use std::marker::PhantomData;

use dspy_core::error::Error;
use dspy_core::error::Result;
use dspy_core::metric::{Metric, Score};
use dspy_core::row::Row;
use dspy_core::run::Trace;
use dspy_core::signature::{Data, Fields};
use dspy_core::wire;
use serde_json::Value;

/// 1 where every output that the row labels is its label, else 0. Numbers are compared by value,
/// texts without the white space around them.
pub(crate) struct ExactFields<I> {
    inputs: Vec<String>,
    outputs: Vec<String>,
    input: PhantomData<fn() -> I>,
}

impl<I> ExactFields<I> {
    pub(crate) fn new(inputs: Vec<String>, outputs: Vec<String>) -> Self {
        Self { inputs, outputs, input: PhantomData }
    }

    /// The labels among a row's fields.
    pub(crate) fn labels(&self, mut fields: Fields) -> Fields {
        fields.retain(|name, value| {
            !value.is_null() && self.outputs.contains(name) && !self.inputs.contains(name)
        });
        fields
    }
}

impl<I> fmt::Debug for ExactFields<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExactFields").field("outputs", &self.outputs).finish_non_exhaustive()
    }
}

impl<I: Data, R: Row<I>, O: Data> Metric<R, O> for ExactFields<I> {
    async fn score(&self, row: &R, output: &O, _: &Trace) -> Result<Score> {
        let labels = self.labels(row.fields()?);
        if labels.is_empty() {
            return Err(Error::Invalid(format!(
                "the row labels none of the outputs {}, so there is nothing to match",
                listed(&self.outputs)
            )));
        }
        let given = wire::to_value(output).map_err(|error| Error::Invalid(error.to_string()))?;
        let wrong: Vec<String> = labels
            .iter()
            .filter(|(name, label)| !given.get(name).is_some_and(|value| same(value, label)))
            .map(|(name, label)| {
                let found = given.get(name).unwrap_or(&Value::Null);
                format!("`{name}` should be {label}, not {found}")
            })
            .collect();
        let score = Score::from(wrong.is_empty());
        Ok(score.with_feedback(if wrong.is_empty() {
            "all labels are met".to_owned()
        } else {
            wrong.join("; ")
        }))
    }
}

pub(crate) fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.trim() == b.trim(),
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}
