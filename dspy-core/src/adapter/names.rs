//! Field names as models spell them.

use crate::signature::Field;

/// Whether two names are the same but for case and for how their words are joined.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let letters = |name: &str| -> bool { name.chars().any(char::is_alphanumeric) };
    letters(a) && spelled(a).eq(spelled(b))
}

fn spelled(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// The place of the output that a written name means: the one of this very name or alias, or else
/// the only one spelled alike.
pub(super) fn meant(outputs: &[Field], name: &str) -> Option<usize> {
    if let Some(exact) = outputs.iter().position(|field| field.answers_to(name)) {
        return Some(exact);
    }
    let is_alike = |field: &Field| {
        alike(field.name(), name) || field.aliases().iter().any(|alias| alike(alias, name))
    };
    let mut close = outputs.iter().enumerate().filter(|(_, field)| is_alike(field));
    match (close.next(), close.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}
