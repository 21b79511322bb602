//! Object targets.

use serde_json::{Map, Value};

use super::map::Undeclared;
use super::{Fitter, keys};
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::schemas::{kind_of, properties, required, requires};

/// The most keys that an error lists.
const LISTED: usize = 20;

impl Fitter<'_> {
    pub(super) fn fit_object(&mut self, node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let declared = properties(schema);
        match node {
            Node::Object { entries, cut } => match declared {
                Some(declared) => self.fit_entries(node, entries, *cut, schema, declared),
                None => {
                    let map = self.fit_map(entries, schema)?;
                    self.whole(map, *cut, false, schema)
                }
            },
            Node::Text(text) => match self.decoded(text)? {
                Some(inner) => {
                    let fitted = self.fit_object(&inner, schema);
                    self.decodes -= 1;
                    fitted
                }
                None => Err(self.mismatch(&expected(schema), node)),
            },
            Node::List(items) if declared.is_none() => self.fit_pairs(items, node, schema),
            Node::List(items) => match items.as_slice() {
                [only @ Node::Object { .. }] => {
                    self.repair(RepairKind::Unwrapped, &excerpt_node(node), "");
                    self.fit_object(only, schema)
                }
                _ => Err(self.mismatch(&expected(schema), node)),
            },
            _ => Err(self.mismatch(&expected(schema), node)),
        }
    }

    fn fit_entries(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        cut: bool,
        schema: &Value,
        declared: &Map<String, Value>,
    ) -> Result<Value, ParseError> {
        self.budget.spend(entries.len() + declared.len())?;
        let matched = keys::matched(entries, declared);
        let exact = entries.iter().zip(&matched).any(|((key, _), property)| {
            property.is_some_and(|name| key == name || keys::is_alias(key, declared.get(name)))
        });
        if !exact
            && !entries.is_empty()
            && !declared.is_empty()
            && let Some(value) = self.inside(node, entries, schema, &matched)?
        {
            return Ok(value);
        }
        let mut map = Map::with_capacity(declared.len());
        let mut ignored = false;
        for ((key, value), property) in entries.iter().zip(&matched) {
            let fitted = match property {
                Some(property) => {
                    if key != property {
                        self.repair(RepairKind::KeyRenamed, &excerpt(key), property);
                    }
                    let inner = declared.get(*property).unwrap_or(&Value::Bool(true));
                    self.fit_property(property, value, inner, schema)?
                        .map(|value| ((*property).to_owned(), value))
                }
                None => {
                    let extra = self.fit_extra(key, value, schema)?;
                    ignored |= extra.is_none();
                    extra
                }
            };
            map.extend(fitted);
        }
        self.whole(map, cut, ignored, schema)
    }

    /// What an object holds that has no declared key, but wraps one that does.
    fn inside(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        schema: &Value,
        matched: &[Option<&str>],
    ) -> Result<Option<Value>, ParseError> {
        let respelled = matched.iter().any(Option::is_some);
        if let Some(inner) = wrapped(entries)
            && let Ok(value) = self.attempt(inner, schema)?
        {
            if respelled {
                // `{"Note": {"note": …}}` could be the object itself.
                let both = vec![excerpt_node(node), excerpt_node(inner)];
                let required = required(schema).count();
                if required <= 1 {
                    return Err(self.ambiguous(&expected(schema), node, both));
                }
            }
            self.repair(RepairKind::Unwrapped, &excerpt_node(node), "");
            return Ok(Some(value));
        }
        let ignored =
            |(key, _): &(String, Node)| matches!(self.undeclared(schema, key), Undeclared::Ignored);
        if !respelled && entries.iter().all(ignored) {
            return Err(self.mismatch(&expected(schema), node));
        }
        Ok(None)
    }

    /// The value of a declared key; `None` if null stands for an absent one.
    fn fit_property(
        &mut self,
        key: &str,
        value: &Node,
        inner: &Value,
        schema: &Value,
    ) -> Result<Option<Value>, ParseError> {
        self.path.push_key(key);
        let fitted = if matches!(value, Node::Null) && !requires(schema, key) {
            // A key that may be absent may be null, and then has its default.
            let fits = self.attempt(value, inner)?.ok();
            let default = inner.get("default");
            if fits.is_none() {
                let shown = default.map_or_else(String::new, |value| excerpt(&value.to_string()));
                self.repair(RepairKind::DefaultFilled, "null", &shown);
            }
            fits.or_else(|| default.cloned())
        } else {
            Some(self.fit(value, inner)?)
        };
        self.path.pop();
        Ok(fitted)
    }

    fn fit_extra(
        &mut self,
        key: &str,
        value: &Node,
        schema: &Value,
    ) -> Result<Option<(String, Value)>, ParseError> {
        match self.undeclared(schema, key) {
            Undeclared::Fits(inner) => {
                self.path.push_key(key);
                let value = self.fit(value, inner)?;
                self.path.pop();
                Ok(Some((key.to_owned(), value)))
            }
            Undeclared::Ignored => {
                let from = format!("{}: {}", excerpt(key), excerpt_node(value));
                self.repair(RepairKind::ExtraKey, &excerpt(&from), "");
                Ok(None)
            }
            Undeclared::Refused => Err(self.unknown_key(key, schema)),
        }
    }

    /// The object with its defaults. Nothing that is required is filled in if it may have been
    /// meant: by an object that was cut off, or by a key that nobody knows.
    fn whole(
        &mut self,
        mut map: Map<String, Value>,
        cut: bool,
        ignored: bool,
        schema: &Value,
    ) -> Result<Value, ParseError> {
        let declared = properties(schema);
        for key in required(schema) {
            if map.contains_key(key) {
                continue;
            }
            let property = declared.and_then(|declared| declared.get(key));
            let filled = match property {
                Some(property) if !cut && !ignored => self.absent(key, property)?,
                _ => None,
            };
            let Some(value) = filled else {
                return Err(ParseError::MissingKey {
                    path: self.path.pointer(),
                    key: key.to_owned(),
                });
            };
            map.insert(key.to_owned(), value);
        }
        if !cut {
            for (key, property) in declared.into_iter().flatten() {
                if let Some(default) = property.get("default")
                    && !map.contains_key(key)
                {
                    map.insert(key.clone(), default.clone());
                }
            }
        }
        let count = map.len() as u64;
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        if limit("minProperties").is_some_and(|least| count < least)
            || limit("maxProperties").is_some_and(|most| count > most)
        {
            return Err(ParseError::Mismatch {
                path: self.path.pointer(),
                expected: "an object with another number of keys".to_owned(),
                found: format!("{count} keys"),
            });
        }
        Ok(Value::Object(map))
    }

    /// What a required key that is missing stands for: its default, no items, or null.
    fn absent(&mut self, key: &str, property: &Value) -> Result<Option<Value>, ParseError> {
        if let Some(default) = property.get("default") {
            self.filled(key, RepairKind::DefaultFilled, default);
            return Ok(Some(default.clone()));
        }
        let property = self.schemas.resolve(property)?;
        if self.schemas.without_null(&property)?.is_some() {
            self.filled(key, RepairKind::DefaultFilled, &Value::Null);
            return Ok(Some(Value::Null));
        }
        let empty = kind_of(&property) == Some("array")
            && property.get("prefixItems").is_none()
            && property.get("minItems").and_then(Value::as_u64).unwrap_or(0) == 0;
        if empty {
            let value = Value::Array(Vec::new());
            self.filled(key, RepairKind::EmptyList, &value);
            return Ok(Some(value));
        }
        Ok(None)
    }

    fn filled(&mut self, key: &str, kind: RepairKind, value: &Value) {
        self.path.push_key(key);
        self.repair(kind, "", &excerpt(&value.to_string()));
        self.path.pop();
    }

    pub(super) fn unknown_key(&self, key: &str, schema: &Value) -> ParseError {
        let declared = properties(schema).into_iter().flat_map(Map::keys);
        ParseError::UnknownKey {
            path: self.path.pointer(),
            key: excerpt(key),
            allowed: declared.take(LISTED).cloned().collect(),
        }
    }
}

/// What is inside of an object that only wraps another one.
fn wrapped(entries: &[(String, Node)]) -> Option<&Node> {
    let inner = match entries {
        [(_, only)] => only,
        // A schema that was filled in: {"type": "object", "properties": {…}}.
        several => {
            let part = |name: &str| several.iter().find(|(key, _)| key == name).map(|(_, v)| v);
            let schema_words =
                ["type", "properties", "required", "title", "$schema", "description"];
            let only_schema = several.iter().all(|(key, _)| schema_words.contains(&key.as_str()));
            match part("type") {
                Some(Node::Text(kind)) if kind == "object" && only_schema => part("properties")?,
                _ => return None,
            }
        }
    };
    matches!(inner, Node::Object { .. }).then_some(inner)
}

fn expected(schema: &Value) -> String {
    let mut keys: Vec<&str> = required(schema).collect();
    if keys.is_empty() {
        keys = properties(schema).into_iter().flat_map(Map::keys).map(String::as_str).collect();
    }
    if keys.is_empty() {
        return "an object".to_owned();
    }
    keys.truncate(LISTED);
    format!("an object with the keys `{}`", keys.join("`, `"))
}
