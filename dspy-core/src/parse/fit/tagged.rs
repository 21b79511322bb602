//! Unions whose variants are told apart by a tag.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::object::{MAX_WRAPPERS, wrapped};
use super::{Fault, Fitter, keys};
use crate::parse::error::ParseError;
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::schemas::{Choice, Facts, Tag, Union};

/// Keys by which models name the variant where the schema has another one.
const TAG_WORDS: &[&str] = &["type", "kind", "tag", "variant", "class"];

impl<'d> Fitter<'d> {
    pub(super) fn fit_tagged(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        cut: bool,
        union: &Union<'d>,
        tag: &Tag<'d>,
    ) -> Result<Value, Fault> {
        let (key, variants) = (tag.key, &union.variants);
        let written = entries
            .iter()
            .find(|(written, _)| written == key)
            .or_else(|| entries.iter().find(|(written, _)| keys::same(written, key)));
        if let Some((_, written)) = written {
            let before = self.repairs.mark();
            self.path.push_key(key);
            let name = self.fit_choice(written, &tag.names)?;
            self.path.pop();
            // The variant fits the tag once more, and keeps its repair.
            self.repairs.reset(&before);
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
                let value = self.fit_untagged(entries, variant, key, name)?;
                self.repair(RepairKind::TagFilled, "", &*name.label);
                Ok(value)
            }
            [] if !cut && !entries.iter().any(|(key, _)| is_known(key, variants)) => {
                self.fit_wrapped(node, entries, union, key)
            }
            [] | [_] => Err(Box::new(ParseError::MissingKey {
                path: self.path.pointer(),
                key: key.to_owned(),
            })),
            several => {
                let labels = several.iter().map(|(_, name)| name.label.clone().into_owned());
                let expected = format!("an object with the tag `{key}`");
                Err(self.ambiguous(&expected, node, labels.collect()))
            }
        }
    }

    /// What is inside of an object that only wraps one of the variants.
    fn fit_wrapped(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        union: &Union<'d>,
        key: &str,
    ) -> Result<Value, Fault> {
        let outside = self.wrappers;
        // The wrapper's own name could be the tag that is missing inside.
        let names_itself = |inner: &Node| match inner {
            Node::Object { entries, .. } => entries.iter().any(|(inner, _)| keys::same(inner, key)),
            _ => false,
        };
        let inner = wrapped(entries).filter(|inner| names_itself(inner));
        if let Some(inner) = inner.filter(|_| outside < MAX_WRAPPERS) {
            let before = self.begin(self.trials.running);
            self.wrappers = outside + 1;
            let fitted = self.fit_union(inner, union);
            if let Ok(value) = self.end(&before, fitted)? {
                self.wrappers = outside;
                self.repair(RepairKind::Unwrapped, node, "");
                return Ok(value);
            }
        }
        Err(Box::new(ParseError::MissingKey { path: self.path.pointer(), key: key.to_owned() }))
    }

    /// An object of a variant that it does not name.
    fn fit_untagged(
        &mut self,
        entries: &[(String, Node)],
        variant: &Rc<Facts<'d>>,
        key: &str,
        name: &Choice<'d>,
    ) -> Result<Value, Fault> {
        let Some((object, declared)) = variant.object().and_then(|it| Some((it, it.declared?)))
        else {
            return Err(Box::new(ParseError::MissingKey {
                path: self.path.pointer(),
                key: key.to_owned(),
            }));
        };
        self.budget.spend(entries.len() + declared.len())?;
        let mut matched = keys::matched(entries, object);
        // What resembles the tag is not the tag.
        matched.iter_mut().filter(|it| **it == Some(key)).for_each(|it| *it = None);
        let mut map = Map::with_capacity(declared.len());
        map.insert(key.to_owned(), name.value.clone());
        self.fit_matched(map, entries, &matched, false, variant, object)
    }
}

/// Whether some variant has a key, however it is spelled.
fn is_known(key: &str, variants: &[Rc<Facts<'_>>]) -> bool {
    variants.iter().filter_map(|variant| variant.object()).any(|object| object.recognises(key))
}
