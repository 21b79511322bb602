//! Types in the form that a provider accepts, each with the way back.

use serde_json::{Map, Value};

/// A type, as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    pub(super) description: Option<String>,
    /// The constraints that the provider knows, as keywords.
    pub(super) limits: Map<String, Value>,
    pub(super) undo: Undo,
}

/// The form of a type.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Choice(Vec<Value>),
    List(Box<Form>),
    Tuple(Vec<Form>),
    /// Declared keys, and the type of all others where there may be any.
    Object(Vec<Entry>, Option<Box<Form>>),
    /// Alternatives, and where in the type they stand.
    Union(Vec<Form>, String),
    /// A definition, by its place.
    Reference(usize),
}

/// A declared key.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) required: bool,
    /// Null was added, and means that the key is left out.
    pub(super) null_is_absent: bool,
    /// The key was required, and is an empty list where it is left out.
    pub(super) absent_is_empty: bool,
}

/// How a value in this form gets its own form back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Undo {
    /// It has it.
    Nothing,
    /// A list of pairs becomes a map.
    Pairs,
    /// An object becomes a list.
    Tuple,
    /// A text becomes the JSON it holds.
    Json,
    /// A word becomes this value.
    Word(Value),
    /// An object becomes what it holds under [`WRAPPED`].
    Wrapper,
    /// The pairs under this key become keys.
    Others(String),
}

/// The key of a root in a wrapper.
pub(super) const WRAPPED: &str = "value";

/// The key of a tuple's item.
pub(super) fn item_key(index: usize) -> String {
    format!("item{index}")
}

/// A whole schema's types.
#[derive(Clone, Debug)]
pub(super) struct Forms {
    pub(super) root: Form,
    /// By the place of the definition; `None` for those that nothing refers to.
    pub(super) definitions: Vec<Option<Form>>,
    /// The names of the definitions.
    pub(super) names: Vec<String>,
    /// The definition that is the root itself, so that `#` refers to it.
    pub(super) root_place: Option<usize>,
}

impl Form {
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, nullable: false, description: None, limits: Map::new(), undo: Undo::Nothing }
    }

    /// Adds a paragraph to the description.
    pub(super) fn say(&mut self, words: &str) {
        match &mut self.description {
            Some(said) => {
                said.push('\n');
                said.push_str(words);
            }
            None => self.description = Some(words.to_owned()),
        }
    }

    /// The types directly inside.
    pub(super) fn parts(&self) -> Vec<&Form> {
        match &self.kind {
            Kind::List(item) => vec![item],
            Kind::Tuple(parts) | Kind::Union(parts, _) => parts.iter().collect(),
            Kind::Object(entries, rest) => {
                entries.iter().map(|entry| &entry.form).chain(rest.as_deref()).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Forms {
    /// What a reference leads to.
    pub(super) fn resolve<'f>(&'f self, form: &'f Form) -> &'f Form {
        let mut form = form;
        // A longer chain of mere references is a circle.
        for _ in 0..32 {
            let Kind::Reference(place) = form.kind else { break };
            match self.definitions.get(place) {
                Some(Some(target)) => form = target,
                _ => break,
            }
        }
        form
    }
}
