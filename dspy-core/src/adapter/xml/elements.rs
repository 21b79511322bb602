//! Elements within elements, read as JSON values.

use serde_json::{Map, Value};

use super::nested::{ENTRY, ITEM};
use super::structure::{Structure, kind, structure, without_null};
use super::tags::{Kind, Start, Tag, at as start_at, decoded, value as text_of};
use crate::adapter::names::alike;
use crate::adapter::render::render_value;
use crate::schema;
use crate::signature::Field;

/// Elements within elements that are read.
const DEPTH: usize = 32;

/// The value of an output's element as JSON; `None` where it is no element of elements, and stands
/// as text.
pub(super) fn value(field: &Field, content: &str) -> Option<Value> {
    let root = field.schema();
    let (structure, _) = structure(root, root);
    if !opens(content) {
        let is_empty = content.trim().is_empty();
        return match structure {
            Structure::List(_) if is_empty => Some(Value::Array(Vec::new())),
            Structure::Map(_) if is_empty => Some(Value::Object(Map::new())),
            Structure::Object(..) if is_empty && field.is_nullable() => Some(Value::Null),
            _ => None,
        };
    }
    if matches!(structure, Structure::Leaf) {
        return None;
    }
    Reader { root }.inner(root, content, DEPTH)
}

/// Several elements of one output as a list, an item each; `None` where one of them is a list by
/// itself, or the output is none.
pub(super) fn items(field: &Field, contents: &[&str]) -> Option<Value> {
    let root = field.schema();
    let (Structure::List(item), _) = structure(root, root) else { return None };
    let holds_list = |content: &&str| {
        let bare = content.trim_start();
        let of_items = || children(bare)?.first().map(|first| alike(first.name, ITEM));
        bare.is_empty() || bare.starts_with(['[', '`']) || (opens(bare) && of_items() == Some(true))
    };
    if contents.iter().any(holds_list) {
        return None;
    }
    let reader = Reader { root };
    let read = contents.iter().map(|content| reader.content(item, content, false, DEPTH));
    Some(Value::Array(read.collect()))
}

/// Whether a content begins with a tag.
fn opens(content: &str) -> bool {
    let bare = content.trim_start();
    bare.starts_with('<') && !bare.starts_with("<![CDATA[")
}

struct Reader<'a> {
    root: &'a Value,
}

impl Reader<'_> {
    fn element(&self, schema: &Value, element: &Element<'_>, depth: usize) -> Value {
        self.content(schema, element.content, element.is_empty, depth)
    }

    fn content(&self, schema: &Value, content: &str, is_empty: bool, depth: usize) -> Value {
        let (structure, nullable) = structure(self.root, schema);
        if is_empty && nullable {
            return Value::Null;
        }
        if opens(content)
            && !matches!(structure, Structure::Leaf)
            && let Some(depth) = depth.checked_sub(1)
            && let Some(value) = self.inner(schema, content, depth)
        {
            return value;
        }
        let blank = content.trim().is_empty();
        match structure {
            Structure::List(_) if blank => Value::Array(Vec::new()),
            Structure::Map(_) | Structure::Object(..) if blank && nullable => Value::Null,
            Structure::Map(_) | Structure::Object(..) if blank => Value::Object(Map::new()),
            Structure::Leaf => leaf(self.root, schema, content),
            _ => {
                let text = text_of(content);
                scalar(&text)
                    .or_else(|| serde_json::from_str(&text).ok())
                    .unwrap_or_else(|| Value::from(&*text))
            }
        }
    }

    /// A content of elements; `None` where it is none.
    fn inner(&self, schema: &Value, content: &str, depth: usize) -> Option<Value> {
        let children = children(content)?;
        let any = &Value::Bool(true);
        Some(match structure(self.root, schema).0 {
            Structure::List(item) => {
                // Whatever the items are called, all have one name.
                let first = children.first()?;
                if !children.iter().all(|child| alike(child.name, first.name)) {
                    return None;
                }
                Value::Array(children.iter().map(|it| self.element(item, it, depth)).collect())
            }
            Structure::Object(properties, rest) => self.fields(&children, depth, |name| {
                let exact = properties.get_key_value(name);
                let known = exact.or_else(|| {
                    let called = |property: &Value| schema::aliases(property).any(|it| it == name);
                    let mut close = properties
                        .iter()
                        .filter(|(own, property)| alike(own, name) || called(property));
                    close.next().filter(|_| close.next().is_none())
                });
                match known {
                    Some((own, property)) => (own.clone(), property),
                    None => (name.to_owned(), rest.unwrap_or(any)),
                }
            }),
            Structure::Map(inner) => self.fields(&children, depth, |name| (name.to_owned(), inner)),
            Structure::Leaf => return None,
            Structure::Other if children.iter().all(|child| child.name == ITEM) => {
                Value::Array(children.iter().map(|it| self.element(any, it, depth)).collect())
            }
            Structure::Other => self.fields(&children, depth, |name| (name.to_owned(), any)),
        })
    }

    /// An object. Of one name, several elements are the items of a list.
    fn fields<'s>(
        &self,
        children: &[Element<'_>],
        depth: usize,
        known: impl Fn(&str) -> (String, &'s Value),
    ) -> Value {
        let mut fields: Map<String, Value> = Map::new();
        let mut lists: Vec<String> = Vec::new();
        for child in children {
            let name = match child.key() {
                Some(key) => key,
                None => child.name.to_owned(),
            };
            let (name, schema) = known(&name);
            let item = match structure(self.root, schema).0 {
                Structure::List(item) => item,
                _ => schema,
            };
            match fields.get_mut(&name) {
                None => drop(fields.insert(name, self.element(schema, child, depth))),
                Some(Value::Array(items)) if lists.contains(&name) => {
                    items.push(self.element(item, child, depth));
                }
                Some(first) => {
                    // The first of them was read before it was known for an item.
                    let earlier = match std::mem::take(first) {
                        Value::String(text) => leaf(self.root, item, &text),
                        Value::Array(mut items) if items.len() == 1 => {
                            items.pop().unwrap_or_default()
                        }
                        other => other,
                    };
                    *first = Value::Array(vec![earlier, self.element(item, child, depth)]);
                    lists.push(name);
                }
            }
        }
        Value::Object(fields)
    }
}

