//! Unions: the alternative that fits best, and only if there is one.

use std::rc::Rc;

use serde_json::Value;

use super::repairs::{Cost, Taken};
use super::trials::{Asked, Verdict};
use super::{Fault, Fitter};
use crate::parse::error::ParseError;
use crate::parse::excerpt::{Excerpt, excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::schemas::{Additional, Facts, ObjectFacts, Shape, Union};

/// The most reasons that an error gives.
const REASONS: usize = 6;

/// The most failures that are looked at for reasons.
const MOST_REASONS: usize = 20;

/// The deepest union of which an error tells why each alternative fails.
const EXPLAINED: usize = 4;

/// An alternative that fits.
struct Fit {
    value: Value,
    repairs: Taken,
    cost: Cost,
}

impl<'d> Fitter<'d> {
    pub(super) fn fit_union(&mut self, node: &Node, union: &Union<'d>) -> Result<Value, Fault> {
        if let Node::Object { entries, cut } = node
            && let Some(tag) = union.tag(&Rc::clone(&self.schemas))?
        {
            return self.fit_tagged(node, entries, *cut, union, tag);
        }
        self.budget.spend(union.variants.len())?;
        self.unions += 1;
        let value = match node {
            Node::List(_) | Node::Object { .. } => self.fit_structure(node, union),
            _ => self.fit_scalar(node, union),
        };
        self.unions -= 1;
        value
    }

    /// A list or an object: the alternatives are tried first, and the one that is chosen is made.
    fn fit_structure(&mut self, node: &Node, union: &Union<'d>) -> Result<Value, Fault> {
        if !self.trials.running {
            let mut open =
                union.variants.iter().filter(|it| self.refused(node, it, union).is_none());
            if let (Some(only), None) = (open.next(), open.next())
                && let Ok(value) = self.attempt(node, only)?
            {
                return Ok(value);
            }
        }
        let key = self.key(node, Asked::Union, union);
        let known = match self.verdict(key) {
            Some(known) => known,
            None => {
                let found = match self.chosen(node, union) {
                    Err(error) if error.is_fatal() => return Err(error),
                    found => found,
                };
                self.remember(key, &found);
                found
            }
        };
        let verdict = known?;
        if self.trials.running {
            return Ok(self.stand_in(verdict));
        }
        match union.variants.get(verdict.variant) {
            Some(variant) => self.fit_facts(node, variant),
            None => Err(self.mismatch("one of the alternatives", node)),
        }
    }

    fn chosen(&mut self, node: &Node, union: &Union<'d>) -> Result<Verdict, Fault> {
        let mut fits: Vec<Verdict> = Vec::new();
        let mut failures: Vec<Fault> = Vec::new();
        for (index, variant) in in_order(union, node) {
            let judged = match self.refused(node, variant, union) {
                Some(error) => Err(error),
                None => self.judge(node, variant)?,
            };
            match judged {
                Ok(verdict) => {
                    fits.push(Verdict { variant: index, ..verdict });
                    if settles(verdict.cost, variant) {
                        break;
                    }
                }
                Err(error) => failures.push(error),
            }
        }
        self.best(node, union, fits, failures)
    }

    /// The alternative that costs least, if it is the only one.
    fn best(
        &mut self,
        node: &Node,
        union: &Union<'d>,
        mut fits: Vec<Verdict>,
        failures: Vec<Fault>,
    ) -> Result<Verdict, Fault> {
        let Some(best) = fits.iter().map(|fit| fit.cost).min() else {
            return Err(self.no_alternative(node, failures));
        };
        fits.retain(|fit| fit.cost == best);
        match fits.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other.name == first.name) => {
                Ok(*first)
            }
            several => {
                let mut shown: Vec<String> = Vec::new();
                let mut names = std::collections::HashSet::new();
                for fit in several.iter().filter(|fit| names.insert(fit.name)).take(REASONS) {
                    let Some(variant) = union.variants.get(fit.variant) else { continue };
                    let made = self.made(node, variant)?;
                    shown.push(made.map_or_else(|_| excerpt_node(node), |value| value.excerpt()));
                }
                Err(self.ambiguous("one of several alternatives", node, shown))
            }
        }
    }

    fn fit_scalar(&mut self, node: &Node, union: &Union<'d>) -> Result<Value, Fault> {
        let mut fits: Vec<Fit> = Vec::new();
        let mut failures: Vec<Fault> = Vec::new();
        for (_, variant) in in_order(union, node) {
            if is_hopeless(&variant.shape, node) {
                continue;
            }
            let before = self.repairs.mark();
            match self.attempt(node, variant)? {
                Ok(value) => {
                    let cost = self.repairs.cost_since(&before);
                    fits.push(Fit { value, cost, repairs: self.repairs.take_since(&before) });
                    if settles(cost, variant) {
                        break;
                    }
                }
                Err(error) => failures.push(error),
            }
        }
        if fits.is_empty() {
            // Only an error needs to be told why the others do not fit.
            let hopeless = union.variants.iter().filter(|it| is_hopeless(&it.shape, node));
            for variant in hopeless.take(MOST_REASONS) {
                failures.extend(self.attempt(node, variant)?.err());
            }
        }
        let Some(best) = fits.iter().map(|fit| fit.cost).min() else {
            return Err(self.no_alternative(node, failures));
        };
        fits.retain(|fit| fit.cost == best);
        let mut rest = fits.into_iter();
        let Some(first) = rest.next() else {
            return Err(self.mismatch("one of the alternatives", node));
        };
        let others: Vec<Value> =
            rest.map(|fit| fit.value).filter(|value| *value != first.value).collect();
        if !others.is_empty() {
            let all = std::iter::once(&first.value).chain(&others);
            let shown = all.map(|value| excerpt(&value.to_string())).take(REASONS).collect();
            return Err(self.ambiguous("one of several alternatives", node, shown));
        }
        self.repairs.put_back(first.repairs);
        Ok(first.value)
    }

    /// Why an alternative is not tried with a list or an object.
    fn refused(&self, node: &Node, variant: &Facts<'d>, union: &Union<'d>) -> Option<Fault> {
        // A text alternative must not hide why the structure that was meant does not fit.
        if matches!(*variant.shape, Shape::Text) {
            return Some(self.mismatch("text", node));
        }
        foreign_key(node, variant, &union.variants)
            .map(|(key, object)| self.unknown_key(key, object))
    }

    fn no_alternative(&self, node: &Node, failures: Vec<Fault>) -> Fault {
        if self.unions > EXPLAINED
            && let Some(first) = failures.first()
        {
            // Reasons inside of reasons would grow with every level.
            return first.clone();
        }
        let mut reasons: Vec<String> = Vec::new();
        for failure in failures.iter().take(MOST_REASONS) {
            let reason = failure.to_string();
            if !reasons.contains(&reason) && reasons.len() < REASONS {
                reasons.push(reason);
            }
        }
        match (reasons.len(), failures.into_iter().next()) {
            (1, Some(only)) => only,
            _ => Box::new(ParseError::NoAlternative {
                path: self.path.pointer(),
                found: excerpt_node(node),
                reasons,
            }),
        }
    }
}

