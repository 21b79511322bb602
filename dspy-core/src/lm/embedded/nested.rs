//! Elements within elements: the layout of a type, and values.

use serde_json::{Map, Value};

use super::bounds::Bounds;
use super::field::{Field, Shape};
use super::form::unentities;
use super::kind;

/// Elements within elements that are read.
const DEPTH: usize = 16;

/// An element within another.
struct Element<'t> {
    name: &'t str,
    /// The key of one whose key is no name.
    key: Option<&'t str>,
    content: &'t str,
}

/// The field of a layout such as `<item>text</item>`.
pub(super) fn field(layout: &str) -> Field {
    read_field(layout, DEPTH)
}

fn read_field(layout: &str, depth: usize) -> Field {
    let (said, rest) = comment(layout);
    let elements = if depth == 0 { Vec::new() } else { elements(rest) };
    let inner = |element: &Element<'_>| {
        let mut field = read_field(element.content, depth - 1);
        element.key.unwrap_or(element.name).clone_into(&mut field.name);
        field
    };
    let mut field = match elements.as_slice() {
        [] => leaf(rest),
        [item] if item.name == "item" => Field::shaped(Shape::List(Box::new(inner(item)))),
        [entry] if entry.key == Some("text") => Field::shaped(Shape::Map(Box::new(inner(entry)))),
        all => Field::shaped(Shape::Object(all.iter().map(inner).collect())),
    };
    let (marks, said): (Vec<&str>, Vec<&str>) =
        said.split("; ").partition(|said| said.trim() == "may be empty");
    field.nullable |= !marks.is_empty();
    if let Shape::Choice(choices) = &mut field.shape {
        for choice in choices {
            let of_it = |said: &&str| {
                Some(said.trim().strip_prefix(&choice.name)?.strip_prefix(": ")?.to_owned())
            };
            choice.description = said.iter().find_map(of_it).unwrap_or_default();
        }
    } else {
        field.description = said.join("; ").trim().to_owned();
        field.bounds = Bounds::read(&field.description);
        if matches!(field.shape, Shape::Text | Shape::List(_)) {
            field.bounds.limit_length();
        }
    }
    field
}

/// The field of a type's words, a comment after them left out.
fn leaf(layout: &str) -> Field {
    let words = layout.split("<!--").next().unwrap_or_default().trim();
    match words.strip_suffix(", as above") {
        Some(words) => {
            let nullable = words.starts_with("optional ");
            Field { nullable, ..Field::shaped(Shape::Nothing) }
        }
        None => kind::field(&unentities(words)),
    }
}

/// What the comment at the start of an element or behind its words says, and the text without it.
fn comment(layout: &str) -> (&str, &str) {
    let said = layout.split_once("<!--").and_then(|(before, rest)| {
        let (said, after) = rest.split_once("-->")?;
        let rest = if before.trim().is_empty() { after } else { before };
        (!before.contains('<')).then_some((said, rest))
    });
    said.unwrap_or(("", layout))
}

fn part(content: &str, field: &Field) -> Value {
    if content.is_empty() && field.nullable { Value::Null } else { value(content, field) }
}

/// The value of a field's element.
pub(super) fn value(content: &str, field: &Field) -> Value {
    let elements = elements(content);
    match &field.shape {
        Shape::List(item) => elements.iter().map(|it| part(it.content, item)).collect(),
        Shape::Map(inner) => Value::Object(
            elements
                .iter()
                .map(|it| (unentities(it.key.unwrap_or(it.name)), part(it.content, inner)))
                .collect(),
        ),
        Shape::Object(properties) => {
            let mut object = Map::new();
            for element in &elements {
                let name = element.key.unwrap_or(element.name);
                if let Some(property) = properties.iter().find(|property| property.name == name) {
                    object.insert(name.to_owned(), part(element.content, property));
                }
            }
            Value::Object(object)
        }
        Shape::Text => Value::from(unentities(content)),
        _ => match content {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            text => serde_json::from_str(text).unwrap_or_else(|_| Value::from(unentities(text))),
        },
    }
}

/// The elements directly inside of a text, up to the first that does not end.
fn elements(text: &str) -> Vec<Element<'_>> {
    let mut elements = Vec::new();
    let mut rest = text;
    while let Some((element, after)) = next(rest) {
        elements.push(element);
        rest = after;
    }
    elements
}

fn next(text: &str) -> Option<(Element<'_>, &str)> {
    let (_, from) = text.split_once('<')?;
    let (tag, after) = from.split_once('>')?;
    let name = tag.split([' ', '/']).next().filter(|name| !name.is_empty())?;
    let key = tag.split_once(" key=").and_then(|(_, rest)| {
        let rest = rest.trim_end_matches('/').trim_end();
        rest.get(1..rest.len().checked_sub(1)?)
    });
    if tag.ends_with('/') {
        return Some((Element { name, key, content: "" }, after));
    }
    let close = format!("</{name}>");
    let mut depth = 1_usize;
    let mut at = 0;
    loop {
        let rest = after.get(at..)?;
        let found = rest.find('<')?;
        let tag = rest.get(found..)?;
        if tag.starts_with(&close) {
            depth -= 1;
            if depth == 0 {
                let content = after.get(..at + found)?;
                return Some((Element { name, key, content }, tag.get(close.len()..)?));
            }
        } else if let Some(opened) = tag.get(1..).and_then(|tag| tag.strip_prefix(name)) {
            let attributes = opened.split('>').next().unwrap_or_default();
            let same = opened.starts_with(['>', ' ']);
            depth += usize::from(same && !attributes.ends_with('/'));
        }
        at += found + 1;
    }
}
