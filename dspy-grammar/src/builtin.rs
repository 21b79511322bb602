//! The types that go by one word, in Rust's spelling and in Python's.

use crate::likeness::nearest;
use crate::types::{List, Map, Scalar, Set};

/// What a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    Scalar(Scalar),
    Json,
    Option,
    Boxed,
    List(List),
    Set(Set),
    Map(Map),
    Tuple,
    Literal,
    Union,
    None,
}

/// The brackets that a word's types stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Rust,
    Python,
}

/// The words of Python. Those of Rust stand with the types they name.
const PYTHON: &[(&str, Builtin)] = &[
    ("str", Builtin::Scalar(Scalar::String)),
    ("int", Builtin::Scalar(Scalar::I64)),
    ("float", Builtin::Scalar(Scalar::F64)),
    ("list", Builtin::List(List::Vec)),
    ("dict", Builtin::Map(Map::BTreeMap)),
    ("tuple", Builtin::Tuple),
    ("set", Builtin::Set(Set::BTreeSet)),
    ("frozenset", Builtin::Set(Set::BTreeSet)),
    ("List", Builtin::List(List::Vec)),
    ("Dict", Builtin::Map(Map::BTreeMap)),
    ("Tuple", Builtin::Tuple),
    ("Set", Builtin::Set(Set::BTreeSet)),
    ("FrozenSet", Builtin::Set(Set::BTreeSet)),
    ("Optional", Builtin::Option),
    ("Union", Builtin::Union),
    ("Literal", Builtin::Literal),
    ("Any", Builtin::Json),
    ("None", Builtin::None),
];

const RUST: &[(&str, Builtin)] =
    &[("Option", Builtin::Option), ("Box", Builtin::Boxed), ("Value", Builtin::Json)];

/// Words for types elsewhere that are spelled too differently to be found by likeness.
const ELSEWHERE: &[(&str, &str)] = &[
    ("text", "str"),
    ("varchar", "str"),
    ("integer", "int"),
    ("long", "int"),
    ("number", "float"),
    ("double", "float"),
    ("decimal", "float"),
    ("boolean", "bool"),
    ("array", "list"),
    ("vector", "list"),
    ("sequence", "list"),
    ("Sequence", "list"),
    ("Iterable", "list"),
    ("object", "dict"),
    ("map", "dict"),
    ("Mapping", "dict"),
    ("any", "Any"),
    ("json", "Any"),
];

/// What a word means as a type, and how it is written; `None` for a type of the user's own.
pub(crate) fn builtin(word: &str) -> Option<(Builtin, Style)> {
    if let Some((_, builtin)) = PYTHON.iter().find(|(name, _)| *name == word) {
        return Some((*builtin, Style::Python));
    }
    let rust = RUST.iter().find(|(name, _)| *name == word).map(|(_, builtin)| *builtin);
    rust.or_else(|| Scalar::of_rust_name(word).map(Builtin::Scalar))
        .or_else(|| List::of_rust_name(word).map(Builtin::List))
        .or_else(|| Set::of_rust_name(word).map(Builtin::Set))
        .or_else(|| Map::of_rust_name(word).map(Builtin::Map))
        .map(|builtin| (builtin, Style::Rust))
}

/// The standard type that an unknown word most likely stands for.
pub fn meant_type(word: &str) -> Option<&'static str> {
    if let Some((_, meant)) = ELSEWHERE.iter().find(|(name, _)| *name == word) {
        return Some(meant);
    }
    let python = PYTHON.iter().map(|(name, _)| *name).filter(|name| *name != "None");
    let rust = RUST.iter().map(|(name, _)| *name);
    let known: Vec<&'static str> = python
        .chain(rust)
        .chain(Scalar::ALL.iter().map(|known| known.rust_name()))
        .chain(List::ALL.iter().map(|known| known.rust_name()))
        .chain(Set::ALL.iter().map(|known| known.rust_name()))
        .chain(Map::ALL.iter().map(|known| known.rust_name()))
        .collect();
    nearest(word, &known)
}

#[cfg(test)]
mod tests {
    use super::{Builtin, Style, builtin, meant_type};
    use crate::types::{List, Scalar};

    #[test]
    fn words_of_both_languages_are_known() {
        assert_eq!(builtin("str"), Some((Builtin::Scalar(Scalar::String), Style::Python)));
        assert_eq!(builtin("u128"), Some((Builtin::Scalar(Scalar::U128), Style::Rust)));
        assert_eq!(builtin("VecDeque"), Some((Builtin::List(List::VecDeque), Style::Rust)));
        assert_eq!(builtin("Category"), None);
    }

    #[test]
    fn misspelt_words_are_recognised() {
        for (word, meant) in [
            ("sting", "String"),
            ("string", "String"),
            ("flaot", "float"),
            ("boolen", "bool"),
            ("integer", "int"),
            ("lst", "list"),
            ("Vecc", "Vec"),
            ("Hashmap", "HashMap"),
            ("text", "str"),
        ] {
            assert_eq!(meant_type(word), Some(meant), "{word}");
        }
        assert_eq!(meant_type("Category"), None);
        assert_eq!(meant_type("Person"), None);
    }
}
