//! Unions: the alternative that fits best, and only if there is one.

use std::rc::Rc;

use serde_json::Value;

use super::{Fitter, keys};
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::repair::{Level, Repair, RepairKind};
use crate::parse::schemas::{Additional, Facts, ObjectFacts, Shape, Tag, Union};

/// The most reasons that an error gives.
const REASONS: usize = 6;

/// The most failures that are looked at for reasons.
const MOST_REASONS: usize = 20;

/// Keys by which models name the variant where the schema has another one.
const TAG_WORDS: &[&str] = &["type", "kind", "tag", "variant", "class"];

/// What an alternative costs: things lost, things changed, things spelled differently.
type Cost = (usize, usize, usize);

struct Fit {
    value: Value,
    repairs: Vec<Repair>,
    cost: Cost,
}

impl<'d> Fitter<'d> {
    pub(super) fn fit_union(
        &mut self,
        node: &Node,
        union: &Union<'d>,
    ) -> Result<Value, ParseError> {
        if let Node::Object { entries, cut } = node
            && let Some(tag) = union.tag(&Rc::clone(&self.schemas))?
        {
            return self.fit_tagged(node, entries, *cut, &union.variants, tag);
        }
        self.budget.spend(union.variants.len())?;
        let mut fits: Vec<Fit> = Vec::new();
        let mut failures: Vec<ParseError> = Vec::new();
        // What takes such a value as it is comes first, as nothing is better than that.
        let native = union.variants.iter().filter(|variant| takes(&variant.shape, node));
        let others = union.variants.iter().filter(|variant| !takes(&variant.shape, node));
        for variant in native.chain(others) {
            if is_hopeless(&variant.shape, node) {
                continue;
            }
            let mark = self.repairs.len();
            match self.attempt_variant(node, variant, union)? {
                Ok(value) => {
                    let repairs = self.repairs.split_off(mark.min(self.repairs.len()));
                    let cost = cost(&repairs);
                    fits.push(Fit { value, cost, repairs });
                    if cost == (0, 0, 0) && variant.object().is_none_or(|it| !it.has_defaults) {
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
                failures.extend(self.attempt_variant(node, variant, union)?.err());
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
        self.repairs.extend(first.repairs);
        Ok(first.value)
    }

    fn attempt_variant(
        &mut self,
        node: &Node,
        variant: &Rc<Facts<'d>>,
        union: &Union<'d>,
    ) -> Result<Result<Value, ParseError>, ParseError> {
        // A text alternative must not hide why the structure that was meant does not fit.
        let structure = matches!(node, Node::List(_) | Node::Object { .. });
        if structure && matches!(variant.shape, Shape::Text) {
            return Ok(Err(self.mismatch("text", node)));
        }
        match foreign_key(node, variant, &union.variants) {
            Some((key, object)) => Ok(Err(self.unknown_key(key, object))),
            None => self.attempt(node, variant),
        }
    }

    fn no_alternative(&self, node: &Node, failures: Vec<ParseError>) -> ParseError {
        let mut reasons: Vec<String> = Vec::new();
        for failure in failures.iter().take(MOST_REASONS) {
            let reason = failure.to_string();
            if !reasons.contains(&reason) && reasons.len() < REASONS {
                reasons.push(reason);
            }
        }
        match (reasons.len(), failures.into_iter().next()) {
            (1, Some(only)) => only,
            _ => ParseError::NoAlternative {
                path: self.path.pointer(),
                found: excerpt_node(node),
                reasons,
            },
        }
    }

    fn fit_tagged(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        cut: bool,
        variants: &[Rc<Facts<'d>>],
        tag: &Tag<'d>,
    ) -> Result<Value, ParseError> {
        let key = tag.key;
        let written = entries
            .iter()
            .find(|(written, _)| written == key)
            .or_else(|| entries.iter().find(|(written, _)| keys::same(written, key)));
        if let Some((_, written)) = written {
            let mark = self.repairs.len();
            self.path.push_key(key);
            let name = self.fit_choice(written, &tag.names)?;
            self.path.pop();
            // The variant fits the tag once more, and keeps its repair.
            self.repairs.truncate(mark);
            let index = tag.names.members.iter().position(|choice| *choice.value == name);
            return match index.and_then(|index| variants.get(index)) {
                Some(variant) => self.fit_facts(node, variant),
                None => Err(self.mismatch("a known tag", node)),
            };
        }
        let names_a_kind = |(key, value): &(String, Node)| {
            matches!(value, Node::Text(_)) && TAG_WORDS.contains(&key.to_lowercase().as_str())
        };
        let mut possible = Vec::new();
        for (variant, name) in variants.iter().zip(&tag.names.members) {
            let Some(object) = variant.object() else { continue };
            let matched = keys::matched(entries, object);
            let mut needed = object.required.iter().filter(|needed| **needed != key).peekable();
            let says_something = needed.peek().is_some();
            let other_tag = entries
                .iter()
                .zip(&matched)
                .any(|(entry, known)| known.is_none() && names_a_kind(entry));
            if says_something && !other_tag && needed.all(|needed| matched.contains(&Some(*needed)))
            {
                possible.push((variant, name));
            }
        }
        match possible.as_slice() {
            [(variant, name)] if !cut => {
                let mut tagged =
                    vec![(key.to_owned(), Node::Text(name.label.clone().into_owned()))];
                tagged.extend(entries.iter().cloned());
                let tagged = Node::Object { entries: tagged, cut };
                let value = self.fit_facts(&tagged, variant)?;
                self.repair(RepairKind::TagFilled, "", &name.label);
                Ok(value)
            }
            [] | [_] => {
                Err(ParseError::MissingKey { path: self.path.pointer(), key: key.to_owned() })
            }
            several => {
                let labels = several.iter().map(|(_, name)| name.label.clone().into_owned());
                let expected = format!("an object with the tag `{key}`");
                Err(self.ambiguous(&expected, node, labels.collect()))
            }
        }
    }
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
        variants.iter().filter_map(|other| other.object()).any(|other| other.declares(key))
    };
    let foreign = |(key, value): &&(String, Node)| {
        !matches!(value, Node::Null) && !object.declares(key) && declared_elsewhere(key)
    };
    entries.iter().find(foreign).map(|(key, _)| (key.as_str(), object))
}

/// What repairs cost.
pub(crate) fn cost(repairs: &[Repair]) -> (usize, usize, usize) {
    let lossy = repairs.iter().filter(|repair| repair.level() == Level::Lossy).count();
    let cosmetic = repairs.iter().filter(|repair| repair.kind.is_cosmetic()).count();
    (lossy, repairs.len() - lossy - cosmetic, cosmetic)
}
