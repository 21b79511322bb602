//! Number targets.

use serde_json::{Number, Value};

use super::whole::Whole;
use super::{Fault, Fitter, bounds, digits};
use crate::parse::excerpt::excerpt;
use crate::parse::node::{Node, number};
use crate::parse::repair::RepairKind;

impl<'d> Fitter<'d> {
    pub(super) fn fit_integer(&mut self, node: &Node, schema: &'d Value) -> Result<Value, Fault> {
        if let Node::Number(raw) = node
            && let Some(number) = as_is(raw, schema)
        {
            return Ok(Value::Number(number));
        }
        let expected = || bounds::described("an integer", schema);
        if let Some(inner) = self.single(node, expected)? {
            return self.unwrapped(node, inner, schema);
        }
        let raw = self.digits(node, expected)?;
        let groups = raw.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3);
        if groups && matches!(node, Node::Text(_)) {
            // `545.000` is a thousand times more where the point separates groups.
            return Err(self.ambiguous(&expected(), node, Vec::new()));
        }
        let whole = Whole::read(&raw).filter(|whole| bounds::holds(*whole, schema));
        let Some(whole) = whole else {
            return Err(self.mismatch(&expected(), node));
        };
        if !bounds::is_in_format(whole, schema) {
            return Err(self.mismatch(&bounds::described_by_format("an integer", schema), node));
        }
        let value = whole.to_value();
        let as_it_is = match (node, &value) {
            (Node::Number(raw), Value::Number(number)) => *raw == number.to_string(),
            // No JSON number can hold it: its digits are text, or were written as a number.
            (Node::Number(raw) | Node::Text(raw), Value::String(digits)) => raw == digits,
            _ => false,
        };
        if !as_it_is {
            self.dressed(node, &whole.to_string());
        }
        Ok(value)
    }

    pub(super) fn fit_number(&mut self, node: &Node, schema: &'d Value) -> Result<Value, Fault> {
        if let Node::Number(raw) = node
            && let Some(number) = number(raw).filter(|number| bounds::admits(number, schema))
        {
            return Ok(Value::Number(number));
        }
        let expected = || bounds::described("a number", schema);
        if let Some(inner) = self.single(node, expected)? {
            return self.unwrapped(node, inner, schema);
        }
        if let Node::Text(text) = node
            && let Some(number) = digits::fraction(text).and_then(Number::from_f64)
        {
            if !bounds::admits(&number, schema) {
                return Err(self.mismatch(&expected(), node));
            }
            self.dressed(node, &number.to_string());
            return Ok(Value::Number(number));
        }
        let raw = self.digits(node, expected)?;
        let number = number(&raw).filter(|number| bounds::admits(number, schema));
        let Some(number) = number else {
            return Err(self.mismatch(&expected(), node));
        };
        if !matches!(node, Node::Number(_)) {
            self.dressed(node, &number.to_string());
        }
        Ok(Value::Number(number))
    }

    fn dressed(&mut self, node: &Node, number: &str) {
        self.repair(RepairKind::Number, node, number);
    }

    /// The number that is written, in JSON's form.
    fn digits(&mut self, node: &Node, expected: impl Fn() -> String) -> Result<String, Fault> {
        let text = match node {
            Node::Number(raw) => return Ok(raw.clone()),
            Node::Text(text) => text,
            _ => return Err(self.mismatch(&expected(), node)),
        };
        self.budget.spend(text.len())?;
        // Most numbers in quotes are plain ones.
        let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
        if plain && number(text).is_some() {
            return Ok(text.clone());
        }
        match digits::find(text) {
            digits::Digits::One(raw) => Ok(raw),
            digits::Digits::Several(candidates) => {
                let candidates = candidates.iter().map(|raw| excerpt(raw)).collect();
                Err(self.ambiguous(&expected(), node, candidates))
            }
            digits::Digits::Nothing => Err(self.mismatch(&expected(), node)),
        }
    }

    /// The only item of a list, or the only value of an object, where a scalar is expected.
    pub(super) fn single<'n>(
        &self,
        node: &'n Node,
        expected: impl Fn() -> String,
    ) -> Result<Option<&'n Node>, Fault> {
        match node {
            Node::List(_) | Node::Object { cut: false, .. } => match only_scalar(node) {
                Some(scalar) => Ok(Some(scalar)),
                None => Err(self.mismatch(&expected(), node)),
            },
            _ => Ok(None),
        }
    }

    fn unwrapped(&mut self, node: &Node, inner: &Node, schema: &'d Value) -> Result<Value, Fault> {
        self.repair(RepairKind::Unwrapped, node, "");
        self.fit(inner, schema)
    }
}

/// The only value of a list or an object, if it is a scalar.
pub(super) fn only_scalar(node: &Node) -> Option<&Node> {
    let only = match node {
        Node::List(items) => match items.as_slice() {
            [only] => only,
            _ => return None,
        },
        Node::Object { entries, cut: false } => match entries.as_slice() {
            [(_, only)] => only,
            _ => return None,
        },
        _ => return None,
    };
    (!matches!(only, Node::List(_) | Node::Object { .. })).then_some(only)
}

/// An integer that is written as JSON writes it and keeps to its bounds.
fn as_is(raw: &str, schema: &Value) -> Option<Number> {
    number(raw).filter(|number| raw != "-0" && fits_integer(number, schema))
}

/// Whether a number is an integer within its bounds and its format.
pub(crate) fn fits_integer(number: &Number, schema: &Value) -> bool {
    Whole::of(number)
        .is_some_and(|whole| bounds::holds(whole, schema) && bounds::is_in_format(whole, schema))
}

/// Whether a number is within its bounds and its format.
pub(crate) fn fits_number(number: &Number, schema: &Value) -> bool {
    bounds::admits(number, schema)
}
