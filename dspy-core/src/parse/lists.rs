//! Lists that are written without brackets.

use super::envelope::trimmed;
use super::node::Node;

/// The items of a Markdown list, if every line is an item; a line that announces it may lead.
pub(crate) fn bullets(text: &str) -> Option<Vec<&str>> {
    let mut lines = text.lines().filter(|line| !trimmed(line).is_empty()).peekable();
    let announced = lines.peek().is_some_and(|first| {
        trimmed(first).trim_end_matches('*').ends_with(':') && bullet(first).is_none()
    });
    if announced {
        lines.next();
    }
    // An item below another one is not an item of the same list.
    let indent = lines.peek().map(|line| indentation(line))?;
    let items: Option<Vec<&str>> =
        lines.map(|line| bullet(line).filter(|_| indentation(line) == indent)).collect();
    items.filter(|items| !items.is_empty())
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The text of a line that is an item.
pub(crate) fn bullet(line: &str) -> Option<&str> {
    let line = trimmed(line);
    let marked = ["- ", "* ", "+ ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark));
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = line.len() - rest.len();
        let after = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
        (1..=3).contains(&digits).then_some(after)
    };
    marked.or_else(numbered).map(trimmed).filter(|item| !item.is_empty())
}

/// An item without the quotes around it.
pub(crate) fn unquoted(item: &str) -> String {
    let quoted = item.starts_with('"') && item.ends_with('"');
    let inner = if quoted { serde_json::from_str(item).ok() } else { None };
    inner.unwrap_or_else(|| item.to_owned())
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

/// Whether a text may name several things.
pub(crate) fn may_be_several(text: &str) -> bool {
    text.contains([',', ';', '|', '\n'])
        || [" and ", " or ", " & "].iter().any(|joint| text.contains(joint))
}

/// Whether a text reads like a sentence, not like an item.
pub(crate) fn is_sentence(text: &str) -> bool {
    text.contains('\n') || (text.contains(' ') && text.ends_with(['.', '!', '?', ':']))
}

/// The rows of the only Markdown table of a text as objects. All rows have as many cells as the
/// head, and all heads are known.
pub(crate) fn table(text: &str, known: impl Fn(&str) -> bool) -> Option<Vec<Node>> {
    let is_row = |line: &&str| trimmed(line).starts_with('|');
    let mut lines = text.lines().skip_while(|line| !is_row(line));
    let rows: Vec<&str> = lines.by_ref().take_while(is_row).map(trimmed).collect();
    let [head, rule, rows @ ..] = rows.as_slice() else {
        return None;
    };
    let is_rule = rule.contains('-') && rule.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    if !is_rule || rows.is_empty() || lines.any(|line| is_row(&line)) {
        return None;
    }
    let heads: Vec<String> = cells(head)?.iter().map(|head| undecorated(head)).collect();
    let mut seen = std::collections::HashSet::new();
    if !heads.iter().all(|head| known(head) && seen.insert(head)) {
        return None;
    }
    let mut objects = Vec::with_capacity(rows.len());
    for row in rows {
        let cells = cells(row)?;
        if cells.len() != heads.len() {
            return None;
        }
        let texts = cells.into_iter().map(|cell| Node::Text(cell.to_owned()));
        let entries = heads.iter().cloned().zip(texts).collect();
        objects.push(Node::Object { entries, cut: false });
    }
    Some(objects)
}

/// The cells of a row; none if a bar inside of a cell may have been meant as text.
fn cells(row: &str) -> Option<Vec<&str>> {
    let inner = row.strip_prefix('|')?.strip_suffix('|')?;
    (!inner.contains("\\|")).then(|| inner.split('|').map(trimmed).collect())
}

/// A name without the marks of Markdown around it.
pub(crate) fn undecorated(name: &str) -> String {
    trimmed(name).trim_matches(['*', '`', '_']).trim().to_owned()
}
