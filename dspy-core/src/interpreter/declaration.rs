//! Functions as code sees them: their parameters, in Python's notation.

use serde_json::Value;

use super::host_function::HostParameter;
use super::names::identifier;
use crate::schema::resolve;

/// The parameters that a JSON Schema of an object describes, required ones first.
pub(super) fn parameters(schema: &Value) -> Vec<HostParameter> {
    let root = resolve(schema, schema);
    let properties = root.get("properties").and_then(Value::as_object);
    let required = root.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let mut parameters: Vec<_> = properties
        .into_iter()
        .flatten()
        .map(|(name, own)| {
            HostParameter::new(name.clone(), standing_alone(own, schema), is_required(name))
        })
        .collect();
    parameters.sort_by_key(|parameter| !parameter.required);
    parameters
}

/// The schema of a property with the definitions that it may point to.
fn standing_alone(own: &Value, root: &Value) -> Value {
    let mut own = own.clone();
    if let Some(own) = own.as_object_mut() {
        for key in ["$defs", "definitions"] {
            if let Some(definitions) = root.get(key) {
                own.insert(key.to_owned(), definitions.clone());
            }
        }
    }
    own
}

/// How code calls the function.
pub(super) fn declaration(name: &str, parameters: &[HostParameter]) -> String {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|parameter| {
            let kind = python_type(&parameter.schema, &parameter.schema, 0);
            let default = if parameter.required { "" } else { " = None" };
            format!("{}: {kind}{default}", identifier(&parameter.name))
        })
        .collect();
    format!("{name}({})", parameters.join(", "))
}

/// The type in Python's notation; what has none there is `dict` or `Any`.
fn python_type(root: &Value, schema: &Value, depth: usize) -> String {
    let schema = resolve(root, schema);
    if depth > 8 {
        return "Any".to_owned();
    }
    let within = |inner: &Value| python_type(root, inner, depth + 1);
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: Vec<_> = values.iter().map(Value::to_string).collect();
        return format!("Literal[{}]", values.join(", "));
    }
    if let Some(all) = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array()) {
        let all: Vec<_> = all.iter().map(within).collect();
        return all.join(" | ");
    }
    match schema.get("type") {
        Some(Value::Array(types)) => {
            let all: Vec<_> = types.iter().map(|one| named(one, schema, &within)).collect();
            all.join(" | ")
        }
        Some(one) => named(one, schema, &within),
        None => "Any".to_owned(),
    }
}

fn named(kind: &Value, schema: &Value, within: &dyn Fn(&Value) -> String) -> String {
    match kind.as_str() {
        Some("string") => "str".to_owned(),
        Some("integer") => "int".to_owned(),
        Some("number") => "float".to_owned(),
        Some("boolean") => "bool".to_owned(),
        Some("null") => "None".to_owned(),
        Some("array") => match schema.get("items") {
            Some(items) => format!("list[{}]", within(items)),
            None => "list".to_owned(),
        },
        Some("object") => match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => format!("dict[str, {}]", within(values)),
            _ => "dict".to_owned(),
        },
        _ => "Any".to_owned(),
    }
}
