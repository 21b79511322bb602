//! A value as it was written, before a schema gave it a type.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::error::ParseError;

/// The deepest nesting that is read.
pub(crate) const MAX_DEPTH: usize = 128;

/// A JSON value that remembers how its numbers were written and where the text broke off.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// A number as written; always a valid JSON number within the range of `serde_json`.
    Number(String),
    Text(String),
    /// A text that the end of the answer cut off.
    Cut(String),
    List(Vec<Node>),
    Object {
        entries: Vec<(String, Node)>,
        /// Whether the end of the answer cut the object off: what is missing may have been meant.
        cut: bool,
    },
}

impl Node {
    /// A value that is JSON already.
    pub(crate) fn from_value(value: Value, depth: usize) -> Result<Self, ParseError> {
        if depth > MAX_DEPTH {
            return Err(ParseError::TooDeep { limit: MAX_DEPTH });
        }
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(
                items
                    .into_iter()
                    .map(|item| Self::from_value(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (key, value) in map {
                    entries.push((key, Self::from_value(value, depth + 1)?));
                }
                Self::Object { entries, cut: false }
            }
        })
    }

    /// The value as it is, for a schema that allows anything.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(raw) => number(raw).map_or_else(|| Value::from(raw.as_str()), Value::from),
            Self::Text(text) | Self::Cut(text) => Value::from(text.as_str()),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Object { entries, .. } => {
                entries.iter().map(|(key, value)| (key.clone(), value.to_value())).collect()
            }
        }
    }

    /// About how many bytes it takes to write it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::List(items) => 2 + items.iter().map(|item| 1 + item.size()).sum::<usize>(),
            Self::Object { entries, .. } => {
                2 + entries.iter().map(|(key, value)| 4 + key.len() + value.size()).sum::<usize>()
            }
            Self::Text(text) | Self::Cut(text) => 2 + text.len(),
            Self::Number(raw) => raw.len(),
            Self::Null | Self::Bool(_) => 4,
        }
    }
}

/// A number as JSON writes it, if `serde_json` can hold it.
pub(crate) fn number(raw: &str) -> Option<Number> {
    serde_json::from_str(raw).ok()
}

/// Reads a whole text as strict JSON; `None` also for repeated keys, which plain `serde_json`
/// would drop without a word.
pub(crate) fn strict(text: &str) -> Option<Node> {
    starts_as_json(text).then(|| serde_json::from_str(text).ok())?
}

/// The same, as a value that has forgotten how its numbers were written.
pub(crate) fn strict_value(text: &str) -> Option<Value> {
    let Unrepeated(value) = starts_as_json(text).then(|| serde_json::from_str(text).ok())??;
    Some(value)
}

/// Whether a whole text is JSON.
pub(crate) fn is_json(text: &str) -> bool {
    starts_as_json(text) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn starts_as_json(text: &str) -> bool {
    text.starts_with(['{', '[', '"', '-', 't', 'f', 'n'])
        || text.starts_with(|c: char| c.is_ascii_digit())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        Ok(Node::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some((key, value)) = map.next_entry::<String, Node>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom("repeated key"));
            }
            entries.push((key, value));
        }
        Ok(Node::Object { entries, cut: false })
    }
}

/// A JSON value in which no key is repeated.
struct Unrepeated(Value);

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnrepeatedVisitor)
    }
}

struct UnrepeatedVisitor;

impl<'de> Visitor<'de> for UnrepeatedVisitor {
    type Value = Unrepeated;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Unrepeated, E> {
        Ok(Unrepeated(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Unrepeated, E> {
        Ok(Unrepeated(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Unrepeated, E> {
        Ok(Unrepeated(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Unrepeated, E> {
        Ok(Unrepeated(Value::Number(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Unrepeated, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        Ok(Unrepeated(Value::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Unrepeated, E> {
        Ok(Unrepeated(Value::String(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Unrepeated, E> {
        Ok(Unrepeated(Value::String(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unrepeated, A::Error> {
        let mut items = Vec::new();
        while let Some(Unrepeated(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Unrepeated(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unrepeated, A::Error> {
        let mut entries = serde_json::Map::new();
        while let Some((key, Unrepeated(value))) = map.next_entry::<String, Unrepeated>()? {
            if entries.insert(key, value).is_some() {
                return Err(A::Error::custom("repeated key"));
            }
        }
        Ok(Unrepeated(Value::Object(entries)))
    }
}
