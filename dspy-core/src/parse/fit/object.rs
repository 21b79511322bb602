//! Object targets.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::trials::Verdict;
use super::{Fault, Fitter, keys};
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::schemas::{Additional, Facts, ObjectFacts, Shape};

/// The most keys that an error lists.
const LISTED: usize = 20;

impl<'d> Fitter<'d> {
    pub(super) fn fit_object(
        &mut self,
        node: &Node,
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
    ) -> Result<Value, Fault> {
        match node {
            Node::Object { entries, cut } => match object.declared {
                Some(declared) => self.fit_entries(node, entries, *cut, facts, object, declared),
                None => {
                    if self.wraps_map(entries, facts, object)? {
                        let inner = entries.iter().map(|(_, inner)| excerpt_node(inner));
                        let both = std::iter::once(excerpt_node(node)).chain(inner).collect();
                        return Err(self.ambiguous("a map", node, both));
                    }
                    let map = self.fit_map(
                        entries.iter().map(|(key, value)| (key.as_str(), value)),
                        object,
                    )?;
                    self.whole(map, *cut, false, facts, object)
                }
            },
            Node::Text(text) => match self.decoded(text)? {
                Some(inner) => {
                    let fitted = self.fit_object(&inner, facts, object);
                    self.decodes -= 1;
                    fitted
                }
                None => Err(self.mismatch(&expected(object), node)),
            },
            Node::List(items) if object.declared.is_none() => {
                self.fit_pairs(items, node, facts, object)
            }
            Node::List(items) => match items.as_slice() {
                [only @ Node::Object { .. }] => {
                    self.repair(RepairKind::Unwrapped, node, "");
                    self.fit_object(only, facts, object)
                }
                _ => Err(self.mismatch(&expected(object), node)),
            },
            _ => Err(self.mismatch(&expected(object), node)),
        }
    }

    fn fit_entries(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        cut: bool,
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
        declared: &'d Map<String, Value>,
    ) -> Result<Value, Fault> {
        self.budget.spend(entries.len() + declared.len())?;
        let matched = keys::matched(entries, object);
        let exact = entries.iter().any(|(key, _)| object.named(key).is_some());
        if !exact
            && !entries.is_empty()
            && !declared.is_empty()
            && let Some(value) = self.inside(node, entries, facts, object, &matched)?
        {
            return Ok(value);
        }
        let map = Map::with_capacity(declared.len());
        self.fit_matched(map, entries, &matched, cut, facts, object)
    }

