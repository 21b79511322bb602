//! The names that fields can have.

/// The words of Rust that cannot be names as they are.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "Self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The words that `r#` does not make names either.
const NEVER_NAMES: &[&str] = &["crate", "self", "Self", "super", "_"];

/// Whether the word is one of Rust's own, so that it needs `r#` to be a name.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// What a prompt or a file uses the name for, where no field can have it.
fn reserved(name: &str) -> Option<&'static str> {
    match name {
        "completed" => Some("closes an answer in the prompt"),
        "augmented" => Some("marks a demonstration that a program made"),
        _ => None,
    }
}

/// Checks the name of a field as a text spells it; gives it without `r#`.
pub(crate) fn check_field_name(word: &str) -> Result<&str, String> {
    let name = word.strip_prefix("r#").unwrap_or(word);
    if NEVER_NAMES.contains(&name) {
        return Err(format!("`{name}` cannot name a field in Rust: choose another name"));
    }
    if is_keyword(word) {
        return Err(format!(
            "`{word}` is a word of Rust itself: write `r#{word}`, which prompts and files call \
             `{word}`, or choose another name"
        ));
    }
    check_wire_name(name).map(|()| name)
}

/// Checks a field's name as prompts and files spell it.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check_wire_name(name: &str) -> Result<(), String> {
    let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    if name.is_empty() || name.trim() != name || !name.chars().all(is_allowed) {
        return Err(format!(
            "`{}` cannot name a field: a name stands in section headers of the prompt, so it is \
             made of letters, digits, `_`, `-`, `.` and inner spaces",
            name.escape_debug()
        ));
    }
    match reserved(name) {
        Some(reason) => {
            Err(format!("a field cannot go by `{name}`, which {reason}: choose another name"))
        }
        None => Ok(()),
    }
}

/// A name that is close to a text that is none.
pub(crate) fn close_name(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || c == '_' => name.push(c),
            _ if name.is_empty() || name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let trimmed = name.trim_end_matches('_');
    if trimmed.is_empty() {
        return None;
    }
    let begins_well = trimmed.starts_with(|c: char| c.is_alphabetic() || c == '_');
    Some(if begins_well { trimmed.to_owned() } else { format!("field_{trimmed}") })
}

#[cfg(test)]
mod tests {
    use super::{check_field_name, check_wire_name, close_name};

    #[test]
    fn a_name_must_do_in_rust_and_in_prompts() {
        assert_eq!(check_field_name("question"), Ok("question"));
        assert_eq!(check_field_name("r#type"), Ok("type"));
        for bad in ["type", "self", "r#self", "_", "completed"] {
            assert!(check_field_name(bad).is_err(), "{bad}");
        }
        assert!(check_wire_name("type").is_ok() && check_wire_name("a-b c.d").is_ok());
        for bad in ["", " a", "a\nb", "augmented", "a]"] {
            assert!(check_wire_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_close_name_is_a_name() {
        assert_eq!(close_name("my-field?").as_deref(), Some("my_field"));
        assert_eq!(close_name("2nd").as_deref(), Some("field_2nd"));
        assert_eq!(close_name("?!"), None);
    }
}
