//! An output with the reasoning that led to it.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::Fields;
use crate::wire;

/// An output together with the reasoning that a model wrote before it.
///
/// It dereferences to the output, so `out.reasoning` and `out.category` both work. As JSON the
/// reasoning stands beside the output's own fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasoned<O> {
    /// The steps the model wrote down.
    pub reasoning: String,
    /// The answer itself.
    pub output: O,
}

impl<O> Reasoned<O> {
    /// The answer without the reasoning.
    pub fn into_output(self) -> O {
        self.output
    }
}

impl<O> Deref for Reasoned<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.output
    }
}

impl<O> DerefMut for Reasoned<O> {
    fn deref_mut(&mut self) -> &mut O {
        &mut self.output
    }
}

// Not `#[serde(flatten)]`: it buffers values in a form that loses 128-bit integers and map keys
// that are no strings.
impl<O: Serialize> Serialize for Reasoned<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let output = wire::to_value(&self.output).map_err(serde::ser::Error::custom)?;
        let mut fields = Fields::new();
        fields.insert("reasoning".to_owned(), Value::String(self.reasoning.clone()));
        match output {
            Value::Object(output) => fields.extend(output),
            other => drop(fields.insert("output".to_owned(), other)),
        }
        fields.serialize(serializer)
    }
}

impl<'de, O: DeserializeOwned> Deserialize<'de> for Reasoned<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::deserialize(deserializer)?;
        let reasoning = match fields.shift_remove("reasoning") {
            Some(Value::String(reasoning)) => reasoning,
            Some(_) => return Err(D::Error::custom("`reasoning` must be a string")),
            None => return Err(D::Error::missing_field("reasoning")),
        };
        let output = wire::from_value(Value::Object(fields)).map_err(D::Error::custom)?;
        Ok(Self { reasoning, output })
    }
}

impl<O: JsonSchema> JsonSchema for Reasoned<O> {
    fn schema_name() -> Cow<'static, str> {
        format!("Reasoned{}", O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = O::json_schema(generator);
        let object = schema.ensure_object();
        let mut properties = Fields::new();
        properties.insert("reasoning".to_owned(), json!({"type": "string"}));
        if let Some(Value::Object(own)) = object.get("properties") {
            properties.extend(own.clone());
        }
        object.insert("properties".to_owned(), Value::Object(properties));
        let mut required = vec![Value::from("reasoning")];
        if let Some(Value::Array(own)) = object.get("required") {
            required.extend(own.iter().cloned());
        }
        object.insert("required".to_owned(), Value::Array(required));
        schema
    }
}

/// A way to look at a program's output as a `T`.
///
/// Every output is a view of itself, and a [`Reasoned`] output is a view of the bare one, so a
/// metric written for a signature's output fits its chain-of-thought as well.
#[diagnostic::on_unimplemented(
    message = "this program's output `{Self}` cannot be seen as `{T}`",
    label = "the metric was written for `{T}`",
    note = "let the metric take the program's own output, or implement `View<{T}>` for it"
)]
pub trait View<T> {
    /// The value as a `T`.
    fn view(&self) -> &T;
}

impl<T> View<T> for T {
    fn view(&self) -> &T {
        self
    }
}

impl<O> View<O> for Reasoned<O> {
    fn view(&self) -> &O {
        &self.output
    }
}
