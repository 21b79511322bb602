//! From what a model wrote to a value that fits a JSON Schema.
//!
//! [`parse`] finds the value in a text: behind a block of thoughts, in a fence, between sentences.
//! It reads JSON as models write it (trailing commas, single quotes, Python literals, comments),
//! and coerces what is merely dressed up: `"$1,200"` is a number, `**Positive.**` a member of an
//! enum, `yes` a boolean. [`fit`] does the second half for a value that is JSON already.
//!
//! Nothing is guessed. Where something would be lost or invented, or where two readings are as
//! good as each other, the answer is a [`ParseError`] that says what was expected and what was
//! found, so that it can be shown to the model. Whatever was changed is listed in
//! [`Parsed::repairs`].
//!
//! Time grows linearly with the text, nesting is read 128 levels deep, and no text panics; what would
//! take more work than that is refused. Strict JSON that fits its schema is returned as it is.
//! [`partial`] shows a value while it is written.
//!
//! # Schemas
//!
//! JSON Schema as `schemars` emits it: `$ref`, `$defs`, `oneOf` and `anyOf` (also of constants with
//! descriptions), type arrays with null, `prefixItems`, `uniqueItems` (an item that occurs twice is
//! left out, which is told as a repair), integer formats, and the bounds `minimum`, `maximum`,
//! `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`, `minLength`, `maxLength`, `minItems`,
//! `maxItems`, `minProperties`, `maxProperties`. `if`, `not`, `contains` and `dependent…` are not
//! read. Keys that the schema does not declare are kept where `additionalProperties` allows them, and
//! left out and told of where it is silent. Other names of a property, which serde calls aliases and
//! `schemars` does not write, are read from `x-aliases`:
//! `#[schemars(extend("x-aliases" = ["colour"]))]`.
//!
//! Integers of the formats `int128` and `uint128` are read in full. Where a JSON number cannot hold
//! one, because it lies beyond `i64` and `u64`, its value is a text of digits, as in
//! [`wire`](crate::wire).
//!
//! `pattern` and the keys of `patternProperties` are searched for, not anchored, in the syntax of
//! `regex-lite`: ASCII classes, no looking ahead, no `\p{…}`. A pattern that this cannot read is
//! not checked.
//!
//! These values of `format` are checked, and respelled where that takes no guess: `date`, `time`,
//! `date-time`, `partial-time`, `partial-date-time`, `zoned-date-time`, `duration`, `email`,
//! `hostname`, `uri`, `uuid`, `ipv4`, `ipv6`, `ip`. So `2024-01-05 10:00` is a date and time, whose
//! seconds are zero, but only where no zone is asked for, and `05.01.2024` is no date: which of the
//! numbers is the month would be a guess. Other formats are not checked.

mod answer;
mod budget;
mod candidates;
mod envelope;
mod error;
mod exact;
mod excerpt;
mod fit;
mod lists;
mod node;
pub mod partial;
mod path;
mod quick;
mod reader;
mod repair;
mod schemas;
mod vocabulary;
mod words;
mod yaml;

use std::rc::Rc;

use serde_json::Value;

pub use error::ParseError;
pub use repair::{Level, Repair, RepairKind};

use budget::Budget;
use exact::Exact;
use fit::Fitter;
use node::Node;
use schemas::Schemas;

/// A value that fits its schema, and what it took.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parsed {
    /// The value.
    pub value: Value,
    /// What was changed, in the order in which it was found; empty if nothing was. Of a very long
    /// list the first thousand are told, at least one of each kind, and the others as one.
    pub repairs: Vec<Repair>,
    /// The gravest of the repairs.
    pub level: Level,
}

impl Parsed {
    pub(crate) fn new(value: Value, repairs: Vec<Repair>) -> Self {
        let level = repairs.iter().map(Repair::level).max().unwrap_or(Level::Exact);
        Self { value, repairs, level }
    }
}

/// Reads the value that a text holds.
///
/// A text target takes the text as it is, trimmed at both ends. Percentages keep their digits
/// (`85%` is 85), and an object that is written twice counts the second time.
///
/// # Errors
///
/// [`ParseError`] if the text holds no value that fits, or more than one reading.
///
/// ```
/// use dspy::parse::{Level, parse};
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": {"mood": {"enum": ["GOOD", "BAD"]}, "confidence": {"type": "number"}},
///     "required": ["mood", "confidence"],
/// });
/// let parsed = parse("Sure!\n```json\n{'mood': 'good', 'confidence': 85%,}\n```", &schema)?;
/// assert_eq!(parsed.value, json!({"mood": "GOOD", "confidence": 85}));
/// assert_eq!(parsed.level, Level::Repaired);
///
/// let error = parse("It is neither good nor bad.", &schema["properties"]["mood"]).unwrap_err();
/// assert!(error.is_ambiguous());
/// # Ok::<(), dspy::parse::ParseError>(())
/// ```
pub fn parse(text: &str, schema: &Value) -> Result<Parsed, ParseError> {
    if let Some(value) = quick::read(text, schema) {
        return Ok(Parsed::new(value, Vec::new()));
    }
    let schema = schemas::plain(schema)?;
    answer::Answer::new(text, &schema)?.read()
}

/// The steps that reading the text takes, of which there are never more than 20 for each byte of
/// it and 20,000 besides. For tests and tables: it counts the work where a clock would be noisy.
pub fn steps(text: &str, schema: &Value) -> usize {
    let Ok(schema) = schemas::plain(schema) else { return 0 };
    let Ok(answer) = answer::Answer::new(text, &schema) else { return 0 };
    // An answer that does not fit takes steps as well.
    let _ = answer.read();
    answer.spent()
}

/// Fits a value that is JSON already, such as a field of a JSON answer or a cell of a data row.
///
/// # Errors
///
/// [`ParseError`] if the value does not fit without loss or guess.
///
/// ```
/// use serde_json::json;
///
/// let parsed = dspy::parse::fit(json!(["1,234", 5]), &json!({"items": {"type": "integer"}}))?;
/// assert_eq!(parsed.value, json!([1234, 5]));
/// assert_eq!(parsed.repairs[0].path, "/0");
/// # Ok::<(), dspy::parse::ParseError>(())
/// ```
pub fn fit(value: Value, schema: &Value) -> Result<Parsed, ParseError> {
    if quick::fits(&value, schema) {
        return Ok(Parsed::new(value, Vec::new()));
    }
    let schema = schemas::plain(schema)?;
    let schemas = Rc::new(Schemas::new(&schema));
    let mut value = value;
    let exact = Exact::new(&schemas, exact::weight(&value));
    if exact.settle(&mut value, schemas.root())? {
        return Ok(Parsed::new(value, Vec::new()));
    }
    let node = Node::from_value(value, 0)?;
    let budget = Rc::new(Budget::for_size(node.size()));
    let (value, repairs) = Fitter::new(&schemas, &budget).run(&node, schemas.root())?;
    Ok(Parsed::new(value, repairs))
}
