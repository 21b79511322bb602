//! The scanner: one pass over the text, which stops wherever it cannot tell yet.

use std::rc::Rc;

use serde_json::Value;

use super::envelope::{Opening, opening};
use super::frames::{Frame, FrameKind, Held, Slot};
use super::keys::key_follows;
use super::plan::{Kind, Plan};
use super::strings::{Quoted, Text};
use super::tree::{Content, Tree};
use crate::parse::budget::Budget;
use crate::parse::candidates;
use crate::parse::fit::Fitter;
use crate::parse::node::{MAX_DEPTH, strict};
use crate::parse::reader::{Vocabulary, is_space};
use crate::parse::schemas::Schemas;

/// The longest key, and how far is looked ahead for one.
pub(super) const KEY: usize = 160;

#[derive(Debug)]
pub(super) struct Scanner {
    pub(super) plan: Plan,
    document: Value,
    pub(super) known: Vocabulary,
    pub(super) at: usize,
    pub(super) state: State,
    pub(super) frames: Vec<Frame>,
    pub(super) held: Option<Held>,
    comment: Option<Comment>,
    pub(super) steps: usize,
}

/// What is expected at the present place.
#[derive(Debug)]
pub(super) enum State {
    /// Thoughts or the answer.
    Start,
    /// The end of the thoughts, marked like this.
    Thoughts(String),
    /// More of the text that is the whole answer.
    WholeText(Text),
    /// The root value.
    Seek,
    Key,
    /// The colon after this key.
    Colon(String),
    Value,
    /// More of a quoted text.
    Quoted(Quoted),
    /// The end of an unquoted value.
    Bare,
    /// A comma or a closing bracket.
    After,
    /// Nothing: what the text says is left to the reading of the whole.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
enum Comment {
    Line,
    Block,
}

/// Whether the scanner went on or has to wait for more of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    On,
    Wait,
}

impl Scanner {
    pub(super) fn new(plan: Plan, document: Value) -> Self {
        let known = Schemas::new(&document).known().clone();
        Self {
            plan,
            document,
            known,
            at: 0,
            state: State::Start,
            frames: Vec::new(),
            held: None,
            comment: None,
            steps: 0,
        }
    }

    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// Goes on as far as the text can be told.
    pub(super) fn run(&mut self, text: &str, tree: &mut Tree) {
        loop {
            let from = self.at;
            let step = self.step(text, tree);
            self.steps += 1 + self.at.saturating_sub(from);
            if step == Step::Wait {
                break;
            }
        }
        self.tell(tree);
    }

    fn step(&mut self, text: &str, tree: &mut Tree) -> Step {
        match std::mem::replace(&mut self.state, State::Nothing) {
            State::Start => self.start(text),
            State::Thoughts(close) => self.thoughts(text, close),
            State::WholeText(whole) => self.whole_text(text, tree, whole),
            State::Seek => self.seek(text, tree),
            State::Key => self.key(text, tree),
            State::Colon(key) => self.colon(text, tree, key),
            State::Value => self.value(text, tree),
            State::Quoted(quoted) => self.quoted(text, tree, quoted),
            State::Bare => self.bare(text, tree),
            State::After => self.after(text, tree),
            State::Nothing => Step::Wait,
        }
    }

    pub(super) fn wait(&mut self, state: State) -> Step {
        self.state = state;
        Step::Wait
    }

    pub(super) fn go(&mut self, state: State) -> Step {
        self.state = state;
        Step::On
    }

    /// What the text says cannot be followed: if nothing has been shown, the answer may come yet.
    pub(super) fn lost(&mut self) -> Step {
        let shown = self.frames.first().is_some_and(|root| root.node.is_some());
        self.frames.clear();
        self.held = None;
        self.go(if shown { State::Nothing } else { State::Seek })
    }

    fn start(&mut self, text: &str) -> Step {
        let rest = text.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches(is_space);
        self.at += rest.len() - trimmed.len();
        let state = match opening(trimmed) {
            Opening::Unclear => return self.wait(State::Start),
            Opening::Thoughts(close) => State::Thoughts(close),
            Opening::Answer => self.beginning(),
        };
        self.go(state)
    }

    pub(super) fn beginning(&self) -> State {
        match self.plan.part(0).map(|part| &part.kind) {
            Some(Kind::Text) => State::WholeText(Text::default()),
            Some(Kind::Held) | None => State::Nothing,
            Some(_) => State::Seek,
        }
    }

