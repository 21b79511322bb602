//! What is known of an answer that is still being written.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::parse::parse;
use crate::parse::partial::PartialParse;
use crate::signature::{Field, SignatureSchema};
use crate::wire;

/// The answer to one call of a predictor as far as it has come: texts that grow, and values where
/// enough is known.
#[derive(Clone, Debug)]
pub struct PartialAnswer {
    path: String,
    invocation: u64,
    call: u64,
    task: Option<SignatureSchema>,
    /// In the order in which they came; the last one grows.
    fields: Vec<(String, String)>,
}

impl PartialAnswer {
    pub(super) fn new(
        path: &str,
        invocation: u64,
        call: u64,
        task: Option<SignatureSchema>,
    ) -> Self {
        Self { path: path.to_owned(), invocation, call, task, fields: Vec::new() }
    }

    pub(super) fn add(&mut self, field: &str, delta: &str) {
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, text)) => text.push_str(delta),
            None => self.fields.push((field.to_owned(), delta.to_owned())),
        }
    }

    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        self.fields.iter().cloned().collect()
    }

    /// The predictor's path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The invocation that the call belongs to.
    pub fn invocation(&self) -> u64 {
        self.invocation
    }

    /// The call's number.
    pub fn call(&self) -> u64 {
        self.call
    }

    /// The field that is being written.
    pub fn field(&self) -> &str {
        self.fields.last().map_or("", |(name, _)| name)
    }

    /// The text of an output field so far; empty where nothing of it has come.
    pub fn text(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text)
    }

    /// Whether another field has begun after this one.
    pub fn is_complete(&self, field: &str) -> bool {
        let place = self.fields.iter().position(|(name, _)| name == field);
        place.is_some_and(|place| place + 1 < self.fields.len())
    }

    /// What is known of the value of an output field: texts as they grow, lists and maps with the
    /// members that have come, numbers and the like once they are complete. It is read anew each
    /// time, which takes time in proportion to the text.
    pub fn value(&self, field: &str) -> Option<Value> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let task = self.task.as_ref().and_then(|task| task.field(field));
        if task.is_none_or(Field::is_text) {
            return Some(Value::from(text));
        }
        let schema = task?.schema();
        if self.is_complete(field) {
            return parse(text, schema).ok().map(|parsed| parsed.value);
        }
        let mut partial = PartialParse::new(schema).ok()?;
        drop(partial.push(text));
        partial.value()
    }

    /// The same as a type of its own, where as much is known as that needs.
    pub fn get<T: DeserializeOwned>(&self, field: &str) -> Option<T> {
        wire::from_value(self.value(field)?).ok()
    }
}
