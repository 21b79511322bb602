//! Values of Python as JSON, and back.

use std::fmt;

use dspy_core::interpreter::{CodeError, Limit, Limits};
use monty_types::{MontyObject, MontyType};
use serde_json::{Map, Number, Value};

use super::talk::weight;

/// How deep a value may nest on its way.
const DEPTH: usize = 100;

/// Why a value cannot be told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Untold {
    TooLarge,
    TooDeep,
}

impl Untold {
    pub(super) fn into_error(self, limits: &Limits) -> CodeError {
        let message = format!("{self}; {} bytes are allowed", limits.transfer);
        CodeError::Limit { limit: Limit::Transfer, message, state_lost: false }
    }
}

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the value is too large to be passed between code and host",
            Self::TooDeep => "the value nests too deep to be passed between code and host",
        })
    }
}

/// A value of the host.
pub(super) fn to_python(value: Value) -> MontyObject {
    match value {
        Value::Null => MontyObject::None,
        Value::Bool(value) => MontyObject::Bool(value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => MontyObject::Int(value),
            (None, Some(value)) => MontyObject::BigInt(value.into()),
            (None, None) => MontyObject::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => MontyObject::String(text),
        Value::Array(items) => MontyObject::List(items.into_iter().map(to_python).collect()),
        Value::Object(fields) => {
            let pair = |(name, value)| (MontyObject::String(name), to_python(value));
            MontyObject::dict(fields.into_iter().map(pair).collect::<Vec<_>>())
        }
    }
}

/// A value of the code, in no more than so many bytes.
pub(super) fn to_json(value: MontyObject, bytes: usize) -> Result<Value, Untold> {
    Telling { left: bytes }.value(&value, 0)
}

/// The arguments of a call by position.
pub(super) fn all(values: &[MontyObject], bytes: usize) -> Result<Vec<Value>, Untold> {
    Telling { left: bytes }.all(values, 0)
}

/// The arguments of a call by name.
pub(super) fn named(
    pairs: &[(MontyObject, MontyObject)],
    bytes: usize,
) -> Result<Map<String, Value>, Untold> {
    Telling { left: bytes }.pairs(pairs.iter().map(|(name, value)| (name, value)), 0)
}

/// The arguments that one item of several calls stands for, and how large they are.
#[expect(clippy::type_complexity, reason = "used once")]
pub(super) fn arguments(
    item: &MontyObject,
    bytes: usize,
) -> Result<(Vec<Value>, Map<String, Value>, usize), Untold> {
    let mut telling = Telling { left: bytes };
    let (positional, named) = match item {
        MontyObject::Tuple(items) => (telling.all(items, 0)?, Map::new()),
        MontyObject::Dict(pairs) => {
            (Vec::new(), telling.pairs(pairs.into_iter().map(|(n, v)| (n, v)), 0)?)
        }
        other => (vec![telling.value(other, 0)?], Map::new()),
    };
    Ok((positional, named, bytes - telling.left))
}

struct Telling {
    left: usize,
}

impl Telling {
    fn value(&mut self, value: &MontyObject, depth: usize) -> Result<Value, Untold> {
        if depth > DEPTH {
            return Err(Untold::TooDeep);
        }
        let told = match value {
            MontyObject::None | MontyObject::Ellipsis => Value::Null,
            MontyObject::Bool(value) => Value::Bool(*value),
            MontyObject::Int(value) => Value::from(*value),
            // As the rest of the framework writes integers that JSON's numbers cannot hold.
            MontyObject::BigInt(value) => match u64::try_from(value) {
                Ok(value) => Value::from(value),
                Err(_) => self.text(&value.to_string())?,
            },
            MontyObject::Float(value) => match Number::from_f64(*value) {
                Some(number) => Value::Number(number),
                None => self.text(&MontyObject::Float(*value).py_repr())?,
            },
            MontyObject::String(text) | MontyObject::Path(text) | MontyObject::Repr(text) => {
                return self.text(text);
            }
            MontyObject::List(items)
            | MontyObject::Tuple(items)
            | MontyObject::Set(items)
            | MontyObject::FrozenSet(items) => {
                return Ok(Value::Array(self.all(items, depth + 1)?));
            }
            MontyObject::NamedTuple { field_names, values, .. } => {
                let mut fields = Map::new();
                for (name, value) in field_names.iter().zip(values) {
                    self.take(name.len())?;
                    fields.insert(name.clone(), self.value(value, depth + 1)?);
                }
                return Ok(Value::Object(fields));
            }
            MontyObject::Dict(pairs) => {
                let pairs = pairs.into_iter().map(|(name, value)| (name, value));
                return Ok(Value::Object(self.pairs(pairs, depth + 1)?));
            }
            MontyObject::ClassInstance(instance) => {
                let pairs = instance.attrs.iter().map(|(name, value)| (name, value));
                return Ok(Value::Object(self.pairs(pairs, depth + 1)?));
            }
            MontyObject::Type(MontyType::Instance(class)) => self.text(&class.name)?,
            MontyObject::Date(date) => {
                self.text(&format!("{:04}-{:02}-{:02}", date.year, date.month, date.day))?
            }
            other => self.text(&other.py_repr())?,
        };
        self.take(4)?;
        Ok(told)
    }

    fn all(&mut self, items: &[MontyObject], depth: usize) -> Result<Vec<Value>, Untold> {
        items.iter().map(|item| self.value(item, depth)).collect()
    }

    /// Keys that are no texts are written as Python's own JSON writes them.
    fn pairs<'a>(
        &mut self,
        pairs: impl Iterator<Item = (&'a MontyObject, &'a MontyObject)>,
        depth: usize,
    ) -> Result<Map<String, Value>, Untold> {
        let mut fields = Map::new();
        for (name, value) in pairs {
            let name = match name {
                MontyObject::String(name) => name.clone(),
                MontyObject::None => "null".to_owned(),
                MontyObject::Bool(value) => value.to_string(),
                other => other.py_repr(),
            };
            self.take(name.len() + 4)?;
            fields.insert(name, self.value(value, depth)?);
        }
        Ok(fields)
    }

    fn text(&mut self, text: &str) -> Result<Value, Untold> {
        let value = Value::String(text.to_owned());
        self.take(weight(&value))?;
        Ok(value)
    }

    fn take(&mut self, bytes: usize) -> Result<(), Untold> {
        self.left = self.left.checked_sub(bytes).ok_or(Untold::TooLarge)?;
        Ok(())
    }
}
