//! Sections as they arrive.

use super::read::{Target, find};
use crate::adapter::found::is_required;
use crate::adapter::markers::{Marker, Next, begins_line, content_start, is_dress, next, original};
use crate::adapter::stream::{FieldDelta, FieldStream, Given, placeholder};
use crate::adapter::thoughts::Beginning;
use crate::signature::Field;

/// Streams sections. What may still become a header, or the dress around one, is held back; after
/// anything out of form the rest waits for the end, where the whole text decides.
#[derive(Debug)]
pub(super) struct SectionStream {
    outputs: Vec<Field>,
    text: String,
    /// Where the answer begins, behind thoughts.
    beginning: Beginning,
    /// Everything before this byte was looked at.
    done: usize,
    /// The open section: its output and where its content begins.
    section: Option<(usize, usize)>,
    seen: Vec<bool>,
    given: Given,
    held: bool,
}

impl SectionStream {
    pub(super) fn new(outputs: &[Field]) -> Self {
        Self {
            outputs: outputs.to_vec(),
            text: String::new(),
            beginning: Beginning::default(),
            done: 0,
            section: None,
            seen: outputs.iter().map(|_| false).collect(),
            given: Given::new(outputs),
            held: false,
        }
    }

    fn advance(&mut self) {
        let Some(base) = self.beginning.find(&self.outputs, &self.text) else { return };
        self.done = self.done.max(base);
        // The text is taken out so that markers may borrow from it.
        let text = std::mem::take(&mut self.text);
        let answer = text.get(base..).unwrap_or_default();
        while !self.held {
            let from = self.done - base;
            match next(answer, from, false) {
                Next::Nothing => {
                    self.give(answer, from, answer.len());
                    self.done = text.len();
                    break;
                }
                Next::Open(at) => {
                    self.give(answer, from, at);
                    self.done = base + at;
                    break;
                }
                Next::Marker(marker) => {
                    if !self.pass(answer, from, &marker) {
                        break;
                    }
                    self.done = base + marker.end;
                }
            }
        }
        self.text = text;
    }

    /// Takes a marker and the text before it; false where the text must go on first.
    fn pass(&mut self, answer: &str, from: usize, marker: &Marker<'_>) -> bool {
        if marker.escaped {
            self.give(answer, from, marker.start - 1);
            self.give(answer, marker.start, marker.end);
            return true;
        }
        let target = Target::of(&self.outputs, marker.name);
        if !begins_line(answer, marker) {
            let lacking = |at: usize| {
                self.seen.get(at) == Some(&false) && self.outputs.get(at).is_some_and(is_required)
            };
            match target {
                Target::Output(at) if !lacking(at) => self.give(answer, from, marker.end),
                Target::Stranger => self.give(answer, from, marker.end),
                // Whether it counts depends on all that follows.
                _ => self.held = true,
            }
            return true;
        }
        let Some(content) = content_start(answer, marker, false) else {
            self.give(answer, from, marker.start);
            self.done += marker.start - from;
            return false;
        };
        self.give(answer, from, marker.start);
        self.close_section(answer, marker.start);
        match target {
            Target::Output(at) => {
                if let Some(seen) = self.seen.get_mut(at).filter(|seen| !**seen) {
                    *seen = true;
                    self.section = Some((at, content));
                }
            }
            // Nothing after the end counts.
            Target::Completed => self.held = self.seen.contains(&true),
            Target::Stranger => {}
        }
        true
    }

    /// Gives the rest of a section that ends before a header.
    fn close_section(&mut self, answer: &str, end: usize) {
        let Some((at, start)) = self.section.take() else { return };
        let content = answer.get(start..end).unwrap_or_default().trim_end_matches(is_dress).trim();
        if self.outputs.get(at).is_some_and(|field| placeholder(field.name()) == content) {
            if let Some(seen) = self.seen.get_mut(at) {
                *seen = false;
            }
            self.given.forget(at);
        } else {
            self.given.complete(at, &original(content));
        }
    }

    /// Gives a part of the answer to the open section; the dress behind its header is no part of it.
    fn give(&mut self, answer: &str, from: usize, to: usize) {
        if let Some((at, start)) = self.section {
            let text = answer.get(from.max(start)..to).unwrap_or_default();
            self.given.give(at, text, |c| is_dress(c) || c.is_whitespace());
        }
    }
}

impl FieldStream for SectionStream {
    fn push(&mut self, text: &str) -> Vec<FieldDelta> {
        self.text.push_str(text);
        if !self.held {
            self.advance();
        }
        self.given.take()
    }

    fn finish(&mut self) -> Vec<FieldDelta> {
        let found = find(&self.outputs, &self.text);
        for (at, piece) in found.pieces.iter().enumerate() {
            if let Some(piece) = piece {
                self.given.complete(at, &piece.to_text());
            }
        }
        self.given.take()
    }
}
