//! Telling the alternatives of a union apart: for all values when a schema is rewritten, for one
//! value when it is restored.

use serde_json::Value;

use super::form::{Form, Forms, Kind, Undo};
use super::{Dialect, Unsupported};

/// How deeply two types are compared.
const MAX_DEPTH: usize = 12;

/// Demands that no value is of two alternatives of a union, if it would not stay as it is.
pub(super) fn check(forms: &Forms, dialect: Dialect) -> Result<(), Unsupported> {
    let changed = changed(forms);
    let definitions = forms.definitions.iter().flatten();
    for form in std::iter::once(&forms.root).chain(definitions) {
        check_within(forms, form, &changed).map_err(|path| Unsupported {
            dialect,
            path,
            reason: "two alternatives would look alike once rewritten".to_owned(),
        })?;
    }
    Ok(())
}

fn check_within(forms: &Forms, form: &Form, changed: &[bool]) -> Result<(), String> {
    if let Kind::Union(parts, path) = &form.kind {
        for (index, part) in parts.iter().enumerate() {
            for other in parts.iter().skip(index + 1) {
                let stay = !changes(part, changed) && !changes(other, changed);
                if !stay && !apart(forms, part, other, MAX_DEPTH) {
                    return Err(path.clone());
                }
            }
        }
    }
    form.parts().into_iter().try_for_each(|part| check_within(forms, part, changed))
}

/// For each definition whether restoring changes its values.
fn changed(forms: &Forms) -> Vec<bool> {
    let mut changed = vec![false; forms.definitions.len()];
    loop {
        let next: Vec<bool> = forms
            .definitions
            .iter()
            .map(|form| form.as_ref().is_some_and(|form| changes(form, &changed)))
            .collect();
        if next == changed {
            return changed;
        }
        changed = next;
    }
}

fn changes(form: &Form, changed: &[bool]) -> bool {
    let own = match &form.kind {
        Kind::Reference(place) => changed.get(*place).copied().unwrap_or(true),
        Kind::Object(entries, _) => {
            entries.iter().any(|entry| entry.null_is_absent || entry.absent_is_empty)
        }
        _ => false,
    };
    own || form.undo != Undo::Nothing || form.parts().into_iter().any(|part| changes(part, changed))
}

/// Whether no value is of both types. `false` where that is not plain to see.
fn apart(forms: &Forms, left: &Form, right: &Form, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    if takes_null(forms, left) && takes_null(forms, right) {
        return false;
    }
    let (left, right) = (forms.resolve(left), forms.resolve(right));
    match (&left.kind, &right.kind) {
        (Kind::Union(parts, _), _) => parts.iter().all(|part| apart(forms, part, right, depth)),
        (_, Kind::Union(parts, _)) => parts.iter().all(|part| apart(forms, left, part, depth)),
        (Kind::Choice(some), Kind::Choice(others)) => {
            some.iter().all(|value| !others.contains(value))
        }
        (Kind::Choice(values), _) => values.iter().all(|value| !is_of_kind(&right.kind, value)),
        (_, Kind::Choice(values)) => values.iter().all(|value| !is_of_kind(&left.kind, value)),
        (Kind::Object(some, None), Kind::Object(others, None)) => {
            let lacks = |from: &[super::form::Entry], of: &[super::form::Entry]| {
                let mut needed = from.iter().filter(|entry| entry.required);
                needed.any(|entry| of.iter().all(|other| other.name != entry.name))
            };
            lacks(some, others)
                || lacks(others, some)
                || some.iter().any(|entry| {
                    others.iter().any(|other| {
                        other.name == entry.name
                            && (other.required || entry.required)
                            && apart(forms, &entry.form, &other.form, depth)
                    })
                })
        }
        (left, right) => word(left).is_some_and(|left| {
            word(right).is_some_and(|right| {
                left != right
                    && !matches!((left, right), ("integer", "number") | ("number", "integer"))
            })
        }),
    }
}

fn takes_null(forms: &Forms, form: &Form) -> bool {
    let target = forms.resolve(form);
    form.nullable || target.nullable || matches!(target.kind, Kind::Null | Kind::Any)
}

