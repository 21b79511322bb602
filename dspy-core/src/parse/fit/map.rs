//! Map targets: keys that the schema does not name.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Fault, Fitter};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::schemas::{Additional, Facts, ObjectFacts};

impl<'d> Fitter<'d> {
    /// What the schema says of an undeclared key.
    pub(super) fn undeclared(&self, object: &ObjectFacts<'d>, key: &str) -> Additional<'d> {
        for (pattern, value) in object.patterns.into_iter().flatten() {
            let fits = match pattern.as_str() {
                r"^-?\d+$" => is_integer(key.strip_prefix('-').unwrap_or(key)),
                r"^\d+$" => is_integer(key),
                _ => self.patterns.find(pattern, key) != Some(false),
            };
            if fits {
                return Additional::Fits(value);
            }
        }
        object.additional
    }

    /// `[{"key": "a", "value": 1}]`, the form that a map takes where maps cannot be asked for.
    pub(super) fn fit_pairs(
        &mut self,
        items: &[Node],
        node: &Node,
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
    ) -> Result<Value, Fault> {
        let expected = "an object";
        let mut entries: Vec<(&str, &Node)> = Vec::with_capacity(items.len());
        let mut keys = std::collections::HashSet::new();
        for item in items {
            let pair = match item {
                Node::Object { entries, cut: false } if entries.len() == 2 => entries.as_slice(),
                _ => return Err(self.mismatch(expected, node)),
            };
            let part =
                |name: &str| pair.iter().find(|(key, _)| key == name).map(|(_, value)| value);
            let key = match part("key") {
                Some(Node::Text(key)) => key.as_str(),
                Some(Node::Number(raw)) => raw.as_str(),
                _ => return Err(self.mismatch(expected, node)),
            };
            let Some(value) = part("value") else {
                return Err(self.mismatch(expected, node));
            };
            if !keys.insert(key) {
                return Err(self.ambiguous(expected, node, vec![key.to_owned()]));
            }
            entries.push((key, value));
        }
        self.repair(RepairKind::Pairs, node, "");
        let map = self.fit_map(entries.into_iter(), object)?;
        self.whole(map, false, false, facts, object)
    }

    pub(super) fn fit_map<'n>(
        &mut self,
        entries: impl Iterator<Item = (&'n str, &'n Node)>,
        object: &ObjectFacts<'d>,
    ) -> Result<Map<String, Value>, Fault> {
        let mut map = Map::new();
        for (key, value) in entries {
            match self.undeclared(object, key) {
                Additional::Fits(inner) => {
                    self.path.push_key(key);
                    let value = self.fit(value, inner)?;
                    self.path.pop();
                    map.insert(key.to_owned(), value);
                }
                Additional::Ignored => {
                    map.insert(key.to_owned(), value.to_value());
                }
                Additional::Refused => return Err(self.unknown_key(key, object)),
            }
        }
        Ok(map)
    }

    /// Whether the only value of a map could be the map itself: `{"result": {"a": 1}}`.
    pub(super) fn wraps_map(
        &mut self,
        entries: &[(String, Node)],
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
    ) -> Result<bool, Fault> {
        let [(key, inner @ Node::Object { .. })] = entries else {
            return Ok(false);
        };
        // Where the values are objects themselves, the outer map is as good as any.
        if let Additional::Fits(value) = self.undeclared(object, key)
            && (self.schemas.wants(value)?.object || self.schemas.wants(value)?.anything)
        {
            return Ok(false);
        }
        Ok(self.judge_wrapped(inner, facts)?.is_ok())
    }
}

fn is_integer(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}
