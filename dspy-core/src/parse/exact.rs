//! The short way for values that fit as they are, which is what most answers are.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::error::ParseError;
use super::fit::{fits_integer, fits_number};
use super::schemas::{Additional, Facts, ListFacts, ObjectFacts, Schemas, Shape, Union};
use super::words::is_null_word;

/// The deepest value that is looked at.
const MAX_DEPTH: usize = 128;

/// Looks whether a value needs no change but its defaults.
pub(super) struct Exact<'s, 'd> {
    schemas: &'s Schemas<'d>,
    /// Steps left; unions inside of unions could take more than is worth it.
    left: Cell<usize>,
    /// Inside of a union no default is filled in, as another variant may be meant.
    in_union: Cell<bool>,
}

impl<'s, 'd> Exact<'s, 'd> {
    pub(super) fn new(schemas: &'s Schemas<'d>, size: usize) -> Self {
        let left = Cell::new(1000_usize.saturating_add(size.saturating_mul(4)));
        Self { schemas, left, in_union: Cell::new(false) }
    }

    /// The steps that may still be taken.
    pub(super) fn left(&self) -> usize {
        self.left.get()
    }

    /// Whether the value fits with nothing changed but defaults, which are filled in. If it does
    /// not, some of the defaults may have been.
    pub(super) fn settle(&self, value: &mut Value, schema: &'d Value) -> Result<bool, ParseError> {
        let facts = self.schemas.facts(schema)?;
        self.fits(value, &facts, 0)
    }

    fn fits(&self, value: &mut Value, facts: &Facts<'d>, depth: usize) -> Result<bool, ParseError> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Ok(false);
        };
        self.left.set(left);
        if depth > MAX_DEPTH {
            return Ok(false);
        }
        if facts.nullable {
            match value {
                Value::Null => return Ok(true),
                Value::String(text) if text.trim().is_empty() || is_null_word(text) => {
                    return Ok(false);
                }
                _ => {}
            }
        }
        Ok(match (&*facts.shape, value) {
            (Shape::Anything, _) => true,
            (Shape::Choices(choices), value) => {
                choices.members.iter().any(|choice| choice.value == value)
            }
            (Shape::Text, Value::String(text)) => text_fits(text, facts.schema),
            (Shape::Integer, Value::Number(number)) => fits_integer(number, facts.schema),
            (Shape::Number, Value::Number(number)) => fits_number(number, facts.schema),
            (Shape::Boolean, Value::Bool(_)) | (Shape::Null, Value::Null) => true,
            (Shape::List(list), Value::Array(items)) => self.list(items, list, depth)?,
            (Shape::Object(object), Value::Object(map)) => self.object(map, object, depth)?,
            (Shape::Union(union), value) => self.union(value, union, depth)?,
            _ => false,
        })
    }

    fn list(
        &self,
        items: &mut [Value],
        list: &ListFacts<'d>,
        depth: usize,
    ) -> Result<bool, ParseError> {
        let count = items.len() as u64;
        let counted = count >= list.least && list.most.is_none_or(|most| count <= most);
        if !counted || list.unique || list.prefix.is_some() {
            return Ok(false);
        }
        let Some(schema) = list.items else { return Ok(true) };
        let facts = self.schemas.facts(schema)?;
        for item in items {
            if !self.fits(item, &facts, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn object(
        &self,
        map: &mut Map<String, Value>,
        object: &ObjectFacts<'d>,
        depth: usize,
    ) -> Result<bool, ParseError> {
        if object.counted || object.patterns.is_some() {
            return Ok(false);
        }
        // Most models keep to the order of the schema, which saves looking keys up.
        let mut expected = object.properties.iter();
        let mut required = 0;
        for (key, value) in map.iter_mut() {
            let next = expected.find(|(name, _, required)| name == key || *required);
            let declared = match next {
                Some((name, schema, needed)) if name == key => Some((*schema, *needed)),
                _ => object
                    .declared
                    .and_then(|declared| declared.get(key))
                    .map(|schema| (schema, object.requires(key))),
            };
            let schema = match (declared, object.additional) {
                (Some((schema, needed)), _) => {
                    required += usize::from(needed);
                    schema
                }
                (None, Additional::Fits(schema)) => schema,
                (None, Additional::Ignored) if object.declared.is_none() => continue,
                (None, _) => return Ok(false),
            };
            let facts = self.schemas.facts(schema)?;
            if !self.fits(value, &facts, depth + 1)? {
                return Ok(false);
            }
        }
        // A key can be required without being declared.
        if required < object.required.len()
            && object.required.iter().any(|key| !map.contains_key(*key))
        {
            return Ok(false);
        }
        if object.has_defaults {
            for (key, property) in object.declared.into_iter().flatten() {
                if let Some(default) = property.get("default")
                    && !map.contains_key(key)
                {
                    if self.in_union.get() {
                        return Ok(false);
                    }
                    map.insert(key.clone(), default.clone());
                }
            }
        }
        Ok(true)
    }

    fn union(
        &self,
        value: &mut Value,
        union: &Union<'d>,
        depth: usize,
    ) -> Result<bool, ParseError> {
        let outside = self.in_union.replace(true);
        let mut fits = false;
        for variant in &union.variants {
            if self.fits(value, variant, depth + 1)? {
                fits = true;
                break;
            }
        }
        self.in_union.set(outside);
        Ok(fits)
    }
}

/// How many values there are in a value, as deep as is looked at.
pub(super) fn weight(value: &Value) -> usize {
    fn count(value: &Value, depth: usize) -> usize {
        match value {
            _ if depth > MAX_DEPTH => 0,
            Value::Array(items) => 1 + items.iter().map(|it| count(it, depth + 1)).sum::<usize>(),
            Value::Object(map) => 1 + map.values().map(|it| count(it, depth + 1)).sum::<usize>(),
            _ => 1,
        }
    }
    count(value, 0)
}

/// Whether a text is within its bounds; formats and patterns are left to the long way.
fn text_fits(text: &str, schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    if schema.contains_key("pattern") || schema.contains_key("format") {
        return false;
    }
    let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
    let (least, most) = (limit("minLength"), limit("maxLength"));
    if least.is_none() && most.is_none() {
        return true;
    }
    let length = text.chars().count() as u64;
    least.is_none_or(|least| length >= least) && most.is_none_or(|most| length <= most)
}
