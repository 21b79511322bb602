//! Values while they are being written: what is known of an answer that a model still writes.
//!
//! [`PartialParse`] takes the pieces of a text as they come, wherever they are cut, and tells what
//! became known: texts as they grow, everything else when it is complete. Half a number, half an
//! escape, half a member of a closed set are held back, as they may turn out to be something else.
//! Each piece is looked at once, so that a whole stream costs time proportional to its length.
//!
//! What is shown is what the text says so far. [`PartialParse::finish`] has the last word: it reads
//! the whole text as [`parse`] does, and gives the same.

mod envelope;
mod frames;
mod keys;
mod plan;
mod scan;
mod strings;
mod tree;

use serde_json::Value;

pub use tree::{Change, Delta};

use super::error::ParseError;
use super::{Parsed, parse, schemas};
use plan::Plan;
use scan::Scanner;
use tree::Tree;

/// Reads a value piece by piece.
///
/// ```
/// use dspy::parse::partial::{Change, PartialParse};
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": {"answer": {"type": "string"}, "sure": {"type": "number"}},
///     "required": ["answer", "sure"],
/// });
/// let mut stream = PartialParse::new(&schema)?;
/// let mut shown = String::new();
/// for piece in ["Here:\n```json\n{\"ans", "wer\": \"To b", "e\", \"su", "re\": 0.", "75}\n```"] {
///     for delta in stream.push(piece) {
///         match (delta.field(), delta.change()) {
///             (Some("answer"), Change::Text(more)) => shown.push_str(more),
///             (Some("sure"), Change::Value(value)) => assert_eq!(value, 0.75),
///             _ => {}
///         }
///     }
/// }
/// assert_eq!(shown, "To be");
/// assert_eq!(stream.value(), Some(json!({"answer": "To be", "sure": 0.75})));
/// assert_eq!(stream.finish()?.value, json!({"answer": "To be", "sure": 0.75}));
/// # Ok::<(), dspy::parse::ParseError>(())
/// ```
#[derive(Debug)]
pub struct PartialParse {
    text: String,
    scanner: Scanner,
    tree: Tree,
}

impl PartialParse {
    /// A stream whose whole text is to fit the schema.
    ///
    /// # Errors
    ///
    /// [`ParseError::Schema`] if the schema is faulty.
    pub fn new(schema: &Value) -> Result<Self, ParseError> {
        let document = schemas::plain(schema)?.into_owned();
        let plan = Plan::new(&document)?;
        Ok(Self {
            text: String::new(),
            scanner: Scanner::new(plan, document),
            tree: Tree::default(),
        })
    }

    /// Takes the next piece of the text, and tells what became known with it.
    pub fn push(&mut self, text: &str) -> impl Iterator<Item = Delta<'_>> {
        self.text.push_str(text);
        self.tree.settle();
        self.scanner.run(&self.text, &mut self.tree);
        self.tree.deltas()
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value as far as it is known; nothing before it has begun. Takes time in proportion to
    /// what is known.
    pub fn value(&self) -> Option<Value> {
        self.tree.value()
    }

    /// Whether what stands at a JSON pointer (empty for the whole value) is complete; nothing if
    /// it is not known at all.
    pub fn is_complete(&self, pointer: &str) -> Option<bool> {
        self.tree.is_complete(pointer)
    }

    /// The steps that the pieces have taken so far: for tests that they are in proportion to the
    /// text, however it is cut.
    pub fn steps(&self) -> usize {
        self.scanner.steps()
    }

    /// Ends the text and reads it as a whole.
    ///
    /// # Errors
    ///
    /// As [`parse`]: if the text holds no value that fits, or more than one reading.
    pub fn finish(self) -> Result<Parsed, ParseError> {
        parse(&self.text, self.scanner.document())
    }
}
