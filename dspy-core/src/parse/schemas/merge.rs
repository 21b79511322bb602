//! Keywords beside each other as one schema, so that every part can be read where it stands.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{MAX_HOPS, MERGED, alternatives, faulty, lookup};
use crate::parse::error::ParseError;
use crate::parse::node::MAX_DEPTH;
use crate::schema::{self, ALIASES, is_annotation};

/// The most parts that are put together.
const MAX_MERGED: usize = 1000;

/// The document, rewritten only if some part of it has to be put together.
pub(super) fn plain(root: &Value) -> Result<Cow<'_, Value>, ParseError> {
    if !needs_merging(root) {
        return Ok(Cow::Borrowed(root));
    }
    let mut merger = Merger { root, names: HashMap::new(), merged: Map::new() };
    let mut document = merger.rewrite(root, 0)?;
    let mut definitions = Map::new();
    for word in ["$defs", "definitions"] {
        let written = root.get(word).and_then(Value::as_object);
        for (name, part) in written.into_iter().flatten() {
            definitions.insert(name.clone(), merger.rewrite(part, 0)?);
        }
        if let (Value::Object(document), Some(_)) = (&mut document, written) {
            document.insert(word.to_owned(), Value::Object(std::mem::take(&mut definitions)));
        }
    }
    if let Value::Object(document) = &mut document {
        document.insert(MERGED.to_owned(), Value::Object(merger.merged));
    }
    Ok(Cow::Owned(document))
}

fn needs_merging(root: &Value) -> bool {
    let mut queue = vec![root];
    while let Some(schema) = queue.pop() {
        let Value::Object(object) = schema else { continue };
        if has_siblings(object) {
            return true;
        }
        queue.extend(parts(object));
    }
    false
}

/// Whether keywords have to be read together: `allOf`, or constraints beside a reference or union.
fn has_siblings(schema: &Map<String, Value>) -> bool {
    let constrains = |except: &str| schema.keys().any(|key| key != except && !describes(key));
    schema.get("allOf").is_some_and(Value::is_array)
        || (schema.contains_key("$ref") && constrains("$ref"))
        || ["anyOf", "oneOf"]
            .into_iter()
            .any(|word| schema.get(word).is_some_and(Value::is_array) && constrains(word))
}

/// Whether a keyword says nothing about which values are valid.
fn describes(keyword: &str) -> bool {
    keyword == MERGED || is_annotation(keyword)
}

/// The schemas inside of a schema.
fn parts(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    schema.iter().flat_map(|(key, value)| {
        let (map, list, one) = match (key.as_str(), value) {
            (word, Value::Object(map)) if holds_map(word) => (Some(map), None, None),
            (word, Value::Array(list)) if holds_list(word) => (None, Some(list), None),
            (word, value) if holds_one(word) => (None, None, Some(value)),
            _ => (None, None, None),
        };
        map.into_iter().flat_map(Map::values).chain(list.into_iter().flatten()).chain(one)
    })
}

fn holds_map(word: &str) -> bool {
    matches!(word, "properties" | "patternProperties" | "$defs" | "definitions")
}

fn holds_list(word: &str) -> bool {
    matches!(word, "prefixItems" | "anyOf" | "oneOf" | "allOf")
}

fn holds_one(word: &str) -> bool {
    matches!(word, "items" | "additionalProperties")
}

struct Merger<'r> {
    root: &'r Value,
    /// Of each part that has been put together, by how it was written: recursion ends here.
    names: HashMap<String, String>,
    merged: Map<String, Value>,
}

