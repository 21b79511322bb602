//! Names as Rust spells them.

/// `tool_name` as `ToolName`; a name that begins with a digit gets an `N` before it.
pub(crate) fn of_type(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            first + chars.as_str()
        })
        .collect();
    let name = if name.starts_with(char::is_alphabetic) { name } else { format!("N{name}") };
    // `Self` is the one keyword that looks like a type.
    if name == "Self" { "SelfType".to_owned() } else { name }
}

/// A name as a field or function: small letters, no keyword.
pub(crate) fn of_value(name: &str) -> String {
    let mut text = String::new();
    let mut was_small = false;
    for c in name.chars() {
        if c.is_uppercase() && was_small {
            text.push('_');
        }
        was_small = c.is_lowercase() || c.is_ascii_digit();
        let letters = c.to_lowercase().collect::<String>();
        text.push_str(if c.is_alphanumeric() { &letters } else { "_" });
    }
    let text = text.trim_matches('_').to_owned();
    match text.chars().next() {
        None => "value".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("n{text}"),
        Some(_) if dspy_grammar::is_keyword(&text) => format!("{text}_"),
        Some(_) => text,
    }
}

/// A name that is not taken yet: the name, or the name with a number after it.
pub(crate) fn free(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    (2..).map(|number| format!("{name}{number}")).find(|it| !is_taken(it)).unwrap_or(name)
}

/// A text as lines of a doc comment.
pub(crate) fn doc(text: &str, indent: &str) -> String {
    let lines = text.lines().map(|line| match line.trim_end() {
        "" => format!("{indent}///\n"),
        // A carriage return may not stand in a comment.
        line => format!("{indent}/// {}\n", line.replace('\r', " ")),
    });
    lines.collect()
}
