//! Text targets.

use serde_json::Value;

use super::Fitter;
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;

impl Fitter<'_> {
    pub(super) fn fit_text(&mut self, node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let text = match node {
            Node::Text(text) | Node::Cut(text) => text.clone(),
            Node::Number(raw) => self.as_text(raw.clone()),
            Node::Bool(value) => self.as_text(value.to_string()),
            Node::Null => return Err(self.mismatch("text", node)),
            Node::List(items) => match items.as_slice() {
                [Node::Text(only)] => {
                    self.repair(RepairKind::Unwrapped, &excerpt_node(node), &excerpt(only));
                    only.clone()
                }
                _ => self.as_text(node.to_value().to_string()),
            },
            Node::Object { .. } => self.as_text(node.to_value().to_string()),
        };
        let length = text.chars().count() as u64;
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let (least, most) = (limit("minLength"), limit("maxLength"));
        if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
            let expected = match (least, most) {
                (Some(1), Some(1)) => "exactly one character".to_owned(),
                (Some(1), None) => "a text that is not empty".to_owned(),
                (Some(least), Some(most)) => format!("a text of {least} to {most} characters"),
                (Some(least), None) => format!("a text of at least {least} characters"),
                (_, most) => format!("a text of at most {} characters", most.unwrap_or_default()),
            };
            return Err(self.mismatch(&expected, node));
        }
        Ok(Value::String(text))
    }

    fn as_text(&mut self, text: String) -> String {
        self.repair(RepairKind::AsText, &excerpt(&text), "");
        text
    }
}
