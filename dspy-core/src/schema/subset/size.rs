//! The sizes that providers accept.

use serde_json::Value;

use super::{Dialect, Unsupported};

/// What a schema is made of, counted.
#[derive(Debug, Default)]
struct Size {
    properties: usize,
    optional: usize,
    unions: usize,
    members: usize,
    /// Characters of names and members.
    characters: usize,
    /// Objects within objects, references not followed.
    depth: usize,
    /// The characters of the members of a very long closed set.
    longest_set: usize,
}

/// Members of a closed set above which OpenAI counts their characters.
const LONG_SET: usize = 250;

/// What is counted, how, and how many there may be.
type Limit = (&'static str, fn(&Size) -> usize, usize);

/// # Errors
/// What is too large.
pub(super) fn check(schema: &Value, dialect: Dialect) -> Result<(), Unsupported> {
    let limits: &[Limit] = match dialect {
        Dialect::OpenAiStrict => &[
            ("fields", |size| size.properties, 5000),
            ("levels of objects", |size| size.depth, 10),
            ("characters of names and allowed values", |size| size.characters, 120_000),
            ("allowed values", |size| size.members, 1000),
            ("characters in one set of allowed values", |size| size.longest_set, 15_000),
        ],
        Dialect::Anthropic => &[
            ("fields that may be left out", |size| size.optional, 24),
            ("fields of several types", |size| size.unions, 16),
        ],
        _ => return Ok(()),
    };
    let mut size = Size::default();
    size.add(schema, 0);
    for (what, count, most) in limits {
        let count = count(&size);
        if count > *most {
            let reason = format!("it has {count} {what}, and no more than {most} are allowed");
            return Err(Unsupported { dialect, path: String::new(), reason });
        }
    }
    Ok(())
}

impl Size {
    fn add(&mut self, schema: &Value, depth: usize) {
        let mut depth = depth;
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            depth += 1;
            self.depth = self.depth.max(depth);
            self.properties += properties.len();
            let required = schema.get("required").and_then(Value::as_array).map_or(0, Vec::len);
            self.optional += properties.len().saturating_sub(required);
            for (name, property) in properties {
                self.characters += name.chars().count();
                self.add(property, depth);
            }
        }
        if let Some(definitions) = schema.get("$defs").and_then(Value::as_object) {
            for (name, definition) in definitions {
                self.characters += name.chars().count();
                self.add(definition, 0);
            }
        }
        let is_union =
            schema.get("anyOf").is_some() || schema.get("type").is_some_and(Value::is_array);
        self.unions += usize::from(is_union);
        if let Some(members) = schema.get("enum").and_then(Value::as_array) {
            let written = |member: &Value| match member {
                Value::String(text) => text.chars().count(),
                other => other.to_string().len(),
            };
            let characters: usize = members.iter().map(written).sum();
            self.members += members.len();
            self.characters += characters;
            if members.len() > LONG_SET {
                self.longest_set = self.longest_set.max(characters);
            }
        }
        let parts = ["anyOf", "prefixItems"].iter().filter_map(|key| schema.get(*key)?.as_array());
        let inner = ["items", "additionalProperties"].iter().filter_map(|key| schema.get(*key));
        for part in parts.flatten().chain(inner) {
            self.add(part, depth);
        }
    }
}
