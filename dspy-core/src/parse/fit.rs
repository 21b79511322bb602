//! Fitting a value to a schema: what is dressed up is accepted, what would be lost or invented is
//! refused.

mod booleans;
mod bounds;
mod choices;
mod digits;
mod formats;
mod keys;
mod list;
mod list_text;
mod map;
mod numbers;
mod object;
mod patterns;
mod repairs;
mod tagged;
mod text;
mod trials;
mod union;
mod whole;

use std::rc::Rc;

use serde_json::Value;

use patterns::Patterns;
use repairs::{Repairs, cost_of};
use trials::Trials;

pub(crate) use numbers::{fits_integer, fits_number};
pub(crate) use repairs::cost;

use super::budget::Budget;
use super::candidates;
use super::envelope::{fences, trimmed};
use super::error::ParseError;
use super::excerpt::{Excerpt, excerpt_node};
use super::node::{Node, strict};
use super::path::Path;
use super::repair::{Repair, RepairKind};
use super::schemas::{Facts, Schemas, Shape};
use super::words::is_null_word;

/// The deepest recursion: each level of a value may take an alternative, a reference and a value.
const MAX_FITS: usize = 400;

/// Boxed, as values inside of values take a frame of the stack each.
type Fault = Box<ParseError>;

/// How often JSON inside of a text inside of JSON is read.
const MAX_DECODES: usize = 3;

/// Fits values to the schemas of one document, and keeps the repairs that it took.
#[derive(Debug)]
pub(crate) struct Fitter<'d> {
    schemas: Rc<Schemas<'d>>,
    budget: Rc<Budget>,
    path: Path,
    repairs: Repairs,
    trials: Trials,
    patterns: Patterns,
    fits: usize,
    decodes: usize,
    suggestions: usize,
    unions: usize,
    /// The objects right around the value that only wrap it.
    wrappers: usize,
}

impl<'d> Fitter<'d> {
    pub(crate) fn new(schemas: &Rc<Schemas<'d>>, budget: &Rc<Budget>) -> Self {
        Self {
            schemas: Rc::clone(schemas),
            budget: Rc::clone(budget),
            path: Path::default(),
            repairs: Repairs::default(),
            trials: Trials::default(),
            patterns: Patterns::default(),
            fits: 0,
            decodes: 0,
            suggestions: 0,
            unions: 0,
            wrappers: 0,
        }
    }

    /// The value that fits the schema, and the repairs it took.
    pub(crate) fn run(
        mut self,
        node: &Node,
        schema: &'d Value,
    ) -> Result<(Value, Vec<Repair>), ParseError> {
        let value = self.fit(node, schema).map_err(|fault| *fault)?;
        Ok((value, self.repairs.into_told()))
    }

    fn fit(&mut self, node: &Node, schema: &'d Value) -> Result<Value, Fault> {
        let facts = self.schemas.facts(schema)?;
        self.fit_child(node, &facts)
    }

    /// A value inside of another one, which no wrapper stands around.
    fn fit_child(&mut self, node: &Node, facts: &Rc<Facts<'d>>) -> Result<Value, Fault> {
        let wrappers = std::mem::take(&mut self.wrappers);
        let value = self.fit_facts(node, facts)?;
        self.wrappers = wrappers;
        Ok(value)
    }

    fn fit_facts(&mut self, node: &Node, facts: &Rc<Facts<'d>>) -> Result<Value, Fault> {
        if self.trials.running && matches!(node, Node::List(_) | Node::Object { .. }) {
            let verdict = self.judge(node, facts)??;
            return Ok(self.stand_in(verdict));
        }
        self.make(node, facts)
    }

    fn make(&mut self, node: &Node, facts: &Rc<Facts<'d>>) -> Result<Value, Fault> {
        self.budget.spend(4)?;
        if self.fits >= MAX_FITS {
            return Err(Box::new(ParseError::TooDeep { limit: super::node::MAX_DEPTH }));
        }
        self.fits += 1;
        let result =
            if facts.nullable { self.fit_option(node, facts) } else { self.fit_shape(node, facts) };
        self.fits -= 1;
        result
    }

