//! What the macros' output needs. Not part of the public interface.

mod part;

pub use schemars;
pub use serde;
pub use serde_json::Value;

use std::convert::Infallible;

pub use crate::module::{ForwardReturn, invoke};
pub use crate::predict::assertion::{FromAssertion, Judged, Site, broken};
pub use crate::schema::bound::Bound;
pub use crate::signature::{BrokenRule, Severity, SignatureRow, SignatureSchema};
pub use crate::tool::{FallibleReply, PlainReply, blocking_tool, tool};
pub use part::{
    Access, FieldAt, FieldType, ObjectSchema, Slot, SlotRef, access, clone, debug, describe, value,
    values,
};

/// Fails to compile, at the type's place in the source, unless its values have a length.
pub const fn assert_length<T: crate::schema::HasLength>() {}

/// Fails to compile, at the type's place in the source, unless its values are numbers.
pub const fn assert_numeric<T: crate::schema::Numeric>() {}

/// Fails to compile, at the type's place in the source, unless its values are texts.
pub const fn assert_textual<T: crate::schema::Textual>() {}

/// What a skipped field is filled with.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be skipped, for the type has no `Default` to fill it with",
    label = "no `Default`",
    note = "implement or derive `Default` for it, or name a function that makes a value: `#[serde(skip, default = \"path\")]`"
)]
pub trait Filler {
    /// The value.
    fn fill() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Filler for T {
    fn fill() -> Self {
        Self::default()
    }
}

/// The value of a skipped field. Fails to compile, at the type's place in the source, for a type
/// without `Default`.
pub fn fill<T: Filler>() -> T {
    T::fill()
}

/// A value of any type, from one that cannot exist: for code that is only type-checked.
pub const fn any<T>(never: Infallible) -> T {
    match never {}
}
