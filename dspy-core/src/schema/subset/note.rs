//! What rewriting a schema changed.

use std::fmt;

/// One change, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Note {
    /// Where in the type, as in [`Unsupported::path`](super::Unsupported::path).
    pub path: String,
    /// What was changed.
    pub change: Change,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the root" } else { &self.path };
        write!(f, "{path}: {}", self.change)
    }
}

/// A kind of change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// The value stands in an object, under `value`.
    Wrapped,
    /// A field that may be left out is required; null stands for leaving it out.
    NullForAbsent,
    /// A field that may be null may only be left out.
    AbsentForNull,
    /// A list that is left out is empty.
    AbsentForEmpty,
    /// A map is a list of pairs.
    Pairs,
    /// A tuple is an object.
    TupleAsObject,
    /// A value of any type is JSON in a text.
    JsonInText,
    /// A value is written as a word.
    Word,
    /// A definition was written in place.
    Inlined,
    /// A constraint stands in words only.
    InWords {
        /// Its keyword.
        keyword: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wrapped => "stands in an object, under `value`",
            Self::NullForAbsent => "is required; null stands for leaving it out",
            Self::AbsentForNull => "may be left out, but not null",
            Self::AbsentForEmpty => "may be left out if it is empty",
            Self::Pairs => "is a list of pairs",
            Self::TupleAsObject => "is an object with one key for each item",
            Self::JsonInText => "is JSON in a text",
            Self::Word => "is written as a word",
            Self::Inlined => "is written in place of a reference",
            Self::InWords { keyword } => return write!(f, "`{keyword}` is told in words only"),
        })
    }
}
