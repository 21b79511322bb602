//! A module that has been checked: nothing left to decide or to report.

use syn::{Attribute, Generics, Ident, Member, Type};

use crate::krate::Krate;

/// A module.
pub(super) struct Model {
    pub(super) krate: Krate,
    pub(super) generics: Generics,
    pub(super) self_ty: Type,
    /// The last word of the type.
    pub(super) ident: Ident,
    /// The `cfg`s of the impl.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) input_name: Ident,
    pub(super) forward: Forward,
    /// `None` where the struct derives `Parameters`.
    pub(super) registry: Option<Registry>,
}

/// The method that runs the module.
pub(super) struct Forward {
    /// Its name, for errors to point at.
    pub(super) ident: Ident,
    pub(super) arguments: Vec<Argument>,
    pub(super) docs: Vec<Attribute>,
    /// The return type; `None` in a fallback only.
    pub(super) output: Option<Type>,
    /// Whether the method can be called; only a fallback cannot.
    pub(super) is_sound: bool,
}

/// One argument of `forward`: a field of the input struct.
pub(super) struct Argument {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
}

/// The fields and what becomes of each.
pub(super) struct Registry {
    pub(super) fields: Vec<RegistryField>,
    /// Whether the list is proved complete; only a fallback leaves that out.
    pub(super) is_proved: bool,
}

/// One field of the module's struct.
pub(super) struct RegistryField {
    pub(super) member: Member,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) treatment: Treatment,
}

/// What walking does with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Nothing.
    Skip,
    /// Goes inside, under this name; `None` for a field of a tuple struct, which has a number.
    Visit { name: Option<String>, is_frozen: bool },
}
