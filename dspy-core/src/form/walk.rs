//! Values with forms inside them, found by the schema.

use serde_json::{Map, Value};

use super::Target;
use super::erased::DynForm;
use crate::lm::Part;
use crate::schema::{MARKER, resolve};

/// Types within types that are looked into.
const DEPTH: usize = 64;

/// A schema with the forms of its types.
#[derive(Clone, Copy)]
struct Walk<'a> {
    root: &'a Value,
    forms: &'a [DynForm],
}

type Change<'c> = dyn FnMut(&DynForm, &Value) -> Result<Value, String> + 'c;

impl<'a> Walk<'a> {
    fn form(self, schema: &Value) -> Option<&'a DynForm> {
        let word = schema.get(MARKER)?.as_str()?;
        self.forms.iter().find(|form| form.word() == word)
    }

    fn change(
        self,
        schema: &'a Value,
        value: &Value,
        change: &mut Change<'_>,
        depth: usize,
    ) -> Result<Value, String> {
        let schema = resolve(self.root, schema);
        if value.is_null() || depth > DEPTH {
            return Ok(value.clone());
        }
        if let Some(form) = self.form(schema) {
            return change(form, value);
        }
        let unions = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array());
        if let Some(alternatives) = unions {
            return match alternatives.iter().find(|one| self.may_hold(one, value)) {
                Some(one) => self.change(one, value, change, depth + 1),
                None => Ok(value.clone()),
            };
        }
        match value {
            Value::Array(items) => {
                let prefix = schema.get("prefixItems").and_then(Value::as_array);
                let each = items.iter().enumerate().map(|(at, item)| {
                    match prefix.and_then(|prefix| prefix.get(at)).or_else(|| schema.get("items")) {
                        Some(schema) => self.change(schema, item, change, depth + 1),
                        None => Ok(item.clone()),
                    }
                });
                each.collect()
            }
            Value::Object(fields) => {
                let mut changed = Map::with_capacity(fields.len());
                for (key, item) in fields {
                    let named = schema.get("properties").and_then(|all| all.get(key));
                    let patterns = || schema.get("patternProperties")?.as_object()?.values().next();
                    let others = || schema.get("additionalProperties");
                    let item = match named.or_else(patterns).or_else(others) {
                        Some(schema) => self.change(schema, item, change, depth + 1)?,
                        None => item.clone(),
                    };
                    changed.insert(key.clone(), item);
                }
                Ok(Value::Object(changed))
            }
            scalar => Ok(scalar.clone()),
        }
    }

    /// Whether an alternative may be the value's, as far as its kind and keys tell.
    fn may_hold(self, schema: &'a Value, value: &Value) -> bool {
        let schema = resolve(self.root, schema);
        if let Some(constant) = schema.get("const") {
            return constant == value;
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = |of: &Value| of == kind || (of == "integer" && kind == "number");
        let is_kind = match schema.get("type") {
            None => true,
            Some(Value::Array(kinds)) => kinds.iter().any(fits),
            Some(one) => fits(one),
        };
        let Value::Object(fields) = value else { return is_kind };
        let required = schema.get("required").and_then(Value::as_array);
        let mut required = required.into_iter().flatten().filter_map(Value::as_str);
        let tags = schema.get("properties").and_then(Value::as_object);
        let mut tags = tags.into_iter().flatten();
        is_kind
            && required.all(|key| fields.contains_key(key))
            && tags.all(|(key, schema)| match (schema.get("const"), fields.get(key)) {
                (Some(tag), Some(found)) => tag == found,
                _ => true,
            })
    }
}

/// The value with everything in it that has a form changed.
pub(crate) fn changed(
    schema: &Value,
    forms: &[DynForm],
    value: &Value,
    change: &mut Change<'_>,
) -> Result<Value, String> {
    Walk { root: schema, forms }.change(schema, value, change, 0)
}

/// Shows everything in a value that has a form.
pub(crate) fn each(
    schema: &Value,
    forms: &[DynForm],
    value: &Value,
    see: &mut dyn FnMut(&DynForm, &Value) -> Result<(), String>,
) -> Result<(), String> {
    let mut change = |form: &DynForm, value: &Value| see(form, value).map(|()| Value::Null);
    changed(schema, forms, value, &mut change).map(drop)
}

/// A value as the parts of a message: as `write` puts it, with the parts of what has a form in their
/// places. What a form makes of text alone stands as a text in the JSON around it.
pub(crate) fn pieces(
    schema: &Value,
    forms: &[DynForm],
    value: &Value,
    target: &Target,
    write: impl Fn(&Value) -> String,
) -> Result<Vec<Part>, String> {
    let walk = Walk { root: schema, forms };
    let mut found: Vec<Vec<Part>> = Vec::new();
    // Nothing inside a value can hold a hash of it.
    let mark = blake3::hash(value.to_string().as_bytes()).to_hex();
    let is_whole = walk.is_whole(schema, value);
    let mut place = |form: &DynForm, value: &Value| {
        let parts = form.render(value, target)?;
        if let ([Part::Text { text }], false) = (parts.as_slice(), is_whole) {
            return Ok(Value::from(&**text));
        }
        found.push(parts);
        Ok(Value::from(mark.as_str()))
    };
    let placed = walk.change(schema, value, &mut place, 0)?;
    if is_whole {
        return Ok(found.into_iter().flatten().collect());
    }
    let text = write(&placed);
    let mut parts = Vec::with_capacity(2 * found.len() + 1);
    let quoted = format!("\"{mark}\"");
    let mut found = found.into_iter();
    for (at, text) in text.split(quoted.as_str()).enumerate() {
        if at > 0 {
            parts.extend(found.next().into_iter().flatten());
        }
        if !text.is_empty() {
            parts.push(Part::text(text));
        }
    }
    Ok(parts)
}

impl<'a> Walk<'a> {
    /// Whether the value itself has a form, and not only something in it.
    fn is_whole(self, schema: &'a Value, value: &Value) -> bool {
        let schema = resolve(self.root, schema);
        if value.is_null() {
            return false;
        }
        if self.form(schema).is_some() {
            return true;
        }
        let unions = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array());
        let held = unions.and_then(|all| all.iter().find(|one| self.may_hold(one, value)));
        held.is_some_and(|one| self.form(resolve(self.root, one)).is_some())
    }
}
