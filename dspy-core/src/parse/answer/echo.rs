//! Schemas and examples that a model repeats before or after its answer.

use crate::parse::node::Node;

/// Whether an object says of every key what kind of value it has, and nothing else:
/// `{"name": "string", "age": "int", "tags": "string[]"}`.
pub(super) fn is_echo(node: &Node) -> bool {
    let Node::Object { entries, .. } = node else {
        return false;
    };
    let mut says_type = false;
    entries.iter().all(|(_, value)| is_type(value, &mut says_type)) && says_type
}

fn is_type(node: &Node, says_type: &mut bool) -> bool {
    match node {
        Node::Text(text) => {
            let named = names_type(text);
            *says_type |= named;
            named
        }
        Node::List(items) => items.iter().all(|item| is_type(item, says_type)),
        Node::Object { entries, .. } => entries.iter().all(|(_, value)| is_type(value, says_type)),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Cut(_) => false,
    }
}

/// `string`, `int | null`, `list[str]`, `<name>`, `...`
fn names_type(text: &str) -> bool {
    let text = text.trim();
    if text == "..." || text == "…" || (text.starts_with('<') && text.ends_with('>')) {
        return true;
    }
    text.split(['|', ',']).all(|part| {
        let part = part.trim().trim_end_matches("[]").trim_end_matches('?').to_lowercase();
        let part = part
            .strip_prefix("list[")
            .or_else(|| part.strip_prefix("array<"))
            .map_or(part.as_str(), |inner| inner.trim_end_matches([']', '>']));
        TYPES.contains(&part)
    })
}

const TYPES: &[&str] = &[
    "string", "str", "text", "int", "integer", "number", "float", "double", "bool", "boolean",
    "null", "none", "array", "list", "object", "dict", "any",
];
