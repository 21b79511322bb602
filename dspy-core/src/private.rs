//! What the macros' output needs. Not part of the public interface.

pub use schemars;
pub use serde;
pub use serde_json;

use std::convert::Infallible;

pub use crate::module::{ForwardReturn, invoke};
pub use crate::schema::{Bound, bounded};
pub use crate::signature::{Data, Field, SignatureRow, SignatureSchema, SingleField};

/// Fails to compile, at the type's place in the source, unless the type can be a field.
pub const fn assert_data<T: Data>() {}

/// Fails to compile, at the type's place in the source, unless the type has a registry.
pub const fn assert_parameters<T: crate::module::Parameters>() {}

/// Fails to compile, at the type's place in the source, unless its values have a length.
pub const fn assert_length<T: crate::schema::HasLength>() {}

/// Fails to compile, at the type's place in the source, unless its values are numbers.
pub const fn assert_numeric<T: crate::schema::Numeric>() {}

/// A value of any type, from one that cannot exist: for code that is only type-checked.
pub const fn any<T>(never: Infallible) -> T {
    match never {}
}

/// A number as JSON has it. The macros only let finite ones through.
pub fn number(number: impl Into<serde_json::Value>) -> serde_json::Number {
    match number.into() {
        serde_json::Value::Number(number) => number,
        _ => 0.into(),
    }
}

/// The field with this value for where it is missing.
///
/// A default that is no JSON cannot stand in an answer: the field then stays without one.
pub fn with_default(field: Field, default: impl serde::Serialize) -> Field {
    match serde_json::to_value(default) {
        Ok(value) => field.with_default(value),
        Err(_) => field,
    }
}
