//! Words for a schema: type names, value notes and constraints, as they appear in prompts.
//!
//! Type names are spelled as Python users know them, so that prompts stay comparable with DSPy's.

use serde_json::Value;

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
        all.extend(choices(root, variant)?);
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

/// The name of a type: `str`, `int`, `list[float]`, `Union[str, NoneType]`, or the type's own name.
pub fn type_name(root: &Value, schema: &Value) -> String {
    named(root, schema, 0)
}

fn named(root: &Value, schema: &Value, depth: usize) -> String {
    if depth > 8 {
        return "Any".to_owned();
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && let Some(name) = reference.rsplit('/').next().filter(|name| *name != "#")
    {
        return name.to_owned();
    }
    let schema = resolve(root, schema);
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        let names: Vec<_> = alternatives.iter().map(|s| named(root, s, depth + 1)).collect();
        return format!("Union[{}]", names.join(", "));
    }
    if let Some(all) = choices(root, schema) {
        if let Some(title) = schema.get("title").and_then(Value::as_str) {
            return title.to_owned();
        }
        let values: Vec<_> = all.iter().map(|choice| quoted(&choice.value)).collect();
        return format!("Literal[{}]", values.join(", "));
    }
    match schema.get("type") {
        Some(Value::String(name)) => simple(root, schema, name, depth),
        Some(Value::Array(names)) => {
            let names: Vec<_> = names
                .iter()
                .filter_map(Value::as_str)
                .map(|name| simple(root, schema, name, depth))
                .collect();
            format!("Union[{}]", names.join(", "))
        }
        // What schemars calls `serde_json::Value`.
        _ => title_or(schema, "Any").replace("AnyValue", "Any"),
    }
}

fn simple(root: &Value, schema: &Value, name: &str, depth: usize) -> String {
    match name {
        "string" => format_of(schema).map_or("str", |format| format.type_name).to_owned(),
        "integer" => "int".to_owned(),
        "number" => "float".to_owned(),
        "boolean" => "bool".to_owned(),
        "null" => "NoneType".to_owned(),
        "array" => {
            if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
                let names: Vec<_> = items.iter().map(|s| named(root, s, depth + 1)).collect();
                return format!("tuple[{}]", names.join(", "));
            }
            match schema.get("items") {
                Some(items) => format!("list[{}]", named(root, items, depth + 1)),
                None => "list".to_owned(),
            }
        }
        _ => match map(schema) {
            Some((keys, values)) => format!("dict[{keys}, {}]", named(root, values, depth + 1)),
            None => title_or(schema, "dict"),
        },
    }
}

/// The keys of a map, by name, and the schema of its values; `None` for an object with fields.
fn map(schema: &Value) -> Option<(String, &Value)> {
    let of = |keyword: &str| schema.get(keyword).and_then(Value::as_object);
    if let Some(properties) = of("properties") {
        // Keys of a closed set: none is required, and all have values of one type.
        let mut values = properties.values();
        let first = values.next()?;
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let alike = closed && schema.get("required").is_none() && values.all(|it| it == first);
        let keys: Vec<_> = properties.keys().map(|key| quoted(&key.as_str().into())).collect();
        return alike.then(|| (format!("Literal[{}]", keys.join(", ")), first));
    }
    if let Some((pattern, values)) = of("patternProperties").and_then(|them| them.iter().next()) {
        let keys = if pattern.ends_with(r"\d+$") { "int" } else { "str" };
        return Some((keys.to_owned(), values));
    }
    let values = schema.get("additionalProperties").filter(|values| values.is_object())?;
    Some(("str".to_owned(), values))
}

fn title_or(schema: &Value, fallback: &str) -> String {
    schema.get("title").and_then(Value::as_str).unwrap_or(fallback).to_owned()
}

fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) if !text.contains('\'') => format!("'{text}'"),
        other => other.to_string(),
    }
}

/// What a model must know to write a value of this type; `None` where plain text will do.
///
/// A closed set is listed, numbers and booleans are named, everything else shows its schema. Where
/// null is allowed, the word for it is `None`.
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
const JSON: &str = "JSON that fits this schema: ";

fn plain_note(root: &Value, schema: &Value) -> Option<String> {
    let resolved = resolve(root, schema);
    if let Some(all) = choices(root, resolved) {
        let values: Vec<_> = all.iter().map(|choice| plain(&choice.value)).collect();
        return Some(format!("{ONE_OF}{}", values.join("; ")));
    }
    match resolved.get("type").and_then(Value::as_str) {
        Some("string") => format_of(resolved).map(|format| format.words.to_owned()),
        Some("integer") => Some("a whole number".to_owned()),
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
    format!("{JSON}{}", compact(root, schema))
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
    inner.as_object_mut()?.insert("type".to_owned(), first.clone());
    Some(inner)
}

/// The schema as one line; definitions of the document are kept where a reference needs them.
fn compact(root: &Value, schema: &Value) -> Value {
    let mut shown = schema.clone();
    if let Some(object) = shown.as_object_mut() {
        object.remove("title");
        let refers = schema.to_string().contains("\"$ref\"");
        match root.get("$defs") {
            Some(definitions) if refers && !object.contains_key("$defs") => {
                object.insert("$defs".to_owned(), definitions.clone());
            }
            _ => {}
        }
    }
    shown
}

fn plain(value: &Value) -> String {
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

/// Whether a schema's `type` is `string`, alone or among others.
fn names_text(kind: &Value) -> bool {
    kind == "string"
        || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "string"))
}

/// The bounds of a schema in words, such as `at least 0, at most 1`; `None` where there are none.
pub fn bounds_text(schema: &Value) -> Option<String> {
    const WORDS: [(&str, &str); 13] = [
        ("minimum", "at least"),
        ("exclusiveMinimum", "greater than"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
        ("minLength", "characters, at least"),
        ("maxLength", "characters, at most"),
        ("minItems", "items, at least"),
        ("maxItems", "items, at most"),
        ("minProperties", "entries, at least"),
        ("maxProperties", "entries, at most"),
        ("pattern", "matching the pattern"),
        ("format", "in the format"),
    ];
    let words: Vec<_> = WORDS
        .iter()
        .filter_map(|(key, words)| {
            let value = schema.get(*key)?;
            // Formats such as `double` or `int32` say how Rust stores a number, not what to write.
            let storage =
                *key == "format" && schema.get("type").is_some_and(|kind| !names_text(kind));
            (!storage).then(|| format!("{words} {}", plain(value)))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}
