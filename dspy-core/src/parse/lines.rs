//! Objects that are written as `key: value` lines, as YAML has them.

use super::envelope::trimmed;
use super::node::{Node, number};
use super::reader::Vocabulary;

/// An object whose lines are all `known key: value`, or `- item` below a key without a value.
///
/// A value with another line inside is refused: where it ends would be a guess.
pub(super) fn block(text: &str, known: &Vocabulary) -> Option<Node> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    let mut open = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let content = trimmed(line);
        if let Some(item) = content.strip_prefix("- ") {
            let items = entries.last_mut().map(|(_, value)| value).filter(|_| open)?;
            if let Node::Null = items {
                *items = Node::List(Vec::new());
            }
            if let Node::List(items) = items {
                items.push(scalar(item)?);
            }
            continue;
        }
        let (key, value) = content.split_once(':')?;
        let indented = line.starts_with([' ', '\t']);
        if indented || !known.contains(key) || entries.iter().any(|(other, _)| other == key) {
            return None;
        }
        open = value.trim().is_empty();
        let node = if open { Node::Null } else { scalar(value)? };
        entries.push((key.to_owned(), node));
    }
    (!entries.is_empty()).then_some(Node::Object { entries, cut: false })
}

fn scalar(text: &str) -> Option<Node> {
    let text = trimmed(text);
    // Another key on the same line would be swallowed.
    if text.contains(": ") || text.ends_with(':') {
        return None;
    }
    // Nested lines, references and block texts have a meaning of their own.
    if text.starts_with(['{', '[', '|', '>', '&', '!', '#', '\'']) || text.contains(" #") {
        return None;
    }
    if let Some(rest) = text.strip_prefix('"') {
        let inner = rest.strip_suffix('"')?;
        return (!inner.contains(['"', '\\'])).then(|| Node::Text(inner.to_owned()));
    }
    Some(match text {
        "null" | "~" => Node::Null,
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        _ if number(text).is_some() => Node::Number(text.to_owned()),
        _ => Node::Text(text.to_owned()),
    })
}
