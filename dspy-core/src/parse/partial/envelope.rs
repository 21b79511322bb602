//! What comes before an answer: thoughts. And answers that are text as a whole.

use super::scan::{Scanner, State, Step};
use super::strings::Text;
use super::tree::{Content, Tree};
use crate::parse::envelope::THOUGHTS;
use crate::parse::reader::is_space;

/// How a text begins.
#[derive(Debug)]
pub(super) enum Opening {
    /// It may become either.
    Unclear,
    /// With thoughts that this mark ends.
    Thoughts(String),
    Answer,
}

/// How a text begins that has no white space at its start.
pub(super) fn opening(text: &str) -> Opening {
    let (open, close) = match text.chars().next() {
        None => return Opening::Unclear,
        Some('<') => ('<', '>'),
        Some('[') => ('[', ']'),
        Some(_) => return Opening::Answer,
    };
    let lower: String = text.chars().take(20).flat_map(char::to_lowercase).collect();
    for tag in THOUGHTS {
        let mark = format!("{open}{tag}{close}");
        if lower.starts_with(&mark) {
            return Opening::Thoughts(format!("{open}/{tag}{close}"));
        }
        if mark.starts_with(&lower) {
            return Opening::Unclear;
        }
    }
    Opening::Answer
}

impl Scanner {
    /// Skips thoughts up to their end.
    pub(super) fn thoughts(&mut self, text: &str, close: String) -> Step {
        let rest = text.get(self.at..).unwrap_or_default();
        let mark = close.chars().next().unwrap_or('<');
        let Some(found) = rest.find(mark) else {
            self.at = text.len();
            return self.wait(State::Thoughts(close));
        };
        self.at += found;
        let rest = rest.get(found..).unwrap_or_default();
        match rest.get(..close.len()) {
            Some(end) if end.eq_ignore_ascii_case(&close) => {
                self.at += close.len();
                let next = self.beginning();
                self.go(next)
            }
            // The end of the text may be the first half of the mark.
            None if rest.len() < close.len() => self.wait(State::Thoughts(close)),
            _ => {
                self.at += mark.len_utf8();
                self.go(State::Thoughts(close))
            }
        }
    }

    /// Takes more of a text that is the answer as a whole, but for white space around it.
    pub(super) fn whole_text(&mut self, text: &str, tree: &mut Tree, mut whole: Text) -> Step {
        let mut rest = text.get(self.at..).unwrap_or_default();
        if whole.node.is_none() {
            let trimmed = rest.trim_start_matches(is_space);
            self.at += rest.len() - trimmed.len();
            rest = trimmed;
        }
        // White space is shown only with something after it.
        let shown = rest.trim_end_matches(is_space);
        if !shown.is_empty() {
            let node = match whole.node {
                Some(node) => node,
                None => tree.push_root(Content::text()),
            };
            whole.node = Some(node);
            whole.nullable = self.plan.part(0).is_some_and(|part| part.nullable);
            tree.append(node, shown);
            self.at += shown.len();
        } else {
            self.steps += rest.len();
        }
        self.wait(State::WholeText(whole))
    }
}
