//! JSON Schemas of Rust types, and how a prompt speaks of them.

pub(crate) mod bound;
mod describe;
mod format;

pub use bound::{HasLength, Numeric, Textual};
pub(crate) use format::{Format, format_of, is_plain_text};

pub use describe::{Choice, bounds_text, choices, note, options, type_name};

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

/// The marker of a field's schema, followed through references.
pub fn marker(schema: &Value) -> Option<&str> {
    resolve(schema, schema).get(MARKER).and_then(Value::as_str)
}
