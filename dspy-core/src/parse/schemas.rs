//! Reading a JSON Schema: references, nullability, closed sets, and what kind of text it wants.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::error::ParseError;
use super::reader::Vocabulary;
use crate::schema::format_of;

/// The longest chain of references that is followed.
const MAX_HOPS: usize = 32;

/// Keywords beside a `$ref` that do not change which values are valid.
const ANNOTATIONS: &[&str] = &[
    "$ref",
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    crate::schema::ALIASES,
];

/// A schema document, against which references are resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schemas<'s> {
    pub(crate) root: &'s Value,
}

/// A member of a closed set.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: Value,
    pub(crate) label: String,
    pub(crate) description: Option<String>,
}

/// The kinds of value that a schema accepts, which decide how a text is searched.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wants {
    pub(crate) text: bool,
    pub(crate) scalar: bool,
    /// A text of a known format, which is a scalar, too.
    pub(crate) formatted: bool,
    pub(crate) list: bool,
    pub(crate) object: bool,
    pub(crate) null: bool,
    pub(crate) anything: bool,
}

impl<'s> Schemas<'s> {
    /// The schema with references and `allOf` replaced by what they stand for.
    pub(crate) fn resolve<'a>(&self, schema: &'a Value) -> Result<Cow<'a, Value>, ParseError>
    where
        's: 'a,
    {
        let mut current = Cow::Borrowed(schema);
        for _ in 0..MAX_HOPS {
            let Some(object) = current.as_object() else {
                return Ok(current);
            };
            if let Some(reference) = object.get("$ref") {
                let target = self.lookup(reference)?;
                let plain = object.keys().all(|key| ANNOTATIONS.contains(&key.as_str()));
                current = if plain {
                    Cow::Borrowed(target)
                } else {
                    let mut siblings = object.clone();
                    siblings.shift_remove("$ref");
                    Cow::Owned(merged(target, &Value::Object(siblings)))
                };
            } else if let Some(Value::Array(parts)) = object.get("allOf") {
                let mut rest = object.clone();
                rest.shift_remove("allOf");
                let all = parts.iter().try_fold(Value::Object(rest), |all, part| {
                    Ok::<_, ParseError>(merged(&all, self.resolve(part)?.as_ref()))
                })?;
                current = Cow::Owned(all);
            } else {
                return Ok(current);
            }
        }
        Err(faulty("a `$ref` leads back to itself"))
    }

    fn lookup(&self, reference: &Value) -> Result<&'s Value, ParseError> {
        let text = reference.as_str().unwrap_or_default();
        text.strip_prefix('#')
            .and_then(|pointer| self.root.pointer(pointer))
            .ok_or_else(|| faulty(&format!("`$ref` {reference} points nowhere")))
    }

    /// The schema without null, if it accepts null.
    pub(crate) fn without_null(&self, schema: &Value) -> Result<Option<Value>, ParseError> {
        if let Some(Value::Array(types)) = schema.get("type") {
            if !types.iter().any(|kind| kind == "null") {
                return Ok(None);
            }
            let rest: Vec<Value> = types.iter().filter(|kind| *kind != "null").cloned().collect();
            let mut inner = schema.as_object().cloned().unwrap_or_default();
            let kind = match rest.as_slice() {
                [one] => one.clone(),
                _ => Value::Array(rest),
            };
            inner.insert("type".into(), kind);
            if let Some(Value::Array(values)) = inner.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            return Ok(Some(Value::Object(inner)));
        }
        for word in ["anyOf", "oneOf"] {
            let Some(Value::Array(parts)) = schema.get(word) else {
                continue;
            };
            let is_null = |part: &Value| part.get("type").is_some_and(|kind| kind == "null");
            let rest: Vec<Value> = parts.iter().filter(|part| !is_null(part)).cloned().collect();
            if rest.len() == parts.len() {
                continue;
            }
            if let [only] = rest.as_slice() {
                return Ok(Some(only.clone()));
            }
            let mut inner = schema.as_object().cloned().unwrap_or_default();
            inner.insert(word.into(), Value::Array(rest));
            return Ok(Some(Value::Object(inner)));
        }
        Ok(None)
    }

    /// The members, if the (resolved) schema is a closed set of scalars.
    pub(crate) fn choices(&self, schema: &Value) -> Result<Option<Vec<Choice>>, ParseError> {
        let description = schema.get("description").and_then(Value::as_str);
        if let Some(value) = schema.get("const") {
            return Ok(choice(value, description).map(|only| vec![only]));
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return Ok(values.iter().map(|value| choice(value, None)).collect());
        }
        if schema.get("properties").is_some() {
            return Ok(None);
        }
        let Some(parts) = alternatives(schema) else {
            return Ok(None);
        };
        let mut all = Vec::new();
        for part in parts {
            let part = self.resolve(part)?;
            if part.get("const").is_none() && part.get("enum").is_none() {
                return Ok(None);
            }
            match self.choices(&part)? {
                Some(choices) => all.extend(choices),
                None => return Ok(None),
            }
        }
        Ok((!all.is_empty()).then_some(all))
    }

    /// The alternatives of a union, each merged with what stands beside them.
    pub(crate) fn variants(&self, schema: &Value) -> Result<Option<Vec<Value>>, ParseError> {
        if let Some(Value::Array(types)) = schema.get("type") {
            let one = |kind: &Value| {
                let mut single = schema.as_object().cloned().unwrap_or_default();
                single.insert("type".into(), kind.clone());
                Value::Object(single)
            };
            return Ok(Some(types.iter().map(one).collect()));
        }
        let Some(parts) = alternatives(schema) else {
            return Ok(None);
        };
        let mut base = schema.as_object().cloned().unwrap_or_default();
        base.retain(|key, _| {
            !matches!(key.as_str(), "anyOf" | "oneOf") && !ANNOTATIONS.contains(&key.as_str())
        });
        let base = Value::Object(base);
        let mut variants = Vec::with_capacity(parts.len());
        for part in parts {
            variants.push(merged(&base, self.resolve(part)?.as_ref()));
        }
        Ok(Some(variants))
    }

    /// Which kinds of value the schema accepts.
    pub(crate) fn wants(&self, schema: &Value) -> Result<Wants, ParseError> {
        let mut wants = Wants::default();
        self.collect_wants(schema, &mut wants, 8)?;
        Ok(wants)
    }

    fn collect_wants(
        &self,
        schema: &Value,
        wants: &mut Wants,
        depth: usize,
    ) -> Result<(), ParseError> {
        let schema = self.resolve(schema)?;
        if let Some(inner) = self.without_null(&schema)? {
            wants.null = true;
            return self.deeper(&inner, wants, depth);
        }
        if self.choices(&schema)?.is_some() {
            wants.scalar = true;
            return Ok(());
        }
        if let Some(variants) = self.variants(&schema)? {
            return variants.iter().try_for_each(|variant| self.deeper(variant, wants, depth));
        }
        match kind_of(&schema) {
            Some("string") if format_of(&schema).is_some() => {
                wants.scalar = true;
                wants.formatted = true;
            }
            Some("string") => wants.text = true,
            Some("array") => wants.list = true,
            Some("object") => wants.object = true,
            Some("null") => wants.null = true,
            Some(_) => wants.scalar = true,
            None => wants.anything = true,
        }
        Ok(())
    }

    fn deeper(&self, schema: &Value, wants: &mut Wants, depth: usize) -> Result<(), ParseError> {
        match depth.checked_sub(1) {
            Some(depth) => self.collect_wants(schema, wants, depth),
            None => Err(faulty("its unions are nested too deeply")),
        }
    }

    /// Every key that the document declares.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        let mut known = Vocabulary::new();
        let mut queue = vec![self.root];
        while let Some(next) = queue.pop() {
            match next {
                Value::Object(map) => {
                    if let Some(Value::Object(properties)) = map.get("properties") {
                        known.extend(properties.keys().cloned());
                        let aliases = properties.values().flat_map(crate::schema::aliases);
                        known.extend(aliases.map(str::to_owned));
                    }
                    queue.extend(map.values());
                }
                Value::Array(items) => queue.extend(items),
                _ => {}
            }
        }
        known
    }
}

