//! Field deltas from a streamed answer.

use std::fmt::Debug;

use crate::signature::Field;

/// More text of one output field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDelta {
    /// The field.
    pub field: String,
    /// The new text, as the model wrote it.
    pub delta: String,
}

/// Turns pieces of an answer's text into field deltas.
///
/// Deltas come as early as they are certain, and all deltas of a field together are the text that
/// the whole answer has for it. Where an answer is out of form, the rest comes with the end. One thing
/// cannot be taken back: what was given of a first draft, where a second one follows.
pub trait FieldStream: Debug + Send {
    /// Takes the next piece of text and gives what can be told of it now.
    fn push(&mut self, text: &str) -> Vec<FieldDelta>;

    /// Ends the answer and gives what was held back.
    fn finish(&mut self) -> Vec<FieldDelta>;
}

/// The stream of an adapter whose fields are known only in the end.
#[derive(Debug)]
pub(super) struct Silent;

impl FieldStream for Silent {
    fn push(&mut self, _text: &str) -> Vec<FieldDelta> {
        Vec::new()
    }

    fn finish(&mut self) -> Vec<FieldDelta> {
        Vec::new()
    }
}

/// What was given out of each field, and what of it waits.
#[derive(Debug)]
pub(super) struct Given {
    fields: Vec<Progress>,
    deltas: Vec<FieldDelta>,
}

#[derive(Debug)]
struct Progress {
    name: String,
    /// What an echoed layout would hold instead of a value.
    placeholder: String,
    sent: String,
    waiting: String,
}

impl Given {
    pub(super) fn new(fields: &[Field]) -> Self {
        let fields = fields.iter().map(|field| Progress {
            name: field.name().to_owned(),
            placeholder: placeholder(field.name()),
            sent: String::new(),
            waiting: String::new(),
        });
        Self { fields: fields.collect(), deltas: Vec::new() }
    }

    /// Gives out more text of a field. Characters at its end that `may_end` the value wait for what
    /// follows them; leading space is no part of a value.
    pub(super) fn give(&mut self, field: usize, text: &str, may_end: impl Fn(char) -> bool) {
        let Some(progress) = self.fields.get_mut(field) else { return };
        let (ready, rest) = text.split_at(text.trim_end_matches(may_end).len());
        progress.waiting.push_str(ready);
        if !ready.is_empty() {
            let whole = std::mem::take(&mut progress.waiting);
            let start = if progress.sent.is_empty() { whole.trim_start() } else { &whole };
            if progress.sent.is_empty() && progress.placeholder.starts_with(start) {
                progress.waiting = whole;
            } else {
                progress.send(start, &mut self.deltas);
            }
        }
        progress.waiting.push_str(rest);
    }

    /// Gives out more text of a field, all of it.
    pub(super) fn add(&mut self, field: usize, text: &str) {
        if let Some(progress) = self.fields.get_mut(field) {
            progress.send(text, &mut self.deltas);
        }
    }

    /// Gives out what is left of a field whose whole text is known.
    pub(super) fn complete(&mut self, field: usize, whole: &str) {
        let Some(progress) = self.fields.get_mut(field) else { return };
        progress.waiting.clear();
        if let Some(rest) = whole.strip_prefix(progress.sent.as_str()).map(str::to_owned) {
            progress.send(&rest, &mut self.deltas);
        }
    }

    /// Drops what waits of a field that was no value.
    pub(super) fn forget(&mut self, field: usize) {
        if let Some(progress) = self.fields.get_mut(field) {
            progress.waiting.clear();
        }
    }

    /// The deltas since the last time.
    pub(super) fn take(&mut self) -> Vec<FieldDelta> {
        std::mem::take(&mut self.deltas)
    }
}

impl Progress {
    fn send(&mut self, text: &str, deltas: &mut Vec<FieldDelta>) {
        if text.is_empty() {
            return;
        }
        self.sent.push_str(text);
        match deltas.last_mut().filter(|last| last.field == self.name) {
            Some(last) => last.delta.push_str(text),
            None => deltas.push(FieldDelta { field: self.name.clone(), delta: text.to_owned() }),
        }
    }
}

/// Whether a text is what the layout in a prompt shows in this value's place.
pub(super) fn stands_for(name: &str, text: &str) -> bool {
    text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(name)
}

/// What the layout in a prompt shows in a value's place.
pub(super) fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}