    /// Looks for the bracket that opens the root value.
    fn seek(&mut self, text: &str, tree: &mut Tree) -> Step {
        let open = match self.plan.part(0).map(|part| &part.kind) {
            Some(Kind::List(_)) => '[',
            _ => '{',
        };
        let rest = text.get(self.at..).unwrap_or_default();
        let Some(found) = rest.find([open, '<']) else {
            self.at = text.len();
            return self.wait(State::Seek);
        };
        self.at += found;
        let rest = rest.get(found..).unwrap_or_default();
        if rest.starts_with('<') {
            const END: &str = "</think";
            if rest.len() < END.len() && END.starts_with(rest) {
                return self.wait(State::Seek);
            }
            // What stood before the end of the thoughts was no answer.
            if rest.starts_with(END) {
                tree.drop_root();
            }
            self.at += 1;
            return self.go(State::Seek);
        }
        let kind = if open == '[' { FrameKind::List } else { FrameKind::Object };
        self.frames.push(Frame { kind, part: Some(0), node: None, slot: Slot::default() });
        self.at += 1;
        self.go(if open == '[' { State::Value } else { State::Key })
    }

    /// Skips white space and comments; false if the text ends first.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        loop {
            let rest = text.get(self.at..).unwrap_or_default();
            if let Some(comment) = self.comment {
                let end = match comment {
                    Comment::Line => rest.find('\n').map(|end| end + 1),
                    Comment::Block => rest.find("*/").map(|end| end + 2),
                };
                let Some(end) = end else {
                    // A `*` at the end may be half of the mark.
                    let half = usize::from(rest.ends_with('*'));
                    self.at = text.len() - half;
                    return false;
                };
                self.comment = None;
                self.at += end;
                continue;
            }
            let trimmed = rest.trim_start_matches(is_space);
            self.at += rest.len() - trimmed.len();
            self.steps += rest.len() - trimmed.len();
            match trimmed.as_bytes() {
                [] | [b'/'] => return false,
                [b'/', b'/', ..] => self.comment = Some(Comment::Line),
                [b'/', b'*', ..] => {
                    self.comment = Some(Comment::Block);
                    self.at += 2;
                }
                [b'#', b' ', ..] => self.comment = Some(Comment::Line),
                [b'#'] => return false,
                _ => return true,
            }
        }
    }

    /// The start of a value.
    fn value(&mut self, text: &str, tree: &mut Tree) -> Step {
        if !self.skip(text) {
            return self.wait(State::Value);
        }
        let rest = text.get(self.at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return self.wait(State::Value) };
        let Some(top) = self.frames.last().copied() else { return self.lost() };
        if matches!(c, ',' | '}' | ']' | ';') {
            return self.go(State::After);
        }
        if matches!(c, '"' | '\'') && rest.len() < 3 && rest.chars().all(|other| other == c) {
            // It may become one of three quotes.
            return self.wait(State::Value);
        }
        if top.kind == FrameKind::List && !self.item(c, top, tree) {
            return self.lost();
        }
        let slot = self.frames.last().map(|top| top.slot).unwrap_or_default();
        let kind = slot.part.and_then(|part| self.plan.part(part)).map(|part| &part.kind);
        let open = match c {
            '{' => Some(FrameKind::Object),
            '[' => Some(FrameKind::List),
            _ => None,
        };
        let shown = self.held.is_none()
            && match kind {
                Some(Kind::Object(_) | Kind::Map(_)) => open == Some(FrameKind::Object),
                Some(Kind::List(_)) => open == Some(FrameKind::List),
                Some(Kind::Text) => super::strings::opens(c),
                _ => false,
            };
        if !shown && slot.part.is_some() && self.held.is_none() {
            self.held = Some(Held { start: self.at, depth: self.frames.len(), slot });
        }
        let slot = if shown { slot } else { Slot::default() };
        match open {
            Some(_) if self.frames.len() >= MAX_DEPTH => {
                self.frames.clear();
                self.go(State::Nothing)
            }
            Some(kind) => {
                if let Some(node) = slot.node {
                    let list = kind == FrameKind::List;
                    let content = if list { Content::List(Vec::new()) } else { Content::object() };
                    tree.open(node, content);
                }
                let (part, node) = (slot.part, slot.node);
                self.frames.push(Frame { kind, part, node, slot: Slot::default() });
                self.at += 1;
                self.go(if kind == FrameKind::List { State::Value } else { State::Key })
            }
            None if super::strings::opens(c) => self.open_quote(rest, slot, tree),
            None => self.go(State::Bare),
        }
    }

    /// Makes a place for the next item of a list; false if the list cannot be the answer.
    fn item(&mut self, c: char, top: Frame, tree: &mut Tree) -> bool {
        let part = match top.part.and_then(|part| self.plan.part(part)).map(|part| &part.kind) {
            Some(Kind::List(item)) => Some(*item),
            _ => None,
        };
        let mut slot = Slot::default();
        let mut node = top.node;
        if let Some(part) = part {
            if node.is_none() {
                let structured = matches!(
                    self.plan.part(part).map(|part| &part.kind),
                    Some(Kind::Object(_) | Kind::Map(_))
                );
                if structured && c != '{' {
                    return false;
                }
                node = Some(tree.push_root(Content::List(Vec::new())));
            }
            slot = Slot { part: Some(part), node: node.map(|list| tree.push_item(list)) };
        }
        if let Some(top) = self.frames.last_mut() {
            top.node = node;
            top.slot = slot;
        }
        true
    }

    /// The end of a number, a literal or a word.
    fn bare(&mut self, text: &str, tree: &mut Tree) -> Step {
        let in_object = self.frames.last().is_some_and(|top| top.kind == FrameKind::Object);
        let start = self.held.map_or(self.at, |held| held.start);
        let rest = text.get(self.at..).unwrap_or_default();
        let Some(found) = rest.find([',', '}', ']', '\n', ';', '{', '[']) else {
            self.at = text.len();
            return self.wait(State::Bare);
        };
        self.at += found;
        let rest = rest.get(found..).unwrap_or_default();
        let word = text.get(start..self.at).unwrap_or_default();
        if rest.starts_with(['{', '[']) {
            return self.lost();
        }
        if rest.starts_with(',') {
            let after = rest.get(1..).unwrap_or_default();
            // `1,234` is one number in an object, and two in a list.
            if in_object && after.is_empty() {
                return self.wait(State::Bare);
            }
            let digits = after.chars().take_while(char::is_ascii_digit).count();
            if in_object && word.ends_with(|c: char| c.is_ascii_digit()) && digits > 0 {
                self.at += 1;
                return self.go(State::Bare);
            }
            let words =
                strict(word.trim()).is_none() && !matches!(word.trim(), "True" | "False" | "None");
            if in_object && words {
                match key_follows(after, &self.known) {
                    None => return self.wait(State::Bare),
                    Some(true) => {}
                    Some(false) => {
                        self.at += 1;
                        return self.go(State::Bare);
                    }
                }
            }
        }
        self.end_value(text, tree)
    }

    /// What follows a value.
    fn after(&mut self, text: &str, tree: &mut Tree) -> Step {
        if self.frames.is_empty() {
            return self.go(State::Seek);
        }
        if !self.skip(text) {
            return self.wait(State::After);
        }
        let next = text.get(self.at..).and_then(|rest| rest.chars().next());
        let in_object = self.frames.last().is_some_and(|top| top.kind == FrameKind::Object);
        match (in_object, next) {
            (_, Some(',' | ';')) => {
                self.at += 1;
                self.go(if in_object { State::Key } else { State::Value })
            }
            (true, _) => self.go(State::Key),
            (false, Some(']')) => {
                self.at += 1;
                self.close(text, tree)
            }
            (false, Some('}')) => {
                let enclosed = self.encloses(FrameKind::Object);
                self.at += usize::from(!enclosed);
                self.close(text, tree)
            }
            (false, Some('.' | '…')) => {
                self.at += next.map_or(0, char::len_utf8);
                self.go(State::After)
            }
            (false, _) => self.go(State::Value),
        }
    }

    /// The innermost list or object ends.
    pub(super) fn close(&mut self, text: &str, tree: &mut Tree) -> Step {
        let Some(frame) = self.frames.pop() else { return self.lost() };
        if let Some(node) = frame.node {
            tree.complete(node);
        }
        self.end_value(text, tree)
    }

    /// A value ends here; one that was held is shown now.
    pub(super) fn end_value(&mut self, text: &str, tree: &mut Tree) -> Step {
        if let Some(held) = self.held.filter(|held| held.depth == self.frames.len()) {
            self.held = None;
            let span = text.get(held.start..self.at).unwrap_or_default();
            if let Some((node, value)) = held.slot.node.zip(self.fitted(span, held.slot)) {
                tree.set(node, value);
            }
        }
        self.go(State::After)
    }

    /// The value of a part that is complete.
    pub(super) fn fitted(&mut self, span: &str, slot: Slot) -> Option<Value> {
        self.steps += span.len();
        let part = self.plan.part(slot.part?)?;
        let schema = self.document.pointer(&part.pointer)?;
        let budget = Rc::new(Budget::for_size(span.len()));
        let span = span.trim_matches(is_space);
        let node = match strict(span) {
            Some(node) => node,
            None => candidates::whole(span, &self.known, &budget).ok()??.node,
        };
        let schemas = Rc::new(Schemas::new(&self.document));
        Some(Fitter::new(&schemas, &budget).run(&node, schema).ok()?.0)
    }

    pub(super) fn encloses(&self, kind: FrameKind) -> bool {
        self.frames.iter().rev().skip(1).any(|frame| frame.kind == kind)
    }
}