/// The JSON type of a form; `None` where it is not one.
fn word(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Text => "string",
        Kind::List(_) | Kind::Tuple(_) => "array",
        Kind::Object(..) => "object",
        Kind::Any | Kind::Choice(_) | Kind::Union(..) | Kind::Reference(_) => return None,
    })
}

fn is_of_kind(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Null => value.is_null(),
        Kind::Boolean => value.is_boolean(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Text => value.is_string(),
        Kind::List(_) | Kind::Tuple(_) => value.is_array(),
        Kind::Object(..) => value.is_object(),
        Kind::Choice(values) => values.contains(value),
        Kind::Any | Kind::Union(..) | Kind::Reference(_) => true,
    }
}

/// Whether a value is of a type, with a limit on the work.
pub(super) struct Accepts<'f> {
    forms: &'f Forms,
    fuel: usize,
}

impl<'f> Accepts<'f> {
    pub(super) fn new(forms: &'f Forms, value: &Value) -> Self {
        // Alternatives within alternatives could be tried without end.
        Self { forms, fuel: 10_000_usize.saturating_add(size(value, 0).saturating_mul(100)) }
    }

    pub(super) fn accepts(&mut self, form: &Form, value: &Value) -> bool {
        self.within(form, value, 0)
    }

    fn within(&mut self, form: &Form, value: &Value, depth: usize) -> bool {
        let Some(fuel) = self.fuel.checked_sub(1).filter(|_| depth < 200) else { return false };
        self.fuel = fuel;
        if form.nullable && value.is_null() {
            return true;
        }
        let forms = self.forms;
        match (&form.kind, value) {
            (Kind::Reference(place), value) => match forms.definitions.get(*place) {
                Some(Some(target)) => self.within(target, value, depth + 1),
                _ => false,
            },
            (Kind::Union(parts, _), value) => {
                parts.iter().any(|part| self.within(part, value, depth + 1))
            }
            (Kind::List(item), Value::Array(items)) => {
                items.iter().all(|value| self.within(item, value, depth + 1))
            }
            (Kind::Tuple(parts), Value::Array(items)) => {
                parts.len() == items.len()
                    && parts.iter().zip(items).all(|(p, value)| self.within(p, value, depth + 1))
            }
            (Kind::Object(entries, rest), Value::Object(map)) => {
                entries.iter().all(|entry| !entry.required || map.contains_key(&entry.name))
                    && map.iter().all(|(key, value)| {
                        let entry = entries.iter().find(|entry| entry.name == *key);
                        match (entry, rest) {
                            (Some(entry), _) => self.within(&entry.form, value, depth + 1),
                            (None, Some(rest)) => self.within(rest, value, depth + 1),
                            (None, None) => false,
                        }
                    })
            }
            (kind, value) => is_of_kind(kind, value),
        }
    }

    /// Whether a value that no type accepts could be meant for this one: it is of its kind, and no
    /// tag says otherwise.
    pub(super) fn resembles(&self, form: &Form, value: &Value) -> bool {
        let form = self.forms.resolve(form);
        match (&form.kind, value) {
            (Kind::Object(entries, _), Value::Object(map)) => entries.iter().all(|entry| {
                match (&entry.form.kind, map.get(&entry.name)) {
                    (Kind::Choice(values), Some(value)) => values.contains(value),
                    (Kind::Choice(_), None) => !entry.required,
                    // An external tag is the only key.
                    (_, None) if entry.required => entries.len() > 1,
                    _ => true,
                }
            }),
            (kind, value) => is_of_kind(kind, value),
        }
    }
}

/// The number of values within a value, this one included.
fn size(value: &Value, depth: usize) -> usize {
    if depth > 200 {
        return 1;
    }
    1 + match value {
        Value::Array(items) => items.iter().map(|value| size(value, depth + 1)).sum(),
        Value::Object(map) => map.values().map(|value| size(value, depth + 1)).sum(),
        _ => 0,
    }
}
