//! The limits of texts: what they match, and their format.

use dspy_grammar::{FORMATS, check_pattern};

use crate::diagnostics::{Faults, nearest, quoted_list};
use crate::keys::Entry;

/// A regular expression that the runtime can search for.
pub(super) fn pattern_of(entry: &Entry, faults: &mut Faults) -> Option<String> {
    let literal = entry.text(faults)?;
    let pattern = literal.value();
    match check_pattern(&pattern) {
        Ok(()) => Some(pattern),
        Err(error) => {
            faults.at(&literal, format!("this pattern cannot be searched for: {error}"));
            None
        }
    }
}

/// The name of a format that the runtime can check.
pub(super) fn format_of(entry: &Entry, faults: &mut Faults) -> Option<String> {
    let literal = entry.text(faults)?;
    let name = literal.value();
    if FORMATS.contains(&name.as_str()) {
        return Some(name);
    }
    let meant = match nearest(&name, &FORMATS) {
        Some(meant) => format!("did you mean `{meant}`? There are"),
        None => "there are".to_owned(),
    };
    let message = format!(
        "`{name}` is no format that can be checked: {meant} {}; for any other, describe it in the \
         field's docs, or check it by `pattern = \"…\"`",
        quoted_list(&FORMATS)
    );
    faults.at(&literal, message);
    None
}
