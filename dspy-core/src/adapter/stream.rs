//! Field deltas from a streamed answer.

use std::fmt::Debug;

use super::sections::{COMPLETED, find_header};

/// More text of one output field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDelta {
    /// The field.
    pub field: String,
    /// The new text, as the model wrote it.
    pub delta: String,
}

/// Turns pieces of an answer's text into field deltas.
pub trait FieldStream: Debug + Send {
    /// Takes the next piece of text and gives what can be told of it now.
    fn push(&mut self, text: &str) -> Vec<FieldDelta>;

    /// Ends the answer and gives what was held back.
    fn finish(&mut self) -> Vec<FieldDelta>;
}

/// Streams `[[ ## field ## ]]` sections: a line is held back only while it may become a header.
#[derive(Debug)]
pub(super) struct SectionStream {
    fields: Vec<String>,
    seen: Vec<String>,
    current: Option<String>,
    line: String,
    /// How much of the present line has been given out.
    given: usize,
    /// Line breaks not given out yet: those before a header belong to no field.
    breaks: usize,
    started: bool,
}

impl SectionStream {
    pub(super) fn new(fields: Vec<String>) -> Self {
        Self {
            fields,
            seen: Vec::new(),
            current: None,
            line: String::new(),
            given: 0,
            breaks: 0,
            started: false,
        }
    }

    fn end_line(&mut self, deltas: &mut Vec<FieldDelta>) {
        let line = std::mem::take(&mut self.line);
        let given = std::mem::take(&mut self.given);
        if given == 0
            && let Some((name, rest)) = find_header(&line)
        {
            self.open(name, rest, deltas);
            return;
        }
        self.give(line.get(given..).unwrap_or_default(), deltas);
        self.breaks += 1;
    }

    fn open(&mut self, name: &str, rest: &str, deltas: &mut Vec<FieldDelta>) {
        let wanted = name != COMPLETED
            && self.fields.iter().any(|field| field == name)
            && !self.seen.iter().any(|seen| seen == name);
        self.current = wanted.then(|| name.to_owned());
        if wanted {
            self.seen.push(name.to_owned());
        }
        self.breaks = 0;
        self.started = false;
        if !rest.trim().is_empty() {
            self.give(rest.trim_start(), deltas);
            self.breaks = 1;
        }
    }

    fn give(&mut self, text: &str, deltas: &mut Vec<FieldDelta>) {
        let Some(field) = &self.current else { return };
        if text.is_empty() {
            return;
        }
        let mut delta = String::new();
        if self.started {
            delta.extend(std::iter::repeat_n('\n', self.breaks));
        }
        delta.push_str(text);
        self.breaks = 0;
        self.started = true;
        deltas.push(FieldDelta { field: field.clone(), delta });
    }

    fn may_be_header(&self) -> bool {
        let start = self.line.trim_start().trim_start_matches(['*', '`', '_']);
        start.is_empty() || start.starts_with('[') || start.starts_with('\\')
    }
}

impl FieldStream for SectionStream {
    fn push(&mut self, text: &str) -> Vec<FieldDelta> {
        let mut deltas = Vec::new();
        for piece in text.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                Some(rest) => {
                    self.line.push_str(rest);
                    self.end_line(&mut deltas);
                }
                None => {
                    self.line.push_str(piece);
                    if !self.may_be_header() {
                        let fresh = self.line.get(self.given..).unwrap_or_default().to_owned();
                        self.given = self.line.len();
                        self.give(&fresh, &mut deltas);
                    }
                }
            }
        }
        deltas
    }

    fn finish(&mut self) -> Vec<FieldDelta> {
        let mut deltas = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut deltas);
        }
        deltas
    }
}
