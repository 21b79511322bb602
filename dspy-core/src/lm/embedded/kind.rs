//! Words for types, read as [`Field`]s: `list of text`, `optional integer`, and Python's spellings.

use serde_json::Value;

use super::field::{Choice, Field, Shape};

/// Types within types that are read.
const DEPTH: usize = 8;

/// The field of a type's words; an unknown word is taken for text.
pub(super) fn field(words: &str) -> Field {
    read(words, DEPTH)
}

/// The options of a text such as `one of: A; B`.
pub(super) fn options(text: &str) -> Option<Vec<Choice>> {
    let (_, rest) = text.split_once("one of")?;
    let (_, list) = rest.split_once(": ")?;
    let mut rest = list.lines().next()?.trim_start();
    let mut options = Vec::new();
    while !rest.is_empty() {
        // A name that could be taken for several stands in quotation marks.
        let mut quoted = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let name = match quoted.next() {
            Some(Ok(name)) if rest.starts_with('"') => {
                let after = rest.get(quoted.byte_offset()..).unwrap_or_default();
                rest = after.strip_prefix(';').unwrap_or(after).trim_start();
                name
            }
            _ => {
                let (name, after) = rest.split_once("; ").unwrap_or((rest, ""));
                rest = after.trim_start();
                name.trim().to_owned()
            }
        };
        if !name.is_empty() {
            options.push(Choice::new(name.into(), ""));
        }
    }
    Some(options)
}

/// The options of a type such as `one of: "A"; "B"` or `"A" | "B"`; `None` for anything else.
pub(super) fn quoted_options(kind: &str) -> Option<Vec<Choice>> {
    let mut rest = kind.trim();
    rest = rest.strip_prefix("one of").map_or(rest, |rest| rest.trim_start_matches(':')).trim();
    let mut values = Vec::new();
    while !rest.is_empty() {
        if !rest.starts_with('"') {
            return None;
        }
        let mut read = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        values.push(Choice::new(read.next()?.ok()?, ""));
        rest = rest.get(read.byte_offset()..)?.trim_start();
        let or = rest.strip_prefix("or ").map(str::trim_start);
        rest = or.unwrap_or_else(|| rest.trim_start_matches([';', '|', ',', ' ']));
    }
    (!values.is_empty()).then_some(values)
}

fn read(words: &str, depth: usize) -> Field {
    let words = words.trim();
    let Some(depth) = depth.checked_sub(1) else {
        return Field::shaped(Shape::Text);
    };
    if let Some(inner) = words.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && split(inner, ")(").len() == 1
    {
        return read(inner, depth);
    }
    let inside = |prefix: &str| {
        let start = words.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix))?;
        words.get(start.len()..)
    };
    let python = |prefix: &str| inside(prefix).and_then(|rest| rest.strip_suffix(']'));
    let before = |suffix: &str| words.strip_suffix(suffix);
    let optional = before("| None").or_else(|| before("| null"));
    if let Some(inner) = optional.or_else(|| python("optional[")) {
        return Field { nullable: true, ..read(inner, depth) };
    }
    let list = |item: &str| Field::shaped(Shape::List(Box::new(read(item, depth))));
    let map = |value: &str| Field::shaped(Shape::Map(Box::new(read(value, depth))));
    if let Some(item) = python("list[") {
        return list(item);
    }
    if let Some(inner) = python("dict[") {
        return map(inner.split_once(',').map_or("str", |(_, value)| value));
    }
    if let Some(choices) = quoted_options(words) {
        return Field::shaped(Shape::Choice(choices));
    }
    if inside("one of: ").is_some() {
        return Field::shaped(Shape::Choice(options(words).unwrap_or_default()));
    }
    let alternatives = split(words, " or ");
    if alternatives.len() > 1 {
        let fields = alternatives.into_iter().map(|words| read(words, depth)).collect();
        return Field::shaped(Shape::OneOf(fields));
    }
    if let Some(inner) = inside("optional ") {
        return Field { nullable: true, ..read(inner, depth) };
    }
    if let Some(item) = inside("list of ") {
        return list(item);
    }
    if let Some((_, value)) = inside("map from ").and_then(|inner| inner.split_once(" to ")) {
        return map(value);
    }
    if let Some(items) = inside("tuple of (").and_then(|rest| rest.strip_suffix(')')) {
        let items = split(items, ", ").into_iter().map(|item| read(item, depth)).collect();
        return Field::shaped(Shape::Tuple(items));
    }
    Field::shaped(match words {
        "integer" | "int" => Shape::Whole,
        "number" | "float" => Shape::Number,
        "boolean" | "bool" => Shape::truth(),
        _ => Shape::Text,
    })
}

/// The parts of a text between separators that stand in no parentheses.
fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        if depth == 0 && at >= start && rest.starts_with(separator) {
            parts.extend(text.get(start..at));
            start = at + separator.len();
        }
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}
