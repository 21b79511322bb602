//! A signature that has been checked: nothing left to decide or to report.

use proc_macro2::TokenStream;
use syn::{Attribute, Generics, Ident, Type, Visibility};

use super::syntax::Role;
use crate::krate::Krate;
use crate::part::FieldDefault;

/// A signature.
pub(super) struct Model {
    pub(super) krate: Krate,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    /// The task's name in reports and files.
    pub(super) name: String,
    /// An expression of type `&'static str`; `None` lets the schema make its own.
    pub(super) instructions: Option<TokenStream>,
    pub(super) fields: Vec<Field>,
}

/// An input or output.
pub(super) struct Field {
    pub(super) role: Role,
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    /// An expression of type `&'static str`.
    pub(super) desc: Option<TokenStream>,
    /// The name on the wire.
    pub(super) name: String,
    pub(super) is_renamed: bool,
    pub(super) aliases: Vec<String>,
    pub(super) default: Option<FieldDefault>,
    pub(super) bounds: Vec<Bound>,
}

/// A limit on a field's values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) kind: BoundKind,
    pub(super) value: Number,
}

/// The keys that set limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundKind {
    Ge,
    Gt,
    Le,
    Lt,
    MinLength,
    MaxLength,
}

/// A number literal, kept as exact as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl BoundKind {
    /// The kind of limit that a key of an attribute sets.
    pub(super) fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ge" => Self::Ge,
            "gt" => Self::Gt,
            "le" => Self::Le,
            "lt" => Self::Lt,
            "min_length" => Self::MinLength,
            "max_length" => Self::MaxLength,
            _ => return None,
        })
    }

    /// Whether it counts characters or items.
    pub(super) fn is_length(self) -> bool {
        matches!(self, Self::MinLength | Self::MaxLength)
    }

    /// Whether the number itself is outside.
    pub(super) fn is_exclusive(self) -> bool {
        matches!(self, Self::Gt | Self::Lt)
    }
}

impl Number {
    /// The number as a float, to compare limits with each other.
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Signed(number) => number as f64,
            Self::Unsigned(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

impl Model {
    /// The fields of one side, in declaration order.
    pub(super) fn fields_of(&self, role: Role) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.role == role)
    }
}
