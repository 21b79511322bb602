//! Giving a value of the sent schema its own form back.

use serde_json::{Map, Value};

use super::apart::Accepts;
use super::form::{Entry, Form, Forms, Kind, Undo, WRAPPED, item_key};

/// Deeper values stay as they are.
const MAX_DEPTH: usize = 200;

pub(super) struct Restorer<'f> {
    forms: &'f Forms,
    accepts: Accepts<'f>,
}

impl<'f> Restorer<'f> {
    pub(super) fn new(forms: &'f Forms, value: &Value) -> Self {
        Self { forms, accepts: Accepts::new(forms, value) }
    }

    pub(super) fn restore(mut self, value: Value) -> Value {
        self.value(&self.forms.root, value, 0)
    }

    fn value(&mut self, form: &'f Form, value: Value, depth: usize) -> Value {
        if depth > MAX_DEPTH || (value.is_null() && form.nullable) {
            return value;
        }
        match &form.undo {
            Undo::Nothing => self.inside(form, value, depth),
            Undo::Json => match &value {
                Value::String(text) => serde_json::from_str(text).unwrap_or(value),
                _ => value,
            },
            Undo::Word(meant) => match (&form.kind, &value) {
                (Kind::Choice(words), written) if words.contains(written) => meant.clone(),
                _ => value,
            },
            Undo::Wrapper => self.unwrapped(form, value, depth),
            Undo::Pairs => self.map(form, value, depth),
            Undo::Tuple => match self.inside(form, value, depth) {
                Value::Object(map) => tuple(form, map),
                other => other,
            },
            Undo::Others(name) => match self.inside(form, value, depth) {
                Value::Object(map) => merged(map, name),
                other => other,
            },
        }
    }

    fn inside(&mut self, form: &'f Form, value: Value, depth: usize) -> Value {
        match (&form.kind, value) {
            (Kind::Reference(place), value) => match self.forms.definitions.get(*place) {
                Some(Some(target)) => self.value(target, value, depth + 1),
                _ => value,
            },
            (Kind::Union(parts, _), value) => match self.alternative(parts, &value) {
                Some(part) => self.value(part, value, depth + 1),
                None => value,
            },
            (Kind::List(item), Value::Array(items)) => {
                items.into_iter().map(|value| self.value(item, value, depth + 1)).collect()
            }
            (Kind::Tuple(parts), Value::Array(items)) if parts.len() == items.len() => {
                let both = parts.iter().zip(items);
                both.map(|(part, value)| self.value(part, value, depth + 1)).collect()
            }
            (Kind::Object(entries, rest), Value::Object(map)) => {
                Value::Object(self.object(entries, rest.as_deref(), map, depth))
            }
            (_, value) => value,
        }
    }

    fn object(
        &mut self,
        entries: &'f [Entry],
        rest: Option<&'f Form>,
        map: Map<String, Value>,
        depth: usize,
    ) -> Map<String, Value> {
        let mut restored = Map::with_capacity(map.len());
        for (key, value) in map {
            let entry = entries.iter().find(|entry| entry.name == key);
            let value = match (entry, rest) {
                (Some(entry), _) if value.is_null() && entry.null_is_absent => continue,
                (Some(entry), _) => self.value(&entry.form, value, depth + 1),
                (None, Some(rest)) => self.value(rest, value, depth + 1),
                (None, None) => value,
            };
            restored.insert(key, value);
        }
        for entry in entries.iter().filter(|entry| entry.absent_is_empty) {
            restored.entry(entry.name.as_str()).or_insert_with(|| Value::Array(Vec::new()));
        }
        restored
    }

    fn unwrapped(&mut self, form: &'f Form, value: Value, depth: usize) -> Value {
        let Kind::Object(entries, _) = &form.kind else { return value };
        let Some(entry) = entries.first() else { return value };
        match value {
            Value::Object(mut map) if map.len() == 1 && map.contains_key(WRAPPED) => {
                let inner = map.shift_remove(WRAPPED).unwrap_or_default();
                self.value(&entry.form, inner, depth + 1)
            }
            // A model that was not held to the schema may have left the wrapper away.
            other => self.value(&entry.form, other, depth + 1),
        }
    }

    fn map(&mut self, form: &'f Form, value: Value, depth: usize) -> Value {
        let (Kind::List(pair), Value::Array(items)) = (&form.kind, &value) else { return value };
        let Kind::Object(entries, _) = &pair.kind else { return value };
        let Some(inner) = entries.iter().find(|entry| entry.name == "value") else { return value };
        let mut map = Map::with_capacity(items.len());
        for item in items {
            let Some((key, held)) = pair_of(item) else { return value };
            if map.insert(key, held.clone()).is_some() {
                // Which of the two was meant is not for us to say.
                return value;
            }
        }
        let restored =
            map.into_iter().map(|(key, held)| (key, self.value(&inner.form, held, depth + 1)));
        Value::Object(restored.collect())
    }

    /// The alternative that a value is of: one that accepts it, else the only one that it could be.
    fn alternative(&mut self, parts: &'f [Form], value: &Value) -> Option<&'f Form> {
        if let Some(part) = parts.iter().find(|part| self.accepts.accepts(part, value)) {
            return Some(part);
        }
        let mut possible = parts.iter().filter(|part| self.accepts.resembles(part, value));
        let first = possible.next()?;
        possible.next().is_none().then_some(first)
    }
}

/// The key and the value of a pair.
fn pair_of(item: &Value) -> Option<(String, &Value)> {
    let pair = item.as_object().filter(|pair| pair.len() == 2)?;
    let key = match pair.get("key")? {
        Value::String(key) => key.clone(),
        Value::Number(key) => key.to_string(),
        _ => return None,
    };
    Some((key, pair.get("value")?))
}

fn tuple(form: &Form, mut map: Map<String, Value>) -> Value {
    let count = match &form.kind {
        Kind::Object(entries, _) => entries.len(),
        _ => 0,
    };
    let is_whole = map.len() == count && (0..count).all(|at| map.contains_key(&item_key(at)));
    if !is_whole {
        return Value::Object(map);
    }
    let items = (0..count).filter_map(|index| map.shift_remove(&item_key(index)));
    Value::Array(items.collect())
}

fn merged(mut map: Map<String, Value>, name: &str) -> Value {
    let is_apart = match map.get(name) {
        Some(Value::Object(others)) => {
            others.keys().all(|key| key == name || !map.contains_key(key))
        }
        _ => false,
    };
    if is_apart && let Some(Value::Object(others)) = map.shift_remove(name) {
        map.extend(others);
    }
    Value::Object(map)
}
