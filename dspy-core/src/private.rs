//! What the macros' output needs. Not part of the public interface.

mod part;

pub use schemars;
pub use serde;

use std::convert::Infallible;

pub use crate::module::{ForwardReturn, invoke};
pub use crate::schema::bound::Bound;
pub use crate::signature::{SignatureRow, SignatureSchema};
pub use part::{
    Access, FieldAt, FieldType, ObjectSchema, Slot, SlotRef, access, clone, debug, describe, value,
};

/// Fails to compile, at the type's place in the source, unless its values have a length.
pub const fn assert_length<T: crate::schema::HasLength>() {}

/// Fails to compile, at the type's place in the source, unless its values are numbers.
pub const fn assert_numeric<T: crate::schema::Numeric>() {}

/// A value of any type, from one that cannot exist: for code that is only type-checked.
pub const fn any<T>(never: Infallible) -> T {
    match never {}
}
