//! Closed sets of answers, and notes on how to write a value.

use serde_json::Value;

use super::compact::compact_line;
use super::format::format_of;
use super::resolve;

/// One member of a closed set of answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// The value itself.
    pub value: Value,
    /// What it means, from the variant's docs.
    pub description: Option<String>,
}

/// The members of a closed set: a unit enum, a constant, or a boolean's absence of one.
///
/// `None` where the schema is no closed set. Descriptions come from documented variants, which
/// schemars writes as `oneOf` of constants.
///
/// ```
/// let schema = serde_json::json!({"oneOf": [
///     {"const": "low", "description": "can wait"},
///     {"const": "high"},
/// ]});
/// let choices = dspy::schema::choices(&schema, &schema).unwrap();
/// assert_eq!(choices[0].description.as_deref(), Some("can wait"));
/// assert_eq!(choices[1].value, "high");
/// ```
pub fn choices(root: &Value, schema: &Value) -> Option<Vec<Choice>> {
    members(root, schema, 0)
}

fn members(root: &Value, schema: &Value, depth: usize) -> Option<Vec<Choice>> {
    // Alternatives nested more deeply lead back to themselves.
    if depth > 16 {
        return None;
    }
    let schema = resolve(root, schema);
    let described = |value: &Value, description: Option<&Value>| Choice {
        value: value.clone(),
        description: description.and_then(Value::as_str).map(str::to_owned),
    };
    if let Some(value) = schema.get("const") {
        return Some(vec![described(value, schema.get("description"))]);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some(values.iter().map(|value| described(value, None)).collect());
    }
    let variants = schema.get("oneOf").and_then(Value::as_array)?;
    let mut all = Vec::new();
    for variant in variants {
        all.extend(members(root, variant, depth + 1)?);
    }
    Some(all)
}

/// The members of the closed set that a field's values are made of: of the value itself, where it
/// may be null, or of the items of a list or the values of a map. Empty where there is none.
///
/// ```
/// use dspy::schema;
///
/// let moods = serde_json::json!({
///     "type": "array",
///     "items": {"oneOf": [{"const": "good", "description": "all is well"}, {"const": "bad"}]},
/// });
/// assert!(schema::choices(&moods, &moods).is_none());
/// assert_eq!(schema::options(&moods, &moods)[0].value, "good");
/// ```
pub fn options(root: &Value, schema: &Value) -> Vec<Choice> {
    inner_options(root, schema, 0)
}

fn inner_options(root: &Value, schema: &Value, depth: usize) -> Vec<Choice> {
    let schema = resolve(root, schema);
    if depth > 8 {
        return Vec::new();
    }
    if let Some(all) = choices(root, schema) {
        return all;
    }
    match without_null(schema) {
        Some(inner) => inner_options(root, &inner, depth + 1),
        None => match schema.get("items").or_else(|| schema.get("additionalProperties")) {
            Some(inner @ Value::Object(_)) => inner_options(root, inner, depth + 1),
            _ => Vec::new(),
        },
    }
}

/// What a model must know to write a value of this type; `None` where plain text will do.
///
/// A closed set is listed, numbers and booleans are named as in [`type_name`](super::type_name),
/// everything else shows its type as [`compact`](super::compact) does, on one line and with
/// `/* … */` for comments. Where null is allowed, the word for it is `None`.
///
/// ```
/// use dspy::schema::{note, of};
///
/// let note = |schema: serde_json::Value| note(&schema, &schema);
/// assert_eq!(note(of::<String>()), None);
/// assert_eq!(note(of::<Option<u8>>()).unwrap(), "an integer, or None");
/// assert_eq!(note(of::<Vec<(String, f64)>>()).unwrap(), "JSON of this type: [[text, number]]");
/// ```
pub fn note(root: &Value, schema: &Value) -> Option<String> {
    let resolved = resolve(root, schema);
    match without_null(resolved) {
        None => plain_note(root, schema),
        Some(inner) => Some(match plain_note(root, &inner) {
            None => "text, or None".to_owned(),
            // One more member of the closed set.
            Some(note) if note.starts_with(ONE_OF) => format!("{note}; None"),
            Some(note) if note.starts_with(JSON) => plain_json(root, schema),
            Some(note) => format!("{note}, or None"),
        }),
    }
}

const ONE_OF: &str = "one of, exactly as written: ";
const JSON: &str = "JSON of this type: ";

fn plain_note(root: &Value, schema: &Value) -> Option<String> {
    let resolved = resolve(root, schema);
    if let Some(all) = choices(root, resolved) {
        let values: Vec<_> = all.iter().map(|choice| member(&choice.value)).collect();
        return Some(format!("{ONE_OF}{}", values.join("; ")));
    }
    match resolved.get("type").and_then(Value::as_str) {
        Some("string") => format_of(resolved).map(|format| format.words.to_owned()),
        Some("integer") => Some("an integer".to_owned()),
        Some("number") => Some("a number".to_owned()),
        Some("boolean") => Some("True or False".to_owned()),
        None if is_anything(resolved) => Some("any JSON value".to_owned()),
        _ => Some(plain_json(root, schema)),
    }
}

/// Whether a schema only speaks about its values, and allows all of them.
fn is_anything(schema: &Value) -> bool {
    let speaks = |key: &String| matches!(key.as_str(), "title" | "description" | "default");
    schema == &Value::Bool(true) || schema.as_object().is_some_and(|all| all.keys().all(speaks))
}

fn plain_json(root: &Value, schema: &Value) -> String {
    format!("{JSON}{}", compact_line(root, schema))
}

/// The schema of an optional type without its null; `None` where null is not allowed, or is not all
/// there is beside one type.
fn without_null(schema: &Value) -> Option<Value> {
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        let is_null = |schema: &&Value| schema.get("type").and_then(Value::as_str) == Some("null");
        let mut others = alternatives.iter().filter(|schema| !is_null(schema));
        let (first, rest) = (others.next()?, others.next());
        return (alternatives.len() == 2 && rest.is_none()).then(|| first.clone());
    }
    let types = schema.get("type")?.as_array()?;
    let mut others = types.iter().filter(|name| *name != "null");
    let (first, rest) = (others.next()?, others.next());
    if types.len() != 2 || rest.is_some() {
        return None;
    }
    let mut inner = schema.clone();
    let object = inner.as_object_mut()?;
    object.insert("type".to_owned(), first.clone());
    if let Some(Value::Array(members)) = object.get_mut("enum") {
        members.retain(|member| !member.is_null());
    }
    Some(inner)
}

/// A member of a closed set as text, in quotation marks where it could be taken for several.
pub(super) fn member(value: &Value) -> String {
    match value {
        Value::String(text)
            if text.is_empty() || text.trim() != text || text.contains([';', '\n']) =>
        {
            value.to_string()
        }
        Value::Null => "None".to_owned(),
        other => plain(other),
    }
}

pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // `0`, not `0.0`: a bound reads the same whatever Rust type it came from.
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").unwrap_or(&text).to_owned()
        }
        other => other.to_string(),
    }
}