impl Merger<'_> {
    fn rewrite(&mut self, schema: &Value, depth: usize) -> Result<Value, ParseError> {
        if depth > MAX_DEPTH {
            return Err(faulty("it is nested too deeply"));
        }
        let Value::Object(object) = schema else {
            return Ok(schema.clone());
        };
        if object.contains_key("$ref") || object.contains_key("allOf") {
            if has_siblings(object) {
                return self.named(schema, depth);
            }
        } else if has_siblings(object) {
            return self.distributed(schema, depth);
        }
        let mut copy = object.clone();
        for (key, value) in &mut copy {
            match value {
                // Those of the root are rewritten on their own, others cannot be referred to.
                Value::Object(_) if matches!(key.as_str(), "$defs" | "definitions") => {}
                Value::Object(map) if holds_map(key) => {
                    for part in map.values_mut() {
                        *part = self.rewrite(part, depth + 1)?;
                    }
                }
                Value::Array(list) if holds_list(key) => {
                    for part in list {
                        *part = self.rewrite(part, depth + 1)?;
                    }
                }
                value if holds_one(key) => *value = self.rewrite(value, depth + 1)?,
                _ => {}
            }
        }
        Ok(Value::Object(copy))
    }

    /// A part that is put together under a name of its own, and a reference to it.
    fn named(&mut self, schema: &Value, depth: usize) -> Result<Value, ParseError> {
        let written = schema.to_string();
        let name = match self.names.get(&written) {
            Some(name) => name.clone(),
            None => {
                if self.names.len() >= MAX_MERGED {
                    return Err(faulty("too many of its parts have to be merged"));
                }
                let name = self.names.len().to_string();
                self.names.insert(written, name.clone());
                let whole = self.resolve(schema)?;
                let whole = self.rewrite(&whole, depth + 1)?;
                self.merged.insert(name.clone(), whole);
                name
            }
        };
        let mut reference = Map::new();
        reference.insert("$ref".to_owned(), Value::from(format!("#/{MERGED}/{name}")));
        for word in ["description", "default", ALIASES] {
            if let Some(value) = schema.get(word) {
                reference.insert(word.to_owned(), value.clone());
            }
        }
        Ok(Value::Object(reference))
    }

    /// A union with what stands beside it merged into each alternative.
    fn distributed(&mut self, schema: &Value, depth: usize) -> Result<Value, ParseError> {
        let Some(parts) = alternatives(schema) else {
            return Ok(schema.clone());
        };
        let (mut base, mut kept) = (Map::new(), Map::new());
        for (key, value) in schema.as_object().into_iter().flatten() {
            if matches!(key.as_str(), "anyOf" | "oneOf") {
                continue;
            }
            let side = if describes(key) { &mut kept } else { &mut base };
            side.insert(key.clone(), value.clone());
        }
        let base = Value::Object(base);
        let mut alternatives = Vec::with_capacity(parts.len());
        for part in parts {
            let whole = if part.get("type").is_some_and(|kind| kind == "null") {
                part.clone()
            } else {
                merged(&base, &self.resolve(part)?)?
            };
            alternatives.push(self.rewrite(&whole, depth + 1)?);
        }
        kept.insert("anyOf".to_owned(), Value::Array(alternatives));
        Ok(Value::Object(kept))
    }

    /// What a part stands for, with references and `allOf` at its top followed.
    fn resolve(&self, schema: &Value) -> Result<Value, ParseError> {
        let mut current = schema.clone();
        for _ in 0..MAX_HOPS {
            let Value::Object(object) = &current else {
                return Ok(current);
            };
            if let Some(reference) = object.get("$ref") {
                let mut siblings = object.clone();
                siblings.shift_remove("$ref");
                current = merged(lookup(self.root, reference)?, &Value::Object(siblings))?;
            } else if let Some(Value::Array(parts)) = object.get("allOf") {
                let mut rest = object.clone();
                rest.shift_remove("allOf");
                let mut all = Value::Object(rest);
                for part in parts {
                    all = merged(&all, &self.resolve_part(part)?)?;
                }
                current = all;
            } else {
                return Ok(current);
            }
        }
        Err(faulty("a `$ref` leads back to itself"))
    }

    fn resolve_part(&self, part: &Value) -> Result<Value, ParseError> {
        match part.get("$ref") {
            Some(reference) => self.resolve(lookup(self.root, reference)?),
            None => Ok(part.clone()),
        }
    }
}

/// Both schemas at once.
fn merged(base: &Value, over: &Value) -> Result<Value, ParseError> {
    schema::merged(base, over)
        .ok_or_else(|| faulty("its unions have too many pairs of alternatives"))
}