/// The one type of a schema, given or to be seen from its keywords.
pub(crate) fn kind_of(schema: &Value) -> Option<&str> {
    let has = |key: &str| schema.get(key).is_some();
    match schema.get("type") {
        Some(Value::String(kind)) => Some(kind),
        _ if has("properties") || has("required") || has("additionalProperties") => Some("object"),
        _ if has("patternProperties") => Some("object"),
        _ if has("items") || has("prefixItems") => Some("array"),
        _ => None,
    }
}

/// The properties that an object schema declares.
pub(crate) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

/// Whether the object schema requires the key.
pub(crate) fn requires(schema: &Value, key: &str) -> bool {
    required(schema).any(|required| required == key)
}

/// The keys that an object schema requires.
pub(crate) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let list = schema.get("required").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

pub(crate) fn faulty(message: &str) -> ParseError {
    ParseError::Schema { message: message.to_owned() }
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"].into_iter().find_map(|word| schema.get(word).and_then(Value::as_array))
}

fn choice(value: &Value, description: Option<&str>) -> Option<Choice> {
    let label = match value {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => return None,
        other => other.to_string(),
    };
    Some(Choice { value: value.clone(), label, description: description.map(str::to_owned) })
}

/// Both schemas at once: properties and required keys of both, otherwise `over` decides.
fn merged(base: &Value, over: &Value) -> Value {
    let (Some(base), Some(over)) = (base.as_object(), over.as_object()) else {
        return if over == &Value::Bool(true) { base.clone() } else { over.clone() };
    };
    let mut all = base.clone();
    for (key, value) in over {
        match (key.as_str(), all.get_mut(key)) {
            ("properties" | "patternProperties", Some(Value::Object(mine))) => {
                mine.extend(value.as_object().cloned().unwrap_or_default());
            }
            ("required", Some(Value::Array(mine))) => {
                let new = value.as_array().into_iter().flatten();
                let new: Vec<Value> = new.filter(|key| !mine.contains(key)).cloned().collect();
                mine.extend(new);
            }
            _ => {
                all.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(all)
}
