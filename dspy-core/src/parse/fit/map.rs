//! Map targets: keys that the schema does not name.

use serde_json::{Map, Value};

use super::Fitter;
use crate::parse::error::ParseError;
use crate::parse::excerpt::excerpt_node;
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;

impl Fitter<'_> {
    /// The schema for the value of an undeclared key; `None` if such keys have no meaning.
    pub(super) fn undeclared<'a>(&self, schema: &'a Value, key: &str) -> Undeclared<'a> {
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        for (pattern, value) in patterns.into_iter().flatten() {
            let fits = match pattern.as_str() {
                r"^-?\d+$" => is_integer(key.strip_prefix('-').unwrap_or(key)),
                r"^\d+$" => is_integer(key),
                _ => self.patterns.find(pattern, key) != Some(false),
            };
            if fits {
                return Undeclared::Fits(value);
            }
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => Undeclared::Refused,
            None => Undeclared::Ignored,
            Some(value) => Undeclared::Fits(value),
        }
    }

    /// `[{"key": "a", "value": 1}]`, the form that a map takes where maps cannot be asked for.
    pub(super) fn fit_pairs(
        &mut self,
        items: &[Node],
        node: &Node,
        schema: &Value,
    ) -> Result<Value, ParseError> {
        let expected = "an object";
        let mut entries: Vec<(String, Node)> = Vec::with_capacity(items.len());
        let mut keys = std::collections::HashSet::new();
        for item in items {
            let pair = match item {
                Node::Object { entries, cut: false } if entries.len() == 2 => entries.as_slice(),
                _ => return Err(self.mismatch(expected, node)),
            };
            let part =
                |name: &str| pair.iter().find(|(key, _)| key == name).map(|(_, value)| value);
            let key = match part("key") {
                Some(Node::Text(key)) => key.clone(),
                Some(Node::Number(raw)) => raw.clone(),
                _ => return Err(self.mismatch(expected, node)),
            };
            let Some(value) = part("value") else {
                return Err(self.mismatch(expected, node));
            };
            if !keys.insert(key.clone()) {
                return Err(self.ambiguous(expected, node, vec![key]));
            }
            entries.push((key, value.clone()));
        }
        self.repair(RepairKind::Pairs, &excerpt_node(node), "");
        let map = self.fit_map(&entries, schema)?;
        Ok(Value::Object(map))
    }

    pub(super) fn fit_map(
        &mut self,
        entries: &[(String, Node)],
        schema: &Value,
    ) -> Result<Map<String, Value>, ParseError> {
        let mut map = Map::with_capacity(entries.len());
        for (key, value) in entries {
            match self.undeclared(schema, key) {
                Undeclared::Fits(inner) => {
                    self.path.push_key(key);
                    let value = self.fit(value, inner)?;
                    self.path.pop();
                    map.insert(key.clone(), value);
                }
                Undeclared::Ignored => {
                    map.insert(key.clone(), value.to_value());
                }
                Undeclared::Refused => return Err(self.unknown_key(key, schema)),
            }
        }
        Ok(map)
    }
}

/// What happens to a key that the schema does not declare.
pub(super) enum Undeclared<'a> {
    Fits(&'a Value),
    Ignored,
    Refused,
}

fn is_integer(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}
