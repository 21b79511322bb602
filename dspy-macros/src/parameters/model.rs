//! A registry that has been checked: nothing left to decide or to report.

use syn::{Generics, Ident, Member, Type};

use crate::krate::Krate;

/// A type with a registry.
pub(super) struct Model {
    pub(super) krate: Krate,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) variants: Vec<Variant>,
}

/// One variant; a struct is a single one without a name.
pub(super) struct Variant {
    pub(super) ident: Option<Ident>,
    /// The fields that are walked. Skipped ones are left out.
    pub(super) fields: Vec<Field>,
}

/// A field that is walked.
pub(super) struct Field {
    pub(super) member: Member,
    pub(super) ty: Type,
    /// The name in paths, of a field that has one.
    pub(super) name: String,
    pub(super) is_frozen: bool,
}