/// The text of an element without elements, as a value of its type as far as that is plain.
pub(super) fn leaf(root: &Value, schema: &Value, content: &str) -> Value {
    let (schema, nullable) = without_null(root, schema);
    if nullable && matches!(content.trim(), "None" | "null") {
        return Value::Null;
    }
    if kind(schema) == Some("string") && schema.get("enum").is_none() {
        return Value::from(&*decoded(own_lines(content)));
    }
    let text = text_of(content);
    if let Some(choices) = schema::choices(root, schema) {
        let written = choices.into_iter().find(|choice| render_value(&choice.value) == text);
        return written.map_or_else(|| Value::from(&*text), |choice| choice.value);
    }
    match (scalar(&text), kind(schema)) {
        (Some(value @ Value::Bool(_)), Some("boolean")) => value,
        (Some(value @ Value::Number(_)), Some("integer" | "number")) => value,
        _ => Value::from(&*text),
    }
}

/// A content without the white space around it where it stands on lines of its own.
fn own_lines(content: &str) -> &str {
    let is_margin = |c: char| matches!(c, ' ' | '\t' | '\r');
    let begins = content.trim_start_matches(is_margin).starts_with('\n');
    let ends = content.trim_end_matches(is_margin).ends_with('\n');
    if begins && ends { content.trim() } else { content }
}

/// A number or a word, as Python and JSON spell it.
fn scalar(text: &str) -> Option<Value> {
    match text {
        "True" => Some(Value::Bool(true)),
        "False" => Some(Value::Bool(false)),
        "None" => Some(Value::Null),
        _ => serde_json::from_str(text)
            .ok()
            .filter(|value: &Value| value.is_number() || value.is_boolean() || value.is_null()),
    }
}

/// An element within another.
#[derive(Debug)]
struct Element<'t> {
    name: &'t str,
    /// The whole tag that opens it.
    tag: &'t str,
    content: &'t str,
    /// Whether it opens and closes in one tag.
    is_empty: bool,
}

impl Element<'_> {
    /// The key that stands in an attribute, as it is no name for an element.
    fn key(&self) -> Option<String> {
        let (_, rest) = self.tag.split_once("key").filter(|_| alike(self.name, ENTRY))?;
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (key, _) = rest.get(1..)?.split_once(quote)?;
        Some(decoded(key).into_owned())
    }
}

/// The elements directly inside of a content; `None` where one has no end.
fn children(content: &str) -> Option<Vec<Element<'_>>> {
    let mut children = Vec::new();
    let mut from = 0;
    while let Some(tag) = next(content, from) {
        let (start, end, after) = match tag.kind {
            // What was never opened.
            Kind::Close => return None,
            Kind::Empty => (tag.end, tag.end, tag.end),
            Kind::Open => {
                let close = end_of(content, &tag)?;
                (tag.end, close.start, close.end)
            }
        };
        children.push(Element {
            name: tag.name,
            tag: content.get(tag.start..tag.end)?,
            content: content.get(start..end)?,
            is_empty: tag.kind == Kind::Empty,
        });
        from = after;
    }
    (!children.is_empty()).then_some(children)
}

/// The next tag, whatever its name; comments hold none.
fn next(text: &str, from: usize) -> Option<Tag<'_>> {
    let mut at = from;
    loop {
        at += text.get(at..)?.find('<')?;
        if text.get(at..)?.starts_with("<!--") {
            at += text.get(at..)?.find("-->")?;
            continue;
        }
        match start_at(text, at, |_| true) {
            Start::Tag(tag) => return Some(tag),
            Start::Short | Start::Other => at += 1,
        }
    }
}

/// The end tag of an element, which may hold others of its name.
fn end_of<'t>(text: &'t str, open: &Tag<'t>) -> Option<Tag<'t>> {
    let mut depth = 1_usize;
    let mut at = open.end;
    loop {
        at += text.get(at..)?.find('<')?;
        match start_at(text, at, |name| name == open.name) {
            Start::Tag(tag) => {
                match tag.kind {
                    Kind::Open => depth += 1,
                    Kind::Close => depth -= 1,
                    Kind::Empty => {}
                }
                if depth == 0 {
                    return Some(tag);
                }
                at = tag.end;
            }
            Start::Short | Start::Other => at += 1,
        }
    }
}
