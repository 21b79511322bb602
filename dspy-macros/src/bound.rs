//! The keys that limit a field's values: `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`,
//! `pattern`, `format`.

mod text;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, UnOp};

use crate::diagnostics::Faults;
use crate::keys::{Entry, Given};
use crate::krate::Krate;

/// A limit on a field's values.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    kind: Kind,
    value: Limit,
}

#[derive(Clone, Debug)]
enum Limit {
    Number(Number),
    Text(String),
}

/// What kind of values a limit can bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Numbers.
    Number,
    /// Whatever has characters, items or entries.
    Length,
    /// Texts.
    Text,
}

/// The keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ge,
    Gt,
    Le,
    Lt,
    MinLength,
    MaxLength,
    Pattern,
    Format,
}

/// A number literal, kept as exact as it was written.
#[derive(Clone, Copy, Debug)]
enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl Kind {
    /// The kind of limit that a key of an attribute sets.
    pub(crate) fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ge" => Self::Ge,
            "gt" => Self::Gt,
            "le" => Self::Le,
            "lt" => Self::Lt,
            "min_length" => Self::MinLength,
            "max_length" => Self::MaxLength,
            "pattern" => Self::Pattern,
            "format" => Self::Format,
            _ => return None,
        })
    }

    fn subject(self) -> Subject {
        match self {
            Self::Ge | Self::Gt | Self::Le | Self::Lt => Subject::Number,
            Self::MinLength | Self::MaxLength => Subject::Length,
            Self::Pattern | Self::Format => Subject::Text,
        }
    }

    fn is_length(self) -> bool {
        self.subject() == Subject::Length
    }

    /// Whether the number itself is outside.
    fn is_exclusive(self) -> bool {
        matches!(self, Self::Gt | Self::Lt)
    }
}

impl Number {
    #[allow(clippy::cast_precision_loss)] // only to tell which of two limits is the higher one
    fn to_f64(self) -> f64 {
        match self {
            Self::Signed(number) => number as f64,
            Self::Unsigned(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Signed(number) => number.to_tokens(tokens),
            Self::Unsigned(number) => number.to_tokens(tokens),
            Self::Float(number) => number.to_tokens(tokens),
        }
    }
}

impl ToTokens for Limit {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Number(number) => number.to_tokens(tokens),
            Self::Text(text) => text.to_tokens(tokens),
        }
    }
}

impl Bound {
    /// What it binds.
    pub(crate) fn subject(&self) -> Subject {
        self.kind.subject()
    }

    /// The run-time value.
    pub(crate) fn emit(&self, krate: &Krate) -> TokenStream {
        let (bound, value) = (krate.private("Bound"), &self.value);
        match self.kind {
            Kind::Ge => quote!(#bound::AtLeast(::core::convert::From::from(#value))),
            Kind::Gt => quote!(#bound::MoreThan(::core::convert::From::from(#value))),
            Kind::Le => quote!(#bound::AtMost(::core::convert::From::from(#value))),
            Kind::Lt => quote!(#bound::LessThan(::core::convert::From::from(#value))),
            Kind::MinLength => quote!(#bound::MinLength(#value)),
            Kind::MaxLength => quote!(#bound::MaxLength(#value)),
            Kind::Pattern => quote!(#bound::Pattern(::core::convert::From::from(#value))),
            Kind::Format => quote!(#bound::Format(::core::convert::From::from(#value))),
        }
    }
}

/// The limits of one field, as they are found.
#[derive(Default)]
pub(crate) struct Bounds {
    by_key: BTreeMap<String, (Ident, Option<Bound>)>,
    order: Vec<String>,
}

impl Bounds {
    /// Takes a limit over from an attribute.
    pub(crate) fn add(&mut self, kind: Kind, entry: &Entry, faults: &mut Faults) {
        let key = entry.name();
        if self.by_key.contains_key(&key) {
            faults.at(&entry.key, format!("`{key}` is given twice: keep one of them"));
            return;
        }
        let value = match kind {
            Kind::Pattern => text::pattern_of(entry, faults).map(Limit::Text),
            Kind::Format => text::format_of(entry, faults).map(Limit::Text),
            _ => number_of(entry, kind, faults).map(Limit::Number),
        };
        let bound = value.map(|value| Bound { kind, value });
        self.order.push(key.clone());
        self.by_key.insert(key, (entry.key.clone(), bound));
    }

    /// The limits, having checked that some value can keep to them all.
    pub(crate) fn finish(self, faults: &mut Faults) -> Vec<Bound> {
        for (one, other) in [("ge", "gt"), ("le", "lt")] {
            if let (Some(_), Some((key, _))) = (self.by_key.get(one), self.by_key.get(other)) {
                let message =
                    format!("`{one}` and `{other}` bound the same side: keep the tighter one");
                faults.at(key, message);
            }
        }
        for (low, high) in
            [("ge", "le"), ("ge", "lt"), ("gt", "le"), ("gt", "lt"), ("min_length", "max_length")]
        {
            let (Some(least), Some(most)) = (self.get(low), self.get(high)) else {
                continue;
            };
            let (Limit::Number(bottom), Limit::Number(top)) = (&least.value, &most.value) else {
                continue;
            };
            let (bottom, top) = (bottom.to_f64(), top.to_f64());
            let is_open = least.kind.is_exclusive() || most.kind.is_exclusive();
            if (bottom > top || (is_open && bottom >= top))
                && let Some((key, _)) = self.by_key.get(high)
            {
                let message = format!("no value fits: `{high}` allows none that `{low}` allows");
                faults.at(key, message);
            }
        }
        self.order.iter().filter_map(|key| self.get(key).cloned()).collect()
    }

    fn get(&self, key: &str) -> Option<&Bound> {
        self.by_key.get(key).and_then(|(_, bound)| bound.as_ref())
    }
}

fn number_of(entry: &Entry, kind: Kind, faults: &mut Faults) -> Option<Number> {
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
        Some(Number::Signed(_) | Number::Float(_)) if kind.is_length() => {
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
