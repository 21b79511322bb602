//! Text targets.

use serde_json::Value;

use super::object::is_schema;
use super::{Fault, Fitter, formats};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::words::undressed;
use crate::schema::{Format, format_of};

impl Fitter<'_> {
    pub(super) fn fit_text(&mut self, node: &Node, schema: &Value) -> Result<Value, Fault> {
        let format = format_of(schema);
        let text = match (node, format) {
            // Half a date may be another one.
            (Node::Cut(_), Some(format)) => {
                return Err(self.mismatch(&formats::expected(format, "it is cut off"), node));
            }
            _ => self.text(node)?,
        };
        let text = match format {
            Some(format) => self.formatted(text, format, node)?,
            None if is_character(schema) => self.character(text),
            None => text,
        };
        let text = match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) => self.matching(text, pattern, node)?,
            None => text,
        };
        self.measured(&text, node, schema)?;
        Ok(Value::String(text))
    }

    fn text(&mut self, node: &Node) -> Result<String, Fault> {
        Ok(match node {
            Node::Text(text) | Node::Cut(text) => text.clone(),
            Node::Number(raw) => self.as_text(raw.clone()),
            Node::Bool(value) => self.as_text(value.to_string()),
            Node::Null => return Err(self.mismatch("text", node)),
            Node::List(items) => match items.as_slice() {
                [Node::Text(only)] => {
                    self.repair(RepairKind::Unwrapped, node, only);
                    only.clone()
                }
                _ => self.as_text(node.to_value().to_string()),
            },
            // A schema that was repeated instead of filled in.
            Node::Object { .. } if is_schema(node) => return Err(self.mismatch("text", node)),
            Node::Object { .. } => self.as_text(node.to_value().to_string()),
        })
    }

    fn as_text(&mut self, text: String) -> String {
        self.repair(RepairKind::AsText, &text, "");
        text
    }

    /// The text in its format, as it is or without what surrounds it.
    fn formatted(&mut self, text: String, format: &Format, node: &Node) -> Result<String, Fault> {
        self.budget.spend(text.len())?;
        let read =
            formats::read(format, &text).or_else(|_| formats::read(format, undressed(&text)));
        let written =
            read.map_err(|fault| self.mismatch(&formats::expected(format, fault), node))?;
        if written != text {
            self.repair(RepairKind::Format, &text, &written);
        }
        Ok(written)
    }

    /// The text that matches its pattern, as it is or without what surrounds it.
    fn matching(&mut self, text: String, pattern: &str, node: &Node) -> Result<String, Fault> {
        self.budget.spend(text.len() + pattern.len())?;
        if self.patterns.find(pattern, &text) != Some(false) {
            return Ok(text);
        }
        let plain = undressed(&text);
        if self.patterns.find(pattern, plain) != Some(true) {
            let expected = format!("a text that matches the pattern `{pattern}`");
            return Err(self.mismatch(&expected, node));
        }
        let plain = plain.to_owned();
        self.repair(RepairKind::Format, &text, &plain);
        Ok(plain)
    }

    /// The one character that a text dresses up: in quotes, in bold.
    fn character(&mut self, text: String) -> String {
        let inner = ["\"", "'", "`", "**"]
            .iter()
            .find_map(|mark| text.strip_prefix(mark)?.strip_suffix(mark))
            .filter(|inner| is_one(inner));
        let plain = match inner {
            Some(inner) => inner,
            None => undressed(&text),
        };
        if is_one(&text) || !is_one(plain) {
            return text;
        }
        let plain = plain.to_owned();
        self.repair(RepairKind::Syntax, &text, &plain);
        plain
    }

    fn measured(&self, text: &str, node: &Node, schema: &Value) -> Result<(), Fault> {
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let (least, most) = (limit("minLength"), limit("maxLength"));
        if least.is_none() && most.is_none() {
            return Ok(());
        }
        let length = text.chars().count() as u64;
        if least.is_none_or(|least| length >= least) && most.is_none_or(|most| length <= most) {
            return Ok(());
        }
        let expected = match (least, most) {
            (Some(1), Some(1)) => "exactly one character".to_owned(),
            (Some(1), None) => "a text that is not empty".to_owned(),
            (Some(least), Some(most)) => format!("a text of {least} to {most} characters"),
            (Some(least), None) => format!("a text of at least {least} characters"),
            (_, most) => format!("a text of at most {} characters", most.unwrap_or_default()),
        };
        Err(self.mismatch(&expected, node))
    }
}

/// Whether the schema wants a single character.
fn is_character(schema: &Value) -> bool {
    ["minLength", "maxLength"].iter().all(|limit| schema.get(*limit).is_some_and(|one| *one == 1))
}

fn is_one(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some() && chars.next().is_none()
}
