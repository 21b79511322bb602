//! Elements as they arrive.

use super::read::find;
use super::tags::{Entity, Kind, Next, Start, Tag, at as start_at, entity, next, value};
use crate::adapter::names::meant;
use crate::adapter::stream::{FieldDelta, FieldStream, Given, placeholder};
use crate::adapter::thoughts::Beginning;
use crate::signature::Field;

/// Streams the elements of fields. What may become a tag is held back; a value with entities comes
/// with its end tag, as only then it is certain how they are meant; after anything out of form the
/// rest waits for the end, where the whole text decides.
#[derive(Debug)]
pub(super) struct TagStream {
    outputs: Vec<Field>,
    text: String,
    beginning: Beginning,
    /// Everything before this byte was looked at.
    done: usize,
    element: Option<Element>,
    seen: Vec<bool>,
    given: Given,
    held: bool,
}

/// The open element.
#[derive(Clone, Copy, Debug)]
struct Element {
    field: usize,
    /// Where its content begins.
    start: usize,
    /// Whether the content is as written: it has a character that an entity would stand for.
    raw: bool,
    /// Whether the content waits for its end.
    waits: bool,
}

impl TagStream {
    pub(super) fn new(outputs: &[Field]) -> Self {
        Self {
            outputs: outputs.to_vec(),
            text: String::new(),
            beginning: Beginning::default(),
            done: 0,
            element: None,
            seen: outputs.iter().map(|_| false).collect(),
            given: Given::new(outputs),
            held: false,
        }
    }

    fn advance(&mut self) {
        let Some(base) = self.beginning.find(&self.outputs, &self.text) else { return };
        self.done = self.done.max(base);
        // The text is taken out so that tags may borrow from it.
        let text = std::mem::take(&mut self.text);
        while !self.held {
            let goes_on = match self.element {
                None => self.between(&text),
                Some(element) => self.within(&text, element),
            };
            if !goes_on {
                break;
            }
        }
        self.text = text;
    }

    /// Goes on to the next element; false where the text must go on first.
    fn between(&mut self, text: &str) -> bool {
        let known = |name: &str| meant(&self.outputs, name).is_some();
        match next(text, self.done, false, known) {
            Next::Nothing => {
                self.done = text.len();
                false
            }
            Next::Open(at) => {
                self.done = at;
                false
            }
            Next::Tag(tag) => {
                self.done = tag.end;
                self.open(&tag);
                true
            }
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let Some(field) = meant(&self.outputs, tag.name) else { return };
        let Some(seen) = self.seen.get_mut(field).filter(|_| tag.kind != Kind::Close) else {
            return;
        };
        // A second element of a field changes nothing, but where it ends takes the whole text.
        self.held = *seen;
        *seen = true;
        if tag.kind == Kind::Open {
            self.element = Some(Element { field, start: tag.end, raw: false, waits: false });
        }
    }

    /// Goes on within an element; false where the text must go on first.
    fn within(&mut self, text: &str, mut element: Element) -> bool {
        let rest = text.get(self.done..).unwrap_or_default();
        let Some(found) = rest.find(['<', '&']) else {
            self.give(element, rest);
            self.done = text.len();
            return false;
        };
        self.give(element, rest.get(..found).unwrap_or_default());
        self.done += found;
        let special = rest.get(found..).unwrap_or_default();
        if special.starts_with('&') {
            match entity(special) {
                _ if element.raw || element.waits => {}
                Entity::Short => return false,
                Entity::Char { .. } => element.waits = true,
                Entity::None => element.raw = true,
            }
        } else {
            match start_at(text, self.done, |name| meant(&self.outputs, name).is_some()) {
                Start::Short => return false,
                Start::Tag(tag) => {
                    self.end(text, element, &tag);
                    return true;
                }
                Start::Other => {
                    let content = text.get(element.start..self.done).unwrap_or_default();
                    element.waits |= special.starts_with("<!") && content.trim().is_empty();
                    element.raw = true;
                }
            }
        }
        self.give(element, special.get(..1).unwrap_or_default());
        self.done += 1;
        self.element = Some(element);
        true
    }

    fn end(&mut self, text: &str, element: Element, tag: &Tag<'_>) {
        if tag.kind != Kind::Close || meant(&self.outputs, tag.name) != Some(element.field) {
            self.held = true;
            return;
        }
        let content = text.get(element.start..tag.start).unwrap_or_default();
        let name = self.outputs.get(element.field).map_or("", Field::name);
        if placeholder(name) == content.trim() {
            if let Some(seen) = self.seen.get_mut(element.field) {
                *seen = false;
            }
            self.given.forget(element.field);
        } else {
            self.given.complete(element.field, &value(content));
        }
        self.element = None;
        self.done = tag.end;
    }

    fn give(&mut self, element: Element, text: &str) {
        if !element.waits {
            self.given.give(element.field, text, char::is_whitespace);
        }
    }
}

impl FieldStream for TagStream {
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
