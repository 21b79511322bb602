//! Instructions and descriptions of fields from a file.

use serde_json::{Map, Value, json};

use super::{LoadIssue, LoadReport};
use crate::module::ParameterKind;
use crate::module::python::prefix;
use crate::signature::{Field, SignatureSchema};

/// Instructions and descriptions. The file names no fields, so they are matched by position.
pub(super) fn signature_parameters(
    path: &str,
    schema: &SignatureSchema,
    value: &Value,
    report: &mut LoadReport,
) -> Vec<(ParameterKind, Value)> {
    let mut wrong = |message: String| report.issues.push(LoadIssue::wrong(path, message));
    let mut parameters = Vec::new();
    match value.get("instructions") {
        Some(instructions @ Value::String(_)) => {
            parameters.push((ParameterKind::INSTRUCTIONS, instructions.clone()));
        }
        Some(other) => {
            wrong(format!("`signature.instructions`: expected text, found {}", kind(other)));
        }
        None => wrong("`signature` has no `instructions`".to_owned()),
    }
    let Some(fields) = value.get("fields").and_then(Value::as_array) else {
        wrong("`signature.fields`: expected a list".to_owned());
        return parameters;
    };
    let declared: Vec<&Field> = schema.fields().collect();
    if fields.len() != declared.len() {
        let names: Vec<_> = declared.iter().map(|field| format!("`{}`", field.name())).collect();
        wrong(format!(
            "`signature.fields` has {} fields, the program's signature `{}` has {}: {}",
            fields.len(),
            schema.name(),
            declared.len(),
            names.join(", ")
        ));
        return parameters;
    }
    let mut descriptions = Map::new();
    for (index, (saved, field)) in fields.iter().zip(&declared).enumerate() {
        match description(index, saved, field, &declared) {
            Ok(text) if text == field.desc() => {}
            Ok(text) => drop(descriptions.insert(field.name().to_owned(), json!(text))),
            Err(message) => wrong(message),
        }
    }
    for key in value.as_object().into_iter().flat_map(Map::keys) {
        if key != "instructions" && key != "fields" {
            report.issues.push(LoadIssue::ignored(path, format!("signature.{key}")));
        }
    }
    for (index, (saved, field)) in fields.iter().zip(&declared).enumerate() {
        let said = saved.get("prefix").and_then(Value::as_str);
        if said.is_some_and(|said| said != prefix(field.name())) {
            // Adapters of Python show it no more than ours do.
            let key = format!("signature.fields[{index}].prefix");
            report.issues.push(LoadIssue::ignored(path, key));
        }
    }
    parameters.push((ParameterKind::DESCRIPTIONS, Value::Object(descriptions)));
    parameters
}

/// A field's description, if the field in the file can be the declared one.
fn description(
    index: usize,
    saved: &Value,
    field: &Field,
    declared: &[&Field],
) -> Result<String, String> {
    let place = format!("signature.fields[{index}]");
    let Some(text) = saved.get("description").and_then(Value::as_str) else {
        return Err(format!("`{place}.description`: expected text"));
    };
    let other = |name: &str| {
        format!(
            "`{place}` is `{name}` in the file, and `{}` in the program; give the field that name \
             (`rename = \"{name}\"`), or bring the fields into the file's order",
            field.name()
        )
    };
    // Python's stand-in for no description has the field's name.
    let stand_in = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match stand_in {
        Some(name) if name == field.name() => return Ok(String::new()),
        Some(name) if is_name(name) => return Err(other(name)),
        _ => {}
    }
    let said = saved.get("prefix").and_then(Value::as_str).unwrap_or_default();
    let meant = declared.iter().find(|other| prefix(other.name()) == said);
    match meant {
        Some(meant) if prefix(field.name()) != said => Err(other(meant.name())),
        _ => Ok(text.to_owned()),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