    /// The values of the entries whose keys have been matched, added to what is known already.
    pub(super) fn fit_matched(
        &mut self,
        mut map: Map<String, Value>,
        entries: &[(String, Node)],
        matched: &[Option<&'d str>],
        cut: bool,
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
    ) -> Result<Value, Fault> {
        let mut ignored = false;
        for ((key, value), property) in entries.iter().zip(matched) {
            let declared = object.declared.zip(*property);
            match declared.and_then(|(declared, property)| declared.get_key_value(property)) {
                Some((property, inner)) => {
                    if key != property {
                        self.repair(RepairKind::KeyRenamed, key, property);
                    }
                    if let Some(value) = self.fit_property(property, value, inner, object)? {
                        map.insert(property.clone(), value);
                    }
                }
                None => match self.fit_extra(key, value, object)? {
                    Some(value) => {
                        map.insert(key.clone(), value);
                    }
                    None => ignored = true,
                },
            }
        }
        self.whole(map, cut, ignored, facts, object)
    }

    /// What an object holds that has no declared key, but wraps one that does.
    fn inside(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
        matched: &[Option<&str>],
    ) -> Result<Option<Value>, Fault> {
        let respelled = matched.iter().any(Option::is_some);
        // With a key of its own it is no mere wrapper.
        let only_wraps = |inner: &Node| {
            let own = |((_, value), known): (&(String, Node), &Option<&str>)| {
                known.is_some() && !holds(value, inner)
            };
            !entries.iter().zip(matched).any(own)
        };
        // A wrapper by the name of a key is the only one.
        let first = !respelled || self.wrappers == 0;
        if let Some(inner) = wrapped(entries).filter(|inner| first && only_wraps(inner))
            && let Ok(verdict) = self.judge_wrapped(inner, facts)?
        {
            if respelled && object.required.len() <= 1 {
                // `{"Note": {"note": …}}` could be the object itself.
                let both = vec![excerpt_node(node), excerpt_node(inner)];
                return Err(self.ambiguous(&expected(object), node, both));
            }
            self.repair(RepairKind::Unwrapped, node, "");
            if self.trials.running {
                return Ok(Some(self.stand_in(verdict)));
            }
            let outside = self.wrappers;
            self.wrappers = outside + 1;
            let value = self.fit_facts(inner, facts)?;
            self.wrappers = outside;
            return Ok(Some(value));
        }
        let ignored =
            |(key, _): &(String, Node)| matches!(self.undeclared(object, key), Additional::Ignored);
        if !respelled && entries.iter().all(ignored) {
            return Err(self.mismatch(&expected(object), node));
        }
        Ok(None)
    }

    /// Whether what an object wraps fits in its place.
    pub(super) fn judge_wrapped(
        &mut self,
        inner: &Node,
        facts: &Rc<Facts<'d>>,
    ) -> Result<Result<Verdict, Fault>, Fault> {
        if self.wrappers >= MAX_WRAPPERS {
            return Ok(Err(self.mismatch("an object", inner)));
        }
        let outside = self.wrappers;
        self.wrappers = outside + 1;
        let judged = self.judge(inner, facts);
        self.wrappers = outside;
        judged
    }

    /// The value of a declared key; `None` if null stands for an absent one.
    fn fit_property(
        &mut self,
        key: &str,
        value: &Node,
        inner: &'d Value,
        object: &ObjectFacts<'d>,
    ) -> Result<Option<Value>, Fault> {
        self.path.push_key(key);
        let fitted = if matches!(value, Node::Null) && !object.requires(key) {
            // A key that may be absent may be null, and then has its default.
            let property = self.schemas.facts(inner)?;
            let fits = self.attempt(value, &property)?.ok();
            let default = inner.get("default");
            if fits.is_none() {
                match default {
                    Some(default) => self.repair(RepairKind::DefaultFilled, "null", default),
                    None => self.repair(RepairKind::DefaultFilled, "null", ""),
                }
            }
            fits.or_else(|| default.cloned())
        } else {
            Some(self.fit(value, inner)?)
        };
        self.path.pop();
        Ok(fitted)
    }

    /// The value of an undeclared key; `None` if it is left out.
    fn fit_extra(
        &mut self,
        key: &str,
        value: &Node,
        object: &ObjectFacts<'d>,
    ) -> Result<Option<Value>, Fault> {
        match self.undeclared(object, key) {
            Additional::Fits(inner) => {
                self.path.push_key(key);
                let value = self.fit(value, inner)?;
                self.path.pop();
                Ok(Some(value))
            }
            Additional::Ignored => {
                self.repair(RepairKind::ExtraKey, &(key, value), "");
                Ok(None)
            }
            Additional::Refused => Err(self.unknown_key(key, object)),
        }
    }

    /// The object with its defaults. Nothing that is required is filled in if it may have been
    /// meant: by an object that was cut off, or by a key that nobody knows.
    pub(super) fn whole(
        &mut self,
        mut map: Map<String, Value>,
        cut: bool,
        ignored: bool,
        facts: &Rc<Facts<'d>>,
        object: &ObjectFacts<'d>,
    ) -> Result<Value, Fault> {
        for key in &object.required {
            if map.contains_key(*key) {
                continue;
            }
            let property = object.declared.and_then(|declared| declared.get(*key));
            let filled = match property {
                Some(property) if !cut && !ignored => self.absent(key, property)?,
                _ => None,
            };
            let Some(value) = filled else {
                return Err(Box::new(ParseError::MissingKey {
                    path: self.path.pointer(),
                    key: (*key).to_owned(),
                }));
            };
            map.insert((*key).to_owned(), value);
        }
        if !cut && object.has_defaults {
            for (key, property) in object.declared.into_iter().flatten() {
                if let Some(default) = property.get("default")
                    && !map.contains_key(key)
                {
                    map.insert(key.clone(), default.clone());
                }
            }
        }
        if object.counted {
            self.count(&map, facts.schema)?;
        }
        Ok(Value::Object(map))
    }

    fn count(&self, map: &Map<String, Value>, schema: &Value) -> Result<(), Fault> {
        let count = map.len() as u64;
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        if limit("minProperties").is_some_and(|least| count < least)
            || limit("maxProperties").is_some_and(|most| count > most)
        {
            return Err(Box::new(ParseError::Mismatch {
                path: self.path.pointer(),
                expected: "an object with another number of keys".to_owned(),
                found: format!("{count} keys"),
            }));
        }
        Ok(())
    }

    /// What a required key that is missing stands for: its default, no items, or null.
    fn absent(&mut self, key: &str, property: &'d Value) -> Result<Option<Value>, Fault> {
        if let Some(default) = property.get("default") {
            self.filled(key, RepairKind::DefaultFilled, default);
            return Ok(Some(default.clone()));
        }
        let facts = self.schemas.facts(property)?;
        if facts.nullable {
            self.filled(key, RepairKind::DefaultFilled, &Value::Null);
            return Ok(Some(Value::Null));
        }
        match &*facts.shape {
            Shape::List(list) if list.prefix.is_none() && list.least == 0 => {
                let value = Value::Array(Vec::new());
                self.filled(key, RepairKind::EmptyList, &value);
                Ok(Some(value))
            }
            _ => Ok(None),
        }
    }

    fn filled(&mut self, key: &str, kind: RepairKind, value: &Value) {
        self.path.push_key(key);
        self.repair(kind, "", value);
        self.path.pop();
    }

    pub(super) fn unknown_key(&self, key: &str, object: &ObjectFacts<'d>) -> Fault {
        let declared = object.declared.into_iter().flat_map(Map::keys);
        Box::new(ParseError::UnknownKey {
            path: self.path.pointer(),
            key: excerpt(key),
            allowed: declared.take(LISTED).cloned().collect(),
        })
    }
}

/// The most objects around each other that only wrap another one.
pub(super) const MAX_WRAPPERS: usize = 3;

/// The most values beside the one that an object only wraps.
const BESIDE: usize = 3;

/// What is inside of an object that only wraps another one.
pub(super) fn wrapped(entries: &[(String, Node)]) -> Option<&Node> {
    // A schema that was filled in: {"type": "object", "properties": {…}}.
    let part = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let only_schema = entries.iter().all(|(key, _)| SCHEMA_WORDS.contains(&key.as_str()));
    if let Some(Node::Object { entries: inner, .. }) = part("properties").filter(|_| only_schema) {
        let unfilled = inner.iter().any(|(_, value)| is_schema(value));
        return part("properties").filter(|_| !unfilled);
    }
    // {"status": "ok", "data": {…}}
    let structured =
        |(_, value): &&(String, Node)| matches!(value, Node::List(_) | Node::Object { .. });
    let mut structures = entries.iter().filter(structured);
    let (_, inner) = structures.next()?;
    if structures.next().is_some() || entries.len() > BESIDE + 1 {
        return None;
    }
    match inner {
        Node::Object { .. } => Some(inner),
        Node::List(items) => match items.as_slice() {
            [only @ Node::Object { .. }] => Some(only),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is another one, or a list of it.
fn holds(value: &Node, inner: &Node) -> bool {
    let first = match value {
        Node::List(items) => items.first(),
        _ => None,
    };
    std::ptr::eq(value, inner) || first.is_some_and(|first| std::ptr::eq(first, inner))
}

/// The keywords of an object's schema.
const SCHEMA_WORDS: &[&str] =
    &["type", "properties", "required", "title", "$schema", "description", "additionalProperties"];

/// Whether a value is a part of a JSON Schema, which a model repeats instead of filling it in.
pub(super) fn is_schema(node: &Node) -> bool {
    let Node::Object { entries, .. } = node else {
        return false;
    };
    let words = ["type", "description", "title", "items", "enum", "default", "anyOf", "format"];
    entries.iter().all(|(key, _)| words.contains(&key.as_str()))
        && entries.iter().any(|(key, value)| match value {
            Node::Text(kind) if key == "type" => matches!(
                kind.as_str(),
                "string" | "integer" | "number" | "boolean" | "array" | "object" | "null"
            ),
            _ => key == "anyOf",
        })
}

fn expected(object: &ObjectFacts<'_>) -> String {
    let mut keys: Vec<&str> = object.required.clone();
    if keys.is_empty() {
        let declared = object.declared.into_iter().flat_map(Map::keys);
        keys = declared.map(String::as_str).collect();
    }
    if keys.is_empty() {
        return "an object".to_owned();
    }
    keys.truncate(LISTED);
    format!("an object with the keys `{}`", keys.join("`, `"))
}
