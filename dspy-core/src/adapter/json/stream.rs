//! The answer's object as it arrives.

use serde_json::{Map, Value, json};

use super::read::find;
use crate::adapter::found::Piece;
use crate::adapter::markers::{Next, next, original};
use crate::adapter::stream::{FieldDelta, FieldStream, Given};
use crate::adapter::texts::with_texts;
use crate::parse::partial::{Change, PartialParse};
use crate::schema::ALIASES;
use crate::signature::Field;

/// Streams the texts of an object's fields as they grow, and every other value once it is whole.
/// What was given stays: where an object is written again, or a key, the rest waits for the end, where
/// the whole text decides.
#[derive(Debug)]
pub(super) struct ObjectStream {
    outputs: Vec<Field>,
    /// Nothing only if the outputs make no schema; then all waits for the end.
    partial: Option<PartialParse>,
    /// The text, if nothing else keeps it.
    unread: String,
    texts: Vec<Progress>,
    given: Given,
}

/// The text of a field.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// What may become a marker.
    waiting: String,
    /// Whether the rest waits for the end.
    held: bool,
}

impl ObjectStream {
    pub(super) fn new(outputs: &[Field]) -> Self {
        Self {
            outputs: outputs.to_vec(),
            partial: PartialParse::new(&schema(outputs)).ok(),
            unread: String::new(),
            texts: vec![Progress::default(); outputs.len()],
            given: Given::new(outputs),
        }
    }
}

/// An object of texts and of values of any type, which are read as they are written: a value is
/// fitted to the type of its field in the end.
fn schema(outputs: &[Field]) -> Value {
    let property = |field: &Field| {
        let mut property = Map::new();
        if field.is_text() {
            property.insert("type".to_owned(), "string".into());
        }
        property.insert(ALIASES.to_owned(), field.aliases().into());
        (field.name().to_owned(), Value::Object(property))
    };
    let properties: Map<String, Value> = outputs.iter().map(property).collect();
    json!({"type": "object", "properties": properties})
}

impl Progress {
    /// Gives what of a text cannot become a marker any more.
    fn flush(&mut self, field: usize, given: &mut Given, whole: bool) {
        if self.held {
            return;
        }
        let waiting = &mut self.waiting;
        let mut ready = 0;
        let mut out = String::new();
        loop {
            match next(waiting, ready, whole) {
                Next::Marker(marker) => {
                    let before = marker.start - usize::from(marker.escaped);
                    out.push_str(waiting.get(ready..before).unwrap_or_default());
                    out.push_str(waiting.get(marker.start..marker.end).unwrap_or_default());
                    ready = marker.end;
                }
                Next::Open(at) => {
                    out.push_str(waiting.get(ready..at).unwrap_or_default());
                    ready = at;
                    break;
                }
                Next::Nothing => {
                    out.push_str(waiting.get(ready..).unwrap_or_default());
                    ready = waiting.len();
                    break;
                }
            }
        }
        waiting.drain(..ready);
        given.add(field, &out);
    }
}

impl FieldStream for ObjectStream {
    fn push(&mut self, text: &str) -> Vec<FieldDelta> {
        let Self { outputs, partial, unread, texts, given } = self;
        let Some(partial) = partial else {
            unread.push_str(text);
            return Vec::new();
        };
        for delta in partial.push(text) {
            let change = delta.change();
            let Some(name) = delta.field() else {
                if change == Change::Withdrawn {
                    texts.iter_mut().for_each(|text| text.held = true);
                }
                continue;
            };
            let Some(at) = outputs.iter().position(|field| field.name() == name) else { continue };
            let Some(text) = texts.get_mut(at) else { continue };
            match change {
                Change::Text(more) => {
                    text.waiting.push_str(more);
                    text.flush(at, given, false);
                }
                Change::Complete => text.flush(at, given, true),
                Change::Withdrawn => text.held = true,
                // A text that is not written as one is respelled, so that it waits for the end.
                Change::Value(value)
                    if !text.held && !outputs.get(at).is_some_and(Field::is_text) =>
                {
                    let value = with_texts(value.clone(), &|text| original(text));
                    given.complete(at, &Piece::Json(value).to_text());
                }
                Change::Value(_) => {}
            }
        }
        given.take()
    }

    fn finish(&mut self) -> Vec<FieldDelta> {
        let text = self.partial.as_ref().map_or(self.unread.as_str(), PartialParse::text);
        let found = find(&self.outputs, text, |object| object);
        for (at, piece) in found.pieces.iter().enumerate() {
            if let Some(piece) = piece {
                self.given.complete(at, &piece.to_text());
            }
        }
        self.given.take()
    }
}
