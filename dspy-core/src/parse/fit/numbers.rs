//! Number targets.

use serde_json::{Number, Value};

use super::{Fitter, bounds, digits};
use crate::parse::error::ParseError;
use crate::parse::excerpt::excerpt;
use crate::parse::node::{Node, number};
use crate::parse::repair::RepairKind;

/// Every integer up to here has a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Fitter<'_> {
    pub(super) fn fit_integer(&mut self, node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let expected = bounds::described("an integer", schema);
        if let Some(inner) = self.single(node, &expected)? {
            return self.unwrapped(node, &inner, schema);
        }
        let raw = self.digits(node, &expected)?;
        let groups = raw.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3);
        if groups && matches!(node, Node::Text(_)) {
            // `545.000` is a thousand times more where the point separates groups.
            return Err(self.ambiguous(&expected, node, Vec::new()));
        }
        let Some(whole) = whole(&raw) else {
            return Err(self.mismatch(&expected, node));
        };
        let (least, most) = bounds::integers(schema);
        let number = Number::from_i128(whole).filter(|_| (least..=most).contains(&whole));
        let Some(number) = number.filter(|number| bounds::within(number, schema)) else {
            return Err(self.mismatch(&bounds::described_by_format("an integer", schema), node));
        };
        if !matches!(node, Node::Number(raw) if *raw == number.to_string()) {
            self.dressed(node, &number);
        }
        Ok(Value::Number(number))
    }

    pub(super) fn fit_number(&mut self, node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let expected = bounds::described("a number", schema);
        if let Some(inner) = self.single(node, &expected)? {
            return self.unwrapped(node, &inner, schema);
        }
        let raw = self.digits(node, &expected)?;
        let number = number(&raw).filter(|number| bounds::within(number, schema));
        let Some(number) = number else {
            return Err(self.mismatch(&expected, node));
        };
        if !matches!(node, Node::Number(_)) {
            self.dressed(node, &number);
        }
        Ok(Value::Number(number))
    }

    fn dressed(&mut self, node: &Node, number: &Number) {
        let from = crate::parse::excerpt::excerpt_node(node);
        self.repair(RepairKind::Number, &from, &number.to_string());
    }

    /// The number that is written, in JSON's form.
    fn digits(&mut self, node: &Node, expected: &str) -> Result<String, ParseError> {
        let text = match node {
            Node::Number(raw) => return Ok(raw.clone()),
            Node::Text(text) => text,
            _ => return Err(self.mismatch(expected, node)),
        };
        self.budget.spend(text.len())?;
        match digits::find(text) {
            digits::Digits::One(raw) => Ok(raw),
            digits::Digits::Several(candidates) => {
                let candidates = candidates.iter().map(|raw| excerpt(raw)).collect();
                Err(self.ambiguous(expected, node, candidates))
            }
            digits::Digits::Nothing => Err(self.mismatch(expected, node)),
        }
    }

    /// The only item of a list, or the only value of an object, where a scalar is expected.
    pub(super) fn single(
        &mut self,
        node: &Node,
        expected: &str,
    ) -> Result<Option<Node>, ParseError> {
        let inner = match node {
            Node::List(items) => match items.as_slice() {
                [only] => only,
                _ => return Err(self.mismatch(expected, node)),
            },
            Node::Object { entries, cut: false } => match entries.as_slice() {
                [(_, only)] => only,
                _ => return Err(self.mismatch(expected, node)),
            },
            _ => return Ok(None),
        };
        match inner {
            Node::List(_) | Node::Object { .. } => Err(self.mismatch(expected, node)),
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn unwrapped(
        &mut self,
        node: &Node,
        inner: &Node,
        schema: &Value,
    ) -> Result<Value, ParseError> {
        let from = crate::parse::excerpt::excerpt_node(node);
        self.repair(RepairKind::Unwrapped, &from, "");
        self.fit(inner, schema)
    }
}

/// The integer that a number is: `42` and `42.0`, not `3.7` and not what a float cannot hold.
fn whole(raw: &str) -> Option<i128> {
    if let Ok(whole) = raw.parse() {
        return Some(whole);
    }
    let float: f64 = raw.parse().ok()?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i128)
}
