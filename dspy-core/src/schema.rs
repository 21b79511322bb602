//! JSON Schemas of Rust types, how a prompt speaks of them, and what providers accept of them.
//!
//! # Words for types
//!
//! [`type_name`] says a type as a person would:
//!
//! | Rust | words |
//! |---|---|
//! | `String` | `text` |
//! | dates, addresses | `date`, `date and time`, `URI`, `UUID` |
//! | `u8` … `i128` | `integer` |
//! | `f32`, `f64` | `number` |
//! | `bool` | `boolean` |
//! | `Option<u8>` | `optional integer` |
//! | `Vec<String>`, sets, `[String; 3]` | `list of text` |
//! | `HashMap<String, f64>`, `BTreeMap<u32, bool>` | `map from text to number`, `map from integer to boolean` |
//! | `(String, u8)` | `tuple of (text, integer)` |
//! | an enum without data, if short | `one of: Low; High` |
//! | a longer one, any other enum, a struct | its name |
//! | an untagged enum within another type | `integer or text` |
//! | `serde_json::Value` | `anything` |
//! | `()` | `nothing` |
//!
//! Words within words stay unambiguous: `list of (integer or text)`, `(list of text) or integer`,
//! `optional (one of: Low; High)`. A member that could be taken for several, as it holds a `;`,
//! stands in quotation marks.
//!
//! # Everything else a prompt says
//!
//! | function | says |
//! |---|---|
//! | [`choices`] | the members of a closed set, with their docs |
//! | [`bounds_text`] | bounds, lengths, patterns, formats, examples: `at least 1 item, each item at most 9 characters` |
//! | [`note`] | how to write a value: `an integer, or None` |
//! | [`compact`] | the whole type in a short notation, with docs and constraints |
//!
//! What providers accept as a schema, and the way back from their models' answers, is in
//! [`subset`].

pub(crate) mod bound;
mod compact;
mod describe;
mod format;
mod limits;
mod shape;
pub mod subset;
mod text;
mod words;

pub use bound::{HasLength, Numeric, Textual};
pub use compact::compact;
pub use describe::{Choice, choices, note, options};
pub(crate) use format::{Format, format_of, is_plain_text};
pub use limits::bounds_text;
pub(crate) use shape::merged;
pub(crate) use text::of_text;
pub use words::type_name;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// The JSON Schema (draft 2020-12) of a type as it is read, not written: a field with a serde
/// default is optional. Definitions stand under `$defs`.
///
/// ```
/// let schema = dspy::schema::of::<Option<u8>>();
/// assert_eq!(schema["type"], serde_json::json!(["integer", "null"]));
/// ```
pub fn of<T: JsonSchema + ?Sized>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    SchemaGenerator::new(settings).into_root_schema_for::<T>().to_value()
}

/// Follows `$ref`s inside the document `root` until a schema that is no mere reference.
///
/// An unresolvable or circular reference gives the schema where the search ended.
pub fn resolve<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    // A chain of references longer than this is a circle.
    for _ in 0..32 {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { break };
        let target = match reference.strip_prefix('#') {
            Some("") => Some(root),
            Some(pointer) => root.pointer(pointer),
            None => None,
        };
        match target {
            Some(target) if !std::ptr::eq(target, schema) => schema = target,
            _ => break,
        }
    }
    schema
}

/// The key of the schema marker by which a type asks an adapter for special treatment, such as
/// becoming an image part of a message. Its value is a word that adapters know.
pub const MARKER: &str = "x-dspy";

/// The key under which the schema of a property lists other names of it.
///
/// Serde's aliases are in no schema that schemars derives, so whoever wants [`parse`](crate::parse)
/// to understand them says them twice:
///
/// ```
/// use dspy::parse;
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Person {
///     #[serde(alias = "label")]
///     #[schemars(extend("x-aliases" = ["label"]))]
///     name: String,
/// }
/// let parsed = parse::parse(r#"{"label": "Ada"}"#, &dspy::schema::of::<Person>())?;
/// assert_eq!(parsed.value, serde_json::json!({"name": "Ada"}));
/// # Ok::<(), parse::ParseError>(())
/// ```
///
/// The structs that `#[derive(Signature)]` generates carry the aliases of
/// their fields without that.
pub const ALIASES: &str = "x-aliases";

/// Whether a keyword says nothing about which values are valid.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "$ref"
            | "$schema"
            | "$id"
            | "$defs"
            | "definitions"
            | "$comment"
            | "title"
            | "description"
            | "default"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | ALIASES
    )
}

/// The other names of a property, from its schema.
pub(crate) fn aliases(property: &Value) -> impl Iterator<Item = &str> {
    let all = property.get(ALIASES).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str)
}

/// The marker of a field's schema, followed through references.
pub fn marker(schema: &Value) -> Option<&str> {
    resolve(schema, schema).get(MARKER).and_then(Value::as_str)
}

/// Whether a pattern of keys is one of those that schemars writes for maps with whole numbers as
/// keys.
pub(crate) fn is_integer_pattern(pattern: &str) -> bool {
    matches!(pattern, r"^-?\d+$" | r"^\d+$")
}
