//! A tool's arguments: their schema, and what is wrong with those of a call.

use std::collections::BTreeMap;

use dspy_grammar::nearest;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::parse::{self, Parsed, RepairKind};
use crate::schema;
use crate::signature::Fields;
use crate::wire;

/// What the code behind a tool may take. Implemented for all types that qualify: a struct, whose
/// fields are the arguments; any other data, which is a single argument `input`; and `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the arguments of a tool",
    label = "no struct of arguments",
    note = "put `#[dspy::data]` on a struct of the arguments, or derive `serde::Deserialize` and `schemars::JsonSchema` for it"
)]
pub trait ToolArguments: DeserializeOwned + JsonSchema + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<A: DeserializeOwned + JsonSchema + Send + 'static> ToolArguments for A {}

/// The argument that a value without fields is.
const ONLY: &str = "input";

/// How a type of arguments is read from an object.
enum Form {
    /// The object itself.
    Object,
    /// Nothing, whatever the object holds.
    Nothing,
    /// The value under [`ONLY`].
    Only,
}

fn form_of(own: &Value) -> Form {
    let resolved = schema::resolve(own, own);
    match resolved.get("type").and_then(Value::as_str) {
        Some("object") => Form::Object,
        Some("null") => Form::Nothing,
        _ if resolved.get("properties").is_some() => Form::Object,
        _ => Form::Only,
    }
}

/// The schema of a tool's arguments, always that of an object.
pub(super) fn schema_of<A: JsonSchema>() -> Value {
    let mut own = schema::of::<A>();
    match form_of(&own) {
        Form::Object => {
            // The name of the Rust type is nothing to a model.
            if let Some(own) = own.as_object_mut() {
                own.shift_remove("title");
            }
            own
        }
        Form::Nothing => json!({"type": "object", "properties": {}}),
        Form::Only => {
            let definitions = own.as_object_mut().and_then(|own| own.shift_remove("$defs"));
            let mut outer =
                json!({"type": "object", "properties": {(ONLY): own}, "required": [ONLY]});
            if let (Some(definitions), Some(outer)) = (definitions, outer.as_object_mut()) {
                outer.insert("$defs".to_owned(), definitions);
            }
            outer
        }
    }
}

/// Reads checked arguments.
pub(super) fn read<A: DeserializeOwned + JsonSchema>(arguments: Value) -> Result<A, String> {
    let value = match (form_of(&schema::of::<A>()), arguments) {
        (Form::Object, arguments) => arguments,
        (Form::Nothing, _) => Value::Null,
        (Form::Only, Value::Object(mut fields)) => fields.shift_remove(ONLY).unwrap_or(Value::Null),
        (Form::Only, other) => other,
    };
    wire::from_value(value).map_err(|error| format!("its arguments cannot be read: {error}"))
}

/// The arguments as the schema has them, or all that is wrong with them.
pub(super) fn check(schema: &Value, given: Value) -> Result<Parsed, Vec<String>> {
    let (given, parsed) = match given {
        // A model that has nothing to say says so in many ways.
        Value::Null => (json!({}), None),
        Value::String(text) if text.trim().is_empty() => (json!({}), None),
        Value::String(text) => {
            let parsed = parse::parse(&text, schema);
            (Value::String(text), Some(parsed))
        }
        given => (given, None),
    };
    match parsed.unwrap_or_else(|| parse::fit(given.clone(), schema)) {
        Ok(parsed) => {
            let undeclared = parsed.repairs.iter().filter(|r| r.kind == RepairKind::ExtraKey);
            let undeclared: Vec<String> = undeclared
                .map(|repair| unknown(schema, repair.from.split(':').next().unwrap_or_default()))
                .collect();
            if undeclared.is_empty() {
                Ok(parsed)
            } else {
                Err(problems(schema, &given, undeclared))
            }
        }
        Err(error) => Err(problems(schema, &given, vec![error.to_string()])),
    }
}

