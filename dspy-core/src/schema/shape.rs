//! A schema read as the few forms that types have, whatever way it was written.

mod merge;
mod read;

use serde_json::{Map, Value};

pub(crate) use merge::merged;

use super::describe::Choice;

/// A schema with the definitions that it needs.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) root: Shape,
    pub(super) definitions: Vec<Definition>,
    /// What could not be read, and stands as [`Kind::Any`]: where, and why.
    pub(super) faults: Vec<(String, String)>,
}

/// A type that other types name.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    /// Whether it is the document's root.
    pub(super) is_root: bool,
    pub(super) shape: Shape,
}

/// A type.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    pub(super) description: Option<String>,
    /// Bounds, lengths, patterns, formats of texts, and examples, as keywords.
    pub(super) limits: Map<String, Value>,
}

/// The form of a type.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Any,
    /// No value at all.
    Never,
    /// Nothing but null, together with `nullable`.
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    /// A closed set, without null.
    Choice(Vec<Choice>),
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    Object(Vec<Property>, Rest),
    Map(Key, Box<Shape>),
    Union(Vec<Shape>),
    /// A definition, by its place.
    Reference(usize),
}

/// A key that an object declares.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) default: Option<Value>,
}

/// The keys that an object does not declare.
#[derive(Clone, Debug)]
pub(super) enum Rest {
    /// They mean nothing.
    Closed,
    /// They hold values of this type.
    Of(Box<Shape>),
}

/// The keys of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Key {
    Text,
    Integer { negative: bool },
}

impl Document {
    /// Reads a schema; its references are resolved within `root`.
    pub(super) fn read(root: &Value, schema: &Value) -> Self {
        read::Reader::new(root).document(schema)
    }

    pub(super) fn definition(&self, index: usize) -> Option<&Definition> {
        self.definitions.get(index)
    }
}

impl Shape {
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, nullable: false, description: None, limits: Map::new() }
    }

    /// The types directly inside.
    pub(super) fn parts(&self) -> Vec<&Shape> {
        match &self.kind {
            Kind::List(item) => vec![item],
            Kind::Map(_, value) => vec![value],
            Kind::Tuple(parts) | Kind::Union(parts) => parts.iter().collect(),
            Kind::Object(properties, rest) => {
                let rest = match rest {
                    Rest::Of(rest) => Some(rest.as_ref()),
                    Rest::Closed => None,
                };
                properties.iter().map(|property| &property.shape).chain(rest).collect()
            }
            _ => Vec::new(),
        }
    }
}
