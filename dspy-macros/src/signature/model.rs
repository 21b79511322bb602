//! A signature that has been checked: nothing left to decide or to report.

use proc_macro2::TokenStream;
use syn::{Attribute, Expr, ExprPath, Generics, Ident, LitStr, Type, Visibility};

use super::rule::Rule;
use super::syntax::Role;
use crate::bound::Bound;
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
    pub(super) skipped: Vec<Skipped>,
    pub(super) rules: Vec<Rule>,
    /// Whether code for it can stand elsewhere than in the struct. With a fault it may not, and
    /// would only give errors of its own.
    pub(super) is_movable: bool,
}

/// An input or output.
pub(super) struct Field {
    pub(super) role: Role,
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    /// An expression of type `&'static str`.
    pub(super) desc: Option<TokenStream>,
    /// The name on the wire, where it was given.
    pub(super) name: LitStr,
    pub(super) aliases: Vec<LitStr>,
    pub(super) default: Option<FieldDefault>,
    pub(super) bounds: Vec<Bound>,
    pub(super) examples: Vec<Expr>,
}

/// A field of the row alone.
pub(super) struct Skipped {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// What it is filled with, if not by the type's own default.
    pub(super) value: Option<ExprPath>,
}

impl Model {
    /// The fields of one side, in declaration order.
    pub(super) fn fields_of(&self, role: Role) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.role == role)
    }
}
