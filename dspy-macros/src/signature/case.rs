//! The rules by which serde renames all fields of a struct.

use syn::LitStr;

use crate::diagnostics::{Faults, nearest, quoted_list};

const RULES: [&str; 8] = [
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

/// A rule, as serde applies it to the Rust names of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// `lowercase` and `snake_case`: fields are written so already.
    AsItIs,
    Upper,
    Pascal,
    Camel,
    Kebab,
    UpperKebab,
}

impl Case {
    /// The rule of a name; an unknown one is a fault.
    pub(super) fn of(literal: &LitStr, faults: &mut Faults) -> Option<Self> {
        let name = literal.value();
        Some(match name.as_str() {
            "lowercase" | "snake_case" => Self::AsItIs,
            "UPPERCASE" | "SCREAMING_SNAKE_CASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::UpperKebab,
            _ => {
                let all = quoted_list(&RULES);
                let advice = match nearest(&name, &RULES) {
                    Some(meant) => format!("did you mean `{meant}`? There are {all}"),
                    None => format!("there are {all}"),
                };
                faults.at(literal, format!("`{name}` is no rule for names: {advice}"));
                return None;
            }
        })
    }

    /// The name of a field by this rule.
    pub(super) fn apply(self, field: &str) -> String {
        match self {
            Self::AsItIs => field.to_owned(),
            Self::Upper => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let name = pascal(field);
                let mut letters = name.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Self::Kebab => field.replace('_', "-"),
            Self::UpperKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// Every word with a capital, and no `_` between them.
fn pascal(field: &str) -> String {
    let words = field.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}
