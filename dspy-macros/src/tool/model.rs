//! A tool that has been checked: nothing left to decide or to report.

use proc_macro2::TokenStream;
use syn::{Attribute, Expr, Ident, LitStr, ReturnType, Type, Visibility};

use crate::bound::Bound;
use crate::krate::Krate;
use crate::part::FieldDefault;

/// A tool.
pub(super) struct Model {
    pub(super) krate: Krate,
    pub(super) vis: Visibility,
    /// The `cfg`s of the function.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) function: Ident,
    pub(super) is_async: bool,
    pub(super) output: ReturnType,
    pub(super) name: String,
    /// An expression of type `&'static str`.
    pub(super) description: TokenStream,
    pub(super) arguments: Vec<Argument>,
}

/// One argument.
pub(super) struct Argument {
    pub(super) ident: Ident,
    /// The owned type.
    pub(super) ty: Type,
    /// Whether the function takes a reference to it.
    pub(super) is_borrowed: bool,
    pub(super) docs: Vec<Attribute>,
    /// An expression of type `&'static str`.
    pub(super) desc: Option<TokenStream>,
    pub(super) name: String,
    pub(super) aliases: Vec<LitStr>,
    pub(super) default: Option<FieldDefault>,
    pub(super) bounds: Vec<Bound>,
    pub(super) examples: Vec<Expr>,
}
