//! Names that code can use.

/// What Python keeps for itself.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Why a name cannot be one in code, if it cannot.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    if KEYWORDS.contains(&name) {
        return Some("it is a keyword");
    }
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let goes_on = letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!starts || !goes_on).then_some("it must be letters, digits and `_`, and begin with no digit")
}

/// The name in code of a field, whatever the field's name: `e-mail` is `e_mail`, `class` is `class_`.
pub(crate) fn identifier(name: &str) -> String {
    let mut made: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !made.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        made.insert(0, '_');
    }
    if KEYWORDS.contains(&made.as_str()) {
        made.push('_');
    }
    made
}
