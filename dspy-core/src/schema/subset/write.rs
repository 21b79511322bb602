//! Forms written as JSON, in the provider's spelling.

use serde_json::{Map, Value, json};

use super::Dialect;
use super::form::{Entry, Form, Forms, Kind};

/// The whole schema.
pub(super) fn schema(forms: &Forms, dialect: Dialect) -> Value {
    let writer = Writer { forms, dialect };
    let mut root = writer.form(&forms.root);
    let mut definitions = Map::new();
    for (place, (form, name)) in forms.definitions.iter().zip(&forms.names).enumerate() {
        if let Some(form) = form.as_ref().filter(|_| forms.root_place != Some(place)) {
            definitions.insert(name.clone(), Value::Object(writer.form(form)));
        }
    }
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    Value::Object(root)
}

struct Writer<'f> {
    forms: &'f Forms,
    dialect: Dialect,
}

impl Writer<'_> {
    fn form(&self, form: &Form) -> Map<String, Value> {
        let mut written = self.bare(form);
        if form.nullable {
            written = self.nullable(written, &form.kind);
        }
        // Nothing may stand beside a reference.
        if written.contains_key("$ref") && form.description.is_some() {
            written = keyword("anyOf", json!([written]));
        }
        if let Some(description) = &form.description {
            written.insert("description".to_owned(), Value::from(description.as_str()));
        }
        written
    }

    fn is_open_api(&self) -> bool {
        self.dialect == Dialect::GeminiOpenApi
    }

    /// A type's keyword.
    fn of_type(&self, name: &str) -> Map<String, Value> {
        let name = if self.is_open_api() { name.to_uppercase() } else { name.to_owned() };
        keyword("type", Value::from(name))
    }

    fn nullable(&self, mut written: Map<String, Value>, kind: &Kind) -> Map<String, Value> {
        if self.is_open_api() {
            written.insert("nullable".to_owned(), Value::Bool(true));
            return written;
        }
        let nothing = json!({"type": "null"});
        match kind {
            // It takes null already.
            Kind::Any | Kind::Null => written,
            Kind::Boolean | Kind::Integer | Kind::Number | Kind::Text => {
                if let Some(name) = written.get_mut("type") {
                    *name = json!([name, "null"]);
                }
                written
            }
            _ => {
                if let Some(Value::Array(parts)) = written.get_mut("anyOf") {
                    parts.push(nothing);
                    return written;
                }
                keyword("anyOf", json!([written, nothing]))
            }
        }
    }

    fn bare(&self, form: &Form) -> Map<String, Value> {
        let mut written = match &form.kind {
            Kind::Any => Map::new(),
            Kind::Null => self.of_type("null"),
            Kind::Boolean => self.of_type("boolean"),
            Kind::Integer => self.of_type("integer"),
            Kind::Number => self.of_type("number"),
            Kind::Text => self.of_type("string"),
            Kind::Choice(values) => self.closed_set(values),
            Kind::List(item) => {
                let mut list = self.of_type("array");
                list.insert("items".to_owned(), Value::Object(self.form(item)));
                list
            }
            Kind::Tuple(parts) => {
                let mut list = self.of_type("array");
                let items: Vec<_> = parts.iter().map(|part| self.form(part)).collect();
                for key in ["minItems", "maxItems"] {
                    list.insert(key.to_owned(), Value::from(items.len()));
                }
                list.insert("prefixItems".to_owned(), json!(items));
                list
            }
            Kind::Object(entries, rest) => self.object(entries, rest.as_deref()),
            Kind::Union(parts, _) => {
                let parts: Vec<_> = parts.iter().map(|part| self.form(part)).collect();
                keyword("anyOf", json!(parts))
            }
            Kind::Reference(place) if self.forms.root_place == Some(*place) => {
                keyword("$ref", Value::from("#"))
            }
            Kind::Reference(place) => {
                let name = self.forms.names.get(*place).map(String::as_str).unwrap_or_default();
                keyword("$ref", Value::from(format!("#/$defs/{name}")))
            }
        };
        written.extend(form.limits.clone());
        written
    }

    fn closed_set(&self, values: &[Value]) -> Map<String, Value> {
        let mut set = match values.first() {
            Some(Value::String(_)) => self.of_type("string"),
            Some(Value::Bool(_)) => self.of_type("boolean"),
            Some(Value::Number(_)) if values.iter().any(Value::is_f64) => self.of_type("number"),
            Some(Value::Number(_)) => self.of_type("integer"),
            _ => Map::new(),
        };
        set.insert("enum".to_owned(), Value::from(values));
        set
    }

    fn object(&self, entries: &[Entry], rest: Option<&Form>) -> Map<String, Value> {
        let mut object = self.of_type("object");
        if !entries.is_empty() || rest.is_none() {
            let properties = entries
                .iter()
                .map(|entry| (entry.name.clone(), Value::Object(self.form(&entry.form))));
            object.insert("properties".to_owned(), Value::Object(properties.collect()));
        }
        let required: Vec<_> = entries
            .iter()
            .filter(|entry| entry.required)
            .map(|entry| entry.name.as_str())
            .collect();
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        if self.is_open_api() {
            let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
            object.insert("propertyOrdering".to_owned(), json!(names));
        } else {
            let rest = rest.map_or(Value::Bool(false), |rest| Value::Object(self.form(rest)));
            object.insert("additionalProperties".to_owned(), rest);
        }
        object
    }
}

fn keyword(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}
