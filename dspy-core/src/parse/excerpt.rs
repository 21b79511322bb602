//! Short, one-line renderings of what was found, for repairs and errors.

use serde_json::Value;

use super::node::Node;

/// The most characters that an excerpt shows.
const SHOWN: usize = 80;

/// What can be shown in short.
pub(crate) trait Excerpt {
    /// It on one line, cut when it is long.
    fn excerpt(&self) -> String;
}

impl Excerpt for str {
    fn excerpt(&self) -> String {
        excerpt(self)
    }
}

impl Excerpt for String {
    fn excerpt(&self) -> String {
        excerpt(self)
    }
}

impl Excerpt for Node {
    fn excerpt(&self) -> String {
        excerpt_node(self)
    }
}

/// A key and its value.
impl Excerpt for (&str, &Node) {
    fn excerpt(&self) -> String {
        excerpt(&format!("{}: {}", excerpt(self.0), excerpt_node(self.1)))
    }
}

impl Excerpt for Value {
    fn excerpt(&self) -> String {
        excerpt(&self.to_string())
    }
}

/// `text` on one line, cut in the middle when it is long.
pub(crate) fn excerpt(text: &str) -> String {
    if text.len() < SHOWN && !text.contains(char::is_control) {
        return text.to_owned();
    }
    let one_line = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().nth(SHOWN).is_none() {
        return text.chars().map(one_line).collect();
    }
    let head: String = text.chars().take(SHOWN - 20).map(one_line).collect();
    let tail: Vec<char> = text.chars().rev().take(18).map(one_line).collect();
    head + " … " + &tail.into_iter().rev().collect::<String>()
}

/// A node as compact JSON, cut as soon as it is long enough to be recognised.
pub(crate) fn excerpt_node(node: &Node) -> String {
    let mut out = String::new();
    match node {
        Node::Text(text) | Node::Cut(text) => out.extend(text.chars().take(2 * SHOWN)),
        node => write_node(node, &mut out),
    }
    excerpt(&out)
}

fn write_node(node: &Node, out: &mut String) {
    if out.len() > 2 * SHOWN {
        return;
    }
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(raw) => out.push_str(raw),
        Node::Text(text) | Node::Cut(text) => {
            out.push('"');
            out.extend(text.chars().take(2 * SHOWN));
            out.push('"');
        }
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate().take(SHOWN) {
                out.push_str(if index == 0 { "" } else { ", " });
                write_node(item, out);
            }
            out.push(']');
        }
        Node::Object { entries, .. } => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate().take(SHOWN) {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push('"');
                out.extend(key.chars().take(SHOWN));
                out.push_str("\": ");
                write_node(value, out);
            }
            out.push('}');
        }
    }
}
