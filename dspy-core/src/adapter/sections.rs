//! `[[ ## name ## ]]` sections: writing, escaping and finding them.

/// The name of the section that closes an answer.
pub(super) const COMPLETED: &str = "completed";

/// The header of a section.
pub(super) fn header(name: &str) -> String {
    format!("[[ ## {name} ## ]]")
}

/// Appends a section with text that cannot be mistaken for a section itself.
pub(super) fn push(out: &mut String, name: &str, text: &str) {
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    out.push_str(&header(name));
    out.push('\n');
    push_escaped(out, text);
}

/// Appends text with a `\` before every line that reads like a section header.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let trimmed = line.trim_start();
        let is_header =
            trimmed.trim_start_matches(['\\', '*', '#', '`', '>', ' ']).starts_with("[[");
        if is_header && looks_like_header(trimmed) {
            out.push('\\');
        }
        out.push_str(line);
    }
}

fn looks_like_header(line: &str) -> bool {
    find_header(line.trim_start_matches(['\\', ' '])).is_some()
}

fn unescaped(line: &str) -> &str {
    match line.strip_prefix('\\') {
        Some(rest) if looks_like_header(rest) => rest,
        _ => line,
    }
}

/// The section name in a line that begins with a header, and the rest of the line.
///
/// Spacing inside the brackets is free, and bold or code marks around the header are looked over.
pub(super) fn find_header(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let line = line.trim_start_matches(['*', '`', '_']);
    let inside = line.strip_prefix("[[")?.trim_start().strip_prefix("##")?;
    let (name, rest) = inside.split_once("##")?;
    let name = name.trim();
    let rest = rest.trim_start().strip_prefix("]]")?;
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
    is_name.then(|| (name, rest.trim_start_matches(['*', '`', '_'])))
}

/// The sections of an answer whose names are among `names`, in the order found, and whether the
/// closing section was there. Text under unknown headers belongs to none.
pub(super) fn split<'n>(text: &str, names: &[&'n str]) -> (Vec<(&'n str, String)>, bool) {
    let mut sections: Vec<(&'n str, Vec<&str>)> = Vec::new();
    let mut open = false;
    let mut completed = false;
    // Not `lines`, which would take the `\r` from values.
    for line in text.split('\n') {
        let Some((name, rest)) = find_header(line) else {
            if let (true, Some((_, lines))) = (open, sections.last_mut()) {
                lines.push(unescaped(line));
            }
            continue;
        };
        completed |= name == COMPLETED;
        // The first of several sections of one name counts, as in DSPy.
        let known = names.iter().find(|known| **known == name);
        let seen = sections.iter().any(|(seen, _)| *seen == name);
        open = false;
        if let (Some(known), false) = (known, seen) {
            open = true;
            sections.push((known, if rest.trim().is_empty() { vec![] } else { vec![rest] }));
        }
    }
    let joined = sections
        .into_iter()
        .map(|(name, lines)| (name, lines.join("\n").trim().to_owned()))
        .collect();
    (joined, completed)
}