    fn fit_shape(&mut self, node: &Node, facts: &Rc<Facts<'d>>) -> Result<Value, Fault> {
        let schema = facts.schema;
        match &*facts.shape {
            Shape::Never => Err(self.mismatch("nothing (the schema allows no value)", node)),
            Shape::Anything => Ok(node.to_value()),
            Shape::Literal => self.fit_literal(node, schema),
            Shape::Choices(choices) => self.fit_choice(node, choices),
            Shape::Union(union) => self.fit_union(node, union),
            Shape::Text => self.fit_text(node, schema),
            Shape::Integer => self.fit_integer(node, schema),
            Shape::Number => self.fit_number(node, schema),
            Shape::Boolean => self.fit_boolean(node),
            Shape::Null => self.fit_null(node),
            Shape::List(list) => self.fit_list(node, list),
            Shape::Object(object) => self.fit_object(node, facts, object),
        }
    }

    /// Null, a word for null, or the inner value.
    fn fit_option(&mut self, node: &Node, facts: &Rc<Facts<'d>>) -> Result<Value, Fault> {
        let text = match node {
            Node::Null => return Ok(Value::Null),
            Node::Text(text) => text,
            _ => return self.fit_shape(node, facts),
        };
        // `None` may be a member of the closed set itself.
        if let Shape::Choices(choices) = &*facts.shape
            && let Some(value) = self.same_choice(text, choices)?
        {
            return Ok(value);
        }
        if text.trim().is_empty() || is_null_word(text) {
            self.repair(RepairKind::Null, text, "null");
            return Ok(Value::Null);
        }
        self.fit_shape(node, facts)
    }

    fn fit_null(&mut self, node: &Node) -> Result<Value, Fault> {
        match node {
            Node::Null => Ok(Value::Null),
            Node::Text(text) if text.trim().is_empty() || is_null_word(text) => {
                self.repair(RepairKind::Null, text, "null");
                Ok(Value::Null)
            }
            _ => Err(self.mismatch("null", node)),
        }
    }

    /// A closed set whose members are not scalars: only what is equal fits.
    fn fit_literal(&mut self, node: &Node, schema: &Value) -> Result<Value, Fault> {
        let value = node.to_value();
        let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        let mut allowed = listed.chain(schema.get("const"));
        if allowed.any(|option| *option == value) {
            return Ok(value);
        }
        Err(self.mismatch("one of the values that the schema lists", node))
    }

    /// The JSON that a text holds, for a target that is no text.
    fn decoded(&mut self, text: &str) -> Result<Option<Rc<Node>>, Fault> {
        if self.decodes >= MAX_DECODES {
            return Ok(None);
        }
        let text = trimmed(text);
        let fenced = text.starts_with("```") || text.starts_with("~~~");
        let body = match fences(text).as_slice() {
            [only] if fenced => only,
            _ => text,
        };
        if !body.starts_with(['{', '[', '"']) {
            return Ok(None);
        }
        self.budget.spend(body.len())?;
        let node = match strict(body) {
            Some(node) => node,
            None => match candidates::whole(body, self.schemas.known(), &self.budget)? {
                Some(read) => {
                    read.repairs.into_iter().for_each(|repair| self.repairs.add(repair));
                    read.node
                }
                None => return Ok(None),
            },
        };
        self.decodes += 1;
        self.repair(RepairKind::Decoded, text, "");
        Ok(Some(self.trials.keep(node)))
    }

    /// Notes what was written and what it became.
    fn repair(
        &mut self,
        kind: RepairKind,
        from: &(impl Excerpt + ?Sized),
        to: &(impl Excerpt + ?Sized),
    ) {
        if self.trials.running {
            self.repairs.add_untold(cost_of(kind));
        } else if self.repairs.tells(kind) {
            let path = self.path.pointer();
            self.repairs.add(Repair { path, kind, from: from.excerpt(), to: to.excerpt() });
        }
    }

    fn mismatch(&self, expected: &str, node: &Node) -> Fault {
        Box::new(ParseError::Mismatch {
            path: self.path.pointer(),
            expected: expected.to_owned(),
            found: excerpt_node(node),
        })
    }

    fn ambiguous(&self, expected: &str, node: &Node, candidates: Vec<String>) -> Fault {
        Box::new(ParseError::Ambiguous {
            path: self.path.pointer(),
            expected: expected.to_owned(),
            found: excerpt_node(node),
            candidates,
        })
    }
}
