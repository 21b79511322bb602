//! A user's values as JSON and back, without loss.
//!
//! Like `serde_json::{to_value, from_value}`, with two differences:
//!
//! - Integers that a JSON number cannot hold, those beyond `i64` and `u64`, are written as strings
//!   of digits. Where a 128-bit integer is asked for, a string of digits is read as one.
//! - A float that is NaN or infinite is an error. `serde_json` writes `null` for it.
//!
//! serde itself buffers what stands inside of internally tagged and untagged enums and beside
//! `#[serde(flatten)]`, in a form that knows no 128-bit integers: in there they are written, and
//! refused when they are read. Enums as serde writes them by itself (`{"Variant": …}`) have no such
//! limit, nor have those with `#[serde(tag = "…", content = "…")]` where the tag comes first.
//!
//! ```
//! use dspy::wire;
//!
//! let value = wire::to_value(&(7_u128, u128::MAX))?;
//! assert_eq!(value, serde_json::json!([7, "340282366920938463463374607431768211455"]));
//! assert_eq!(wire::from_value::<(u128, u128)>(value)?, (7, u128::MAX));
//! assert!(wire::to_value(&f64::NAN).is_err());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod keys;
mod reader;
mod variants;
mod writer;

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Map, Value};

/// The names of structs by which `serde_json` passes its own types through a serializer.
const OWN: &str = "$serde_json::private::";

/// The value as JSON.
///
/// # Errors
/// What has no form in JSON: a float that is not finite, a map key that is no text or number; or
/// whatever the type's own `Serialize` refuses.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    value.serialize(writer::Writer)
}

/// The value that the JSON says.
///
/// # Errors
/// What the type's `Deserialize` expected and did not find.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(reader::Reader(Cow::Owned(value)))
}

/// The same of JSON that is needed afterwards.
pub(crate) fn from_ref<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(reader::Reader(Cow::Borrowed(value)))
}

/// The same of all entries of an object but the one of this name, which is among them.
pub(crate) fn from_ref_without<T: DeserializeOwned>(
    entries: &Map<String, Value>,
    name: &str,
) -> Result<T, Error> {
    T::deserialize(reader::Without { entries, name })
}
