//! Lists that are written without brackets.

use super::envelope::trimmed;

/// The items of a Markdown list, if every line is an item.
pub(crate) fn bullets(text: &str) -> Option<Vec<&str>> {
    let lines = text.lines().map(trimmed).filter(|line| !line.is_empty());
    let items: Option<Vec<&str>> = lines.map(bullet).collect();
    items.filter(|items| !items.is_empty())
}

fn bullet(line: &str) -> Option<&str> {
    let marked = ["- ", "* ", "+ ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark));
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = line.len() - rest.len();
        let after = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
        (1..=3).contains(&digits).then_some(after)
    };
    marked.or_else(numbered).map(trimmed).filter(|item| !item.is_empty())
}

/// The lines of a text with several of them.
pub(crate) fn lines(text: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = text.lines().map(trimmed).filter(|line| !line.is_empty()).collect();
    (lines.len() > 1).then_some(lines)
}

/// The pieces between commas, if there are several.
pub(crate) fn pieces(text: &str) -> Option<Vec<&str>> {
    let pieces: Vec<&str> = text.split(',').map(trimmed).collect();
    (pieces.len() > 1 && pieces.iter().all(|piece| !piece.is_empty())).then_some(pieces)
}

/// Whether a text reads like a sentence, not like an item.
pub(crate) fn is_sentence(text: &str) -> bool {
    text.contains('\n') || (text.contains(' ') && text.ends_with(['.', '!', '?', ':']))
}
