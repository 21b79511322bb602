//! The keys that limit a field's values.

use std::collections::BTreeMap;

use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, UnOp};

use super::model::{Bound, BoundKind, Number};
use crate::diagnostics::Faults;
use crate::keys::{Entry, Given};

/// The limits of one field, by key.
#[derive(Default)]
pub(super) struct Bounds {
    given: BTreeMap<String, (Ident, Bound)>,
    order: Vec<String>,
}

impl Bounds {
    /// Takes a limit over from an attribute.
    pub(super) fn add(&mut self, kind: BoundKind, entry: &Entry, faults: &mut Faults) {
        let value = number_of(entry, kind, faults);
        let key = entry.name();
        if self.order.contains(&key) {
            faults.at(&entry.key, format!("`{key}` is given twice: keep one of them"));
            return;
        }
        self.order.push(key.clone());
        if let Some(value) = value {
            self.given.insert(key, (entry.key.clone(), Bound { kind, value }));
        }
    }
}

/// The limits, if some value can keep to them all.
pub(super) fn check(bounds: Bounds, faults: &mut Faults) -> Vec<Bound> {
    let Bounds { given, order } = bounds;
    for (a, b) in [("ge", "gt"), ("le", "lt")] {
        if let (Some(_), Some((key, _))) = (given.get(a), given.get(b)) {
            faults.at(key, format!("`{a}` and `{b}` bound the same side: keep the tighter one"));
        }
    }
    for (low, high) in
        [("ge", "le"), ("ge", "lt"), ("gt", "le"), ("gt", "lt"), ("min_length", "max_length")]
    {
        let (Some((_, least)), Some((key, most))) = (given.get(low), given.get(high)) else {
            continue;
        };
        let (least_value, most_value) = (least.value.to_f64(), most.value.to_f64());
        let is_open = least.kind.is_exclusive() || most.kind.is_exclusive();
        if least_value > most_value || (is_open && least_value >= most_value) {
            faults.at(key, format!("no value fits: `{low}` is above what `{high}` allows"));
        }
    }
    order.iter().filter_map(|key| given.get(key)).map(|(_, bound)| *bound).collect()
}

fn number_of(entry: &Entry, kind: BoundKind, faults: &mut Faults) -> Option<Number> {
    let number = match &entry.value {
        Given::Expr(value) => literal(value),
        Given::Nothing | Given::List(_) => None,
    };
    let key = &entry.key;
    match number {
        None => {
            let example = if kind.is_length() { "3" } else { "0.5" };
            faults.at(entry, format!("`{key}` takes a number: `{key} = {example}`"));
            None
        }
        Some(Number::Unsigned(length)) if kind.is_length() => Some(Number::Unsigned(length)),
        Some(_) if kind.is_length() => {
            faults.at(entry, format!("`{key}` counts, so it takes a whole number from 0 up"));
            None
        }
        Some(number) => Some(number),
    }
}

/// The value of a number literal with or without a minus.
fn literal(value: &Expr) -> Option<Number> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => match int.suffix() {
            "f32" | "f64" => int.base10_digits().parse().ok().map(Number::Float),
            _ => int.base10_parse().ok().map(Number::Unsigned),
        },
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => {
            let number: f64 = float.base10_digits().parse().ok()?;
            number.is_finite().then_some(Number::Float(number))
        }
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match literal(expr)? {
            Number::Unsigned(number) => 0i64.checked_sub_unsigned(number).map(Number::Signed),
            Number::Float(number) => Some(Number::Float(-number)),
            Number::Signed(_) => None,
        },
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}