/// Everything that is wrong, argument by argument; `otherwise` where that finds nothing.
fn problems(schema: &Value, given: &Value, otherwise: Vec<String>) -> Vec<String> {
    let Some(given) = given.as_object() else { return otherwise };
    let object = schema::resolve(schema, schema);
    let Some(properties) = object.get("properties").and_then(Value::as_object) else {
        return otherwise;
    };
    let mut found = Vec::new();
    let mut met = Vec::new();
    for (key, value) in given {
        let Some((name, property)) = property_of(properties, key) else {
            if matches!(object.get("additionalProperties"), None | Some(Value::Bool(false))) {
                found.push(unknown(schema, key));
            }
            continue;
        };
        met.push(name);
        if let Some(problem) = problem_of(schema, property, value) {
            found.push(format!("`{name}`: {problem}"));
        }
    }
    let required = object.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        let has_default = properties.get(name).is_some_and(|it| it.get("default").is_some());
        if !has_default && !met.contains(&name) {
            found.push(format!("`{name}` is missing"));
        }
    }
    if found.is_empty() { otherwise } else { found }
}

/// The argument that a written name means: that of this very name, or one that differs in case and
/// in how words are joined alone.
fn property_of<'s>(properties: &'s Map<String, Value>, key: &str) -> Option<(&'s str, &'s Value)> {
    let bare = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let is_alias = |property: &Value| schema::aliases(property).any(|alias| alias == key);
    let exact = properties.iter().find(|(name, it)| *name == key || is_alias(it));
    let found = exact.or_else(|| properties.iter().find(|(name, _)| bare(name) == bare(key)));
    found.map(|(name, property)| (name.as_str(), property))
}

fn problem_of(root: &Value, property: &Value, value: &Value) -> Option<String> {
    let mut property = property.clone();
    if let (Some(definitions), Some(object)) = (root.get("$defs"), property.as_object_mut()) {
        object.insert("$defs".to_owned(), definitions.clone());
    }
    match parse::fit(value.clone(), &property) {
        Ok(parsed) => {
            let repair = parsed.repairs.iter().find(|r| r.kind == RepairKind::ExtraKey)?;
            Some(repair.to_string())
        }
        Err(error) => Some(error.to_string()),
    }
}

fn unknown(schema: &Value, key: &str) -> String {
    let names = names(schema);
    match nearest(key, &names) {
        Some(meant) => format!("there is no argument `{key}`, did you mean `{meant}`?"),
        None => format!("there is no argument `{key}`"),
    }
}

fn names(schema: &Value) -> Vec<&str> {
    let properties = schema::resolve(schema, schema).get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(Fields::keys).map(String::as_str).collect()
}

/// The names of a tool's arguments.
pub(super) fn argument_names(schema: &Value) -> Vec<&str> {
    names(schema)
}

/// The arguments with their types on one line.
pub(super) fn said(schema: &Value) -> String {
    let object = schema::resolve(schema, schema);
    let properties = object.get("properties").and_then(Value::as_object);
    let required = object.get("required").and_then(Value::as_array);
    let each = properties.into_iter().flatten().map(|(name, property)| {
        let words = schema::type_name(schema, property);
        let must = required.is_some_and(|required| required.iter().any(|it| it == name));
        let optional = if must || words.starts_with("optional ") { "" } else { "optional " };
        format!("{name}: {optional}{words}")
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() { "nothing".to_owned() } else { each.join(", ") }
}

/// Puts descriptions of arguments in place of the schema's own.
pub(super) fn describe(schema: &mut Value, words: &BTreeMap<String, String>) {
    if words.is_empty() {
        return;
    }
    let pointer = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => reference.trim_start_matches('#').to_owned(),
        None => String::new(),
    };
    let properties = schema.pointer_mut(&pointer).and_then(|object| object.get_mut("properties"));
    let Some(properties) = properties.and_then(Value::as_object_mut) else { return };
    for (name, text) in words {
        if let Some(property) = properties.get_mut(name).and_then(Value::as_object_mut) {
            property.insert("description".to_owned(), Value::from(text.as_str()));
        }
    }
}
