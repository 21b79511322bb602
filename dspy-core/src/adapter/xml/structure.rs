//! What of a type stands as elements within elements.

use serde_json::{Map, Value};

use crate::schema;
use crate::signature::Field;

/// Keywords of types that have alternatives.
const ALTERNATIVES: [&str; 5] = ["anyOf", "oneOf", "allOf", "not", "$ref"];

/// The form of a type's values as elements.
#[derive(Clone, Copy, Debug)]
pub(super) enum Structure<'s> {
    /// An `<item>` for each item.
    List(&'s Value),
    /// An element for each property, and for further keys with values of one type.
    Object(&'s Map<String, Value>, Option<&'s Value>),
    /// An element for each key.
    Map(&'s Value),
    /// Text: a text, a number, a boolean, a member of a closed set.
    Leaf,
    /// What elements cannot tell apart: alternatives, tuples, values of any type.
    Other,
}

/// The form of a type, and whether null is one of its values. References are resolved in `root`.
pub(super) fn structure<'s>(root: &'s Value, schema: &'s Value) -> (Structure<'s>, bool) {
    let (schema, nullable) = without_null(root, schema);
    if schema::choices(root, schema).is_some() {
        return (Structure::Leaf, nullable);
    }
    let has = |key: &str| schema.get(key).is_some();
    if ALTERNATIVES.iter().any(|key| has(key)) || has(schema::MARKER) {
        return (Structure::Other, nullable);
    }
    let of = |key: &str| schema.get(key).and_then(Value::as_object);
    let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
    let structure = match (kind(schema), schema.get("items")) {
        (Some("string" | "integer" | "number" | "boolean"), _) => Structure::Leaf,
        (Some("array"), Some(item)) if !has("prefixItems") => Structure::List(item),
        (Some("object"), _) => {
            let patterns = of("patternProperties").filter(|all| all.len() == 1);
            match (of("properties").filter(|all| !all.is_empty()), patterns, rest) {
                (Some(properties), None, rest) => Structure::Object(properties, rest),
                (None, Some(patterns), None) => {
                    patterns.values().next().map_or(Structure::Other, Structure::Map)
                }
                (None, None, Some(value)) => Structure::Map(value),
                _ => Structure::Other,
            }
        }
        _ => Structure::Other,
    };
    (structure, nullable)
}

/// The schema behind references and without null, and whether null was there.
pub(super) fn without_null<'s>(root: &'s Value, schema: &'s Value) -> (&'s Value, bool) {
    let schema = schema::resolve(root, schema);
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    match schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one, null]) | Some([null, one]) if is_null(null) => {
            (schema::resolve(root, one), true)
        }
        _ => {
            let kinds = schema.get("type").and_then(Value::as_array);
            (schema, kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "null")))
        }
    }
}

/// The only type beside null.
pub(super) fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            kinds.next().filter(|_| kinds.next().is_none())
        }
        _ => None,
    }
}

/// Whether lists and objects of an output stand as elements within its element. Sets do not, as in
/// DSPy, nor does what holds anything that elements could not tell apart.
pub(super) fn is_nested(field: &Field) -> bool {
    let root = field.schema();
    let (top, _) = without_null(root, root);
    match structure(root, root).0 {
        Structure::List(_) if top.get("uniqueItems") == Some(&Value::Bool(true)) => false,
        Structure::List(_) | Structure::Object(..) | Structure::Map(_) => {
            is_plain(root, root, &mut Vec::new())
        }
        Structure::Leaf | Structure::Other => false,
    }
}

/// Whether a type consists of lists, objects, maps and leaves alone. `seen` are objects that were
/// looked at.
fn is_plain<'s>(root: &'s Value, schema: &'s Value, seen: &mut Vec<&'s Value>) -> bool {
    let (schema, _) = without_null(root, schema);
    match structure(root, schema).0 {
        Structure::Leaf => true,
        Structure::Other => false,
        Structure::List(inner) | Structure::Map(inner) => is_plain(root, inner, seen),
        Structure::Object(..) if seen.iter().any(|known| std::ptr::eq(*known, schema)) => true,
        Structure::Object(properties, rest) => {
            seen.push(schema);
            properties.values().chain(rest).all(|property| is_plain(root, property, seen))
        }
    }
}
