//! Limits on a field's values: `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`, `pattern`,
//! `format`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};

use serde_json::Value;

use super::resolve;

/// A limit on a field's values, apart from its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// `ge`: this JSON number, or more.
    AtLeast(Value),
    /// `gt`: more than this JSON number.
    MoreThan(Value),
    /// `le`: this JSON number, or less.
    AtMost(Value),
    /// `lt`: less than this JSON number.
    LessThan(Value),
    /// `min_length`: characters of a text, items of a list, entries of a map.
    MinLength(u64),
    /// `max_length`: characters of a text, items of a list, entries of a map.
    MaxLength(u64),
    /// `pattern`: texts in which this regular expression finds something. It replaces one of the
    /// type's own.
    Pattern(String),
    /// `format`: texts of this format, by its name in JSON Schema. It replaces one of the type's
    /// own.
    Format(String),
}

/// The schema with these limits as its keywords.
///
/// Lengths are told by what the schema describes: `minLength` for a text, `minItems` for a list,
/// `minProperties` for a map. A limit that is looser than the schema's own changes nothing.
pub(crate) fn bounded(mut schema: Value, bounds: impl IntoIterator<Item = Bound>) -> Value {
    for bound in bounds {
        match bound {
            Bound::AtLeast(number) => tighten(&mut schema, &LOWER, LOWER.inclusive, number),
            Bound::MoreThan(number) => tighten(&mut schema, &LOWER, LOWER.exclusive, number),
            Bound::AtMost(number) => tighten(&mut schema, &UPPER, UPPER.inclusive, number),
            Bound::LessThan(number) => tighten(&mut schema, &UPPER, UPPER.exclusive, number),
            Bound::MinLength(length) => limit_length(&mut schema, "min", length),
            Bound::MaxLength(length) => limit_length(&mut schema, "max", length),
            Bound::Pattern(pattern) => set(&mut schema, "pattern", Value::from(pattern)),
            Bound::Format(format) => set(&mut schema, "format", Value::from(format)),
        }
    }
    schema
}

struct Side {
    inclusive: &'static str,
    exclusive: &'static str,
    is_lower: bool,
}

const LOWER: Side = Side { inclusive: "minimum", exclusive: "exclusiveMinimum", is_lower: true };
const UPPER: Side = Side { inclusive: "maximum", exclusive: "exclusiveMaximum", is_lower: false };

/// Sets a limit, and takes away those on the same side that say less.
fn tighten(schema: &mut Value, side: &Side, keyword: &str, number: Value) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    let limit = number.as_f64().unwrap_or_default();
    for present in [side.inclusive, side.exclusive] {
        let Some(known) = object.get(present).and_then(Value::as_f64) else {
            continue;
        };
        let is_looser = if side.is_lower { known < limit } else { known > limit };
        // At the same number, the limit that excludes it says more.
        #[allow(clippy::float_cmp)]
        let is_equal = known == limit;
        if is_looser || (is_equal && (present == keyword || present == side.inclusive)) {
            object.shift_remove(present);
        } else {
            return;
        }
    }
    object.insert(keyword.to_owned(), number);
}

/// Sets a length in the words of each kind of value that the schema admits.
fn limit_length(schema: &mut Value, side: &str, length: u64) {
    let mut kinds = Vec::new();
    collect_kinds(schema, schema, &mut kinds, 0);
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    for kind in kinds {
        let noun = match kind.as_str() {
            "string" => "Length",
            "array" => "Items",
            "object" => "Properties",
            _ => continue,
        };
        object.insert(format!("{side}{noun}"), Value::from(length));
    }
}

/// Sets a keyword.
pub(crate) fn set(schema: &mut Value, keyword: &str, value: Value) {
    match schema {
        Value::Object(object) => drop(object.insert(keyword.to_owned(), value)),
        // The schema `true`, which says nothing of its own.
        other => *other = serde_json::json!({ keyword: value }),
    }
}

fn collect_kinds(root: &Value, schema: &Value, kinds: &mut Vec<String>, depth: usize) {
    if depth > 4 {
        return;
    }
    let schema = resolve(root, schema);
    match schema.get("type") {
        Some(Value::String(kind)) => kinds.push(kind.clone()),
        Some(Value::Array(several)) => {
            kinds.extend(several.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        _ => {
            let unions = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array());
            for alternative in unions.flatten() {
                collect_kinds(root, alternative, kinds, depth + 1);
            }
        }
    }
}

/// Types whose values have a length, so that `min_length` and `max_length` mean something.
///
/// Implement it for a text or list type of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no length, so `min_length` and `max_length` cannot bound it",
    label = "not a text, a list or a map",
    note = "bound a number by `ge`, `gt`, `le` or `lt`; for a text or list type of your own, write `impl dspy::schema::HasLength for {Self} {{}}`"
)]
pub trait HasLength {}

/// Types whose values are numbers, so that `ge`, `gt`, `le` and `lt` mean something.
///
/// Implement it for a number type of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number, so `ge`, `gt`, `le` and `lt` cannot bound it",
    label = "not a number",
    note = "bound a text or a list by `min_length` or `max_length`; for a number type of your own, write `impl dspy::schema::Numeric for {Self} {{}}`"
)]
pub trait Numeric {}

/// Types whose values are texts, so that `pattern` and `format` mean something.
///
/// Implement it for a text type of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text, so `pattern` and `format` cannot bind it",
    label = "not a text",
    note = "bound a number by `ge`, `gt`, `le` or `lt`, and a list by `min_length` or `max_length`; for a text type of your own, write `impl dspy::schema::Textual for {Self} {{}}`"
)]
pub trait Textual {}

macro_rules! implement {
    ($marker:ident: $($type:ty),* $(,)?) => {$(
        #[diagnostic::do_not_recommend] // the note says it in a line
        impl $marker for $type {}
    )*};
}

implement!(HasLength: String, Value);
implement!(Textual: String, Value, char, str);
implement!(
    Numeric: Value, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize,
);

#[diagnostic::do_not_recommend]
impl<T: HasLength> HasLength for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: HasLength + ?Sized> HasLength for Box<T> {}
#[diagnostic::do_not_recommend]
impl HasLength for str {}
#[diagnostic::do_not_recommend]
impl HasLength for Cow<'_, str> {}
#[diagnostic::do_not_recommend]
impl<T> HasLength for Vec<T> {}
#[diagnostic::do_not_recommend]
impl<T> HasLength for [T] {}
#[diagnostic::do_not_recommend]
impl<T> HasLength for VecDeque<T> {}
#[diagnostic::do_not_recommend]
impl<T> HasLength for LinkedList<T> {}
#[diagnostic::do_not_recommend]
impl<T> HasLength for BTreeSet<T> {}
#[diagnostic::do_not_recommend]
impl<T, S> HasLength for HashSet<T, S> {}
#[diagnostic::do_not_recommend]
impl<K, V> HasLength for BTreeMap<K, V> {}
#[diagnostic::do_not_recommend]
impl<K, V, S> HasLength for HashMap<K, V, S> {}
#[diagnostic::do_not_recommend]
impl<T: Numeric> Numeric for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Numeric> Numeric for Box<T> {}
#[diagnostic::do_not_recommend]
impl<T: Textual> Textual for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Textual + ?Sized> Textual for Box<T> {}
#[diagnostic::do_not_recommend]
impl Textual for Cow<'_, str> {}