/// The alternatives: first what takes such a value as it is, as nothing is better than that.
fn in_order<'u, 'd>(
    union: &'u Union<'d>,
    node: &Node,
) -> impl Iterator<Item = (usize, &'u Rc<Facts<'d>>)> {
    let all = || union.variants.iter().enumerate();
    let native = all().filter(|(_, variant)| takes(&variant.shape, node));
    native.chain(all().filter(|(_, variant)| !takes(&variant.shape, node)))
}

/// Whether no other alternative can be better.
fn settles(cost: Cost, variant: &Facts<'_>) -> bool {
    cost == (0, 0, 0) && variant.object().is_none_or(|it| !it.has_defaults)
}

/// Whether a value of this shape can be the node as it is.
fn takes(shape: &Shape<'_>, node: &Node) -> bool {
    match node {
        Node::Null => matches!(shape, Shape::Null),
        Node::Bool(_) => matches!(shape, Shape::Boolean | Shape::Choices(_)),
        Node::Number(_) => matches!(shape, Shape::Integer | Shape::Number | Shape::Choices(_)),
        Node::Text(_) | Node::Cut(_) => matches!(shape, Shape::Text | Shape::Choices(_)),
        Node::List(_) => matches!(shape, Shape::List(_)),
        Node::Object { .. } => matches!(shape, Shape::Object(_)),
    }
}

/// Whether no value of this shape can be made of the node, so that there is nothing to try.
fn is_hopeless(shape: &Shape<'_>, node: &Node) -> bool {
    match (shape, node) {
        (Shape::Object(_), Node::Text(text)) => {
            !text.trim_start().starts_with(['{', '[', '"', '`', '~'])
        }
        (Shape::Object(_), Node::Number(_) | Node::Bool(_) | Node::Null) => true,
        (Shape::Boolean, Node::Text(text)) => !text.contains(char::is_alphabetic),
        (Shape::Choices(choices), Node::Text(text)) => {
            !text.contains(char::is_alphabetic) && choices.need_letters()
        }
        _ => false,
    }
}

/// A key of the object that another alternative declares and this one does not: to leave it out
/// would hide that the other one was meant.
fn foreign_key<'n, 'f, 'd>(
    node: &'n Node,
    variant: &'f Facts<'d>,
    variants: &[Rc<Facts<'d>>],
) -> Option<(&'n str, &'f ObjectFacts<'d>)> {
    let Node::Object { entries, .. } = node else {
        return None;
    };
    let object = variant.object()?;
    object.declared?;
    if !matches!(object.additional, Additional::Ignored) {
        return None;
    }
    let declared_elsewhere = |key: &str| {
        variants.iter().filter_map(|other| other.object()).any(|other| other.recognises(key))
    };
    let foreign = |(key, value): &&(String, Node)| {
        !matches!(value, Node::Null) && !object.recognises(key) && declared_elsewhere(key)
    };
    entries.iter().find(foreign).map(|(key, _)| (key.as_str(), object))
}
