//! An agent's output: the answer, and how it was found.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::trajectory::Trajectory;
use crate::signature::{Fields, View};
use crate::wire;

/// An agent's output together with the reasoning it rests on and the steps that led to it.
///
/// It dereferences to the output, so `out.trajectory` and `out.answer` both work, and metrics for the
/// output accept it. As JSON, reasoning and trajectory stand beside the output's own fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered<O> {
    /// Why this is the answer, as the model put it in the end.
    pub reasoning: String,
    /// What the agent did.
    pub trajectory: Trajectory,
    /// The answer itself.
    pub output: O,
}

impl<O> Answered<O> {
    /// The answer without the steps.
    pub fn into_output(self) -> O {
        self.output
    }
}

impl<O> Deref for Answered<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.output
    }
}

impl<O> DerefMut for Answered<O> {
    fn deref_mut(&mut self) -> &mut O {
        &mut self.output
    }
}

impl<O> View<O> for Answered<O> {
    fn view(&self) -> &O {
        &self.output
    }
}

/// The fields beside the output's own.
pub(super) const OWN: [&str; 2] = ["reasoning", "trajectory"];

// By hand for the reasons that `Reasoned` has.
impl<O: Serialize> Serialize for Answered<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [reasoning, trajectory] = OWN;
        let json = serde::ser::Error::custom::<serde_json::Error>;
        let mut fields = Fields::new();
        fields.insert(reasoning.to_owned(), Value::from(self.reasoning.as_str()));
        fields.insert(trajectory.to_owned(), wire::to_value(&self.trajectory).map_err(json)?);
        let json = serde::ser::Error::custom::<serde_json::Error>;
        match wire::to_value(&self.output).map_err(json)? {
            Value::Object(output) => fields.extend(output),
            other => drop(fields.insert("output".to_owned(), other)),
        }
        fields.serialize(serializer)
    }
}

impl<'de, O: DeserializeOwned> Deserialize<'de> for Answered<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::deserialize(deserializer)?;
        let [reasoning, trajectory] = OWN.map(|name| fields.shift_remove(name));
        let reasoning = reasoning.ok_or_else(|| D::Error::missing_field("reasoning"))?;
        let trajectory = trajectory.ok_or_else(|| D::Error::missing_field("trajectory"))?;
        Ok(Self {
            reasoning: wire::from_value(reasoning).map_err(D::Error::custom)?,
            trajectory: wire::from_value(trajectory).map_err(D::Error::custom)?,
            output: wire::from_value(Value::Object(fields)).map_err(D::Error::custom)?,
        })
    }
}

impl<O: JsonSchema> JsonSchema for Answered<O> {
    fn schema_name() -> Cow<'static, str> {
        format!("Answered{}", O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let [reasoning, trajectory] = OWN;
        let mut properties = Fields::new();
        properties.insert(reasoning.to_owned(), json!({"type": "string"}));
        let steps = generator.subschema_for::<Trajectory>().to_value();
        properties.insert(trajectory.to_owned(), steps);
        let mut schema = O::json_schema(generator);
        let object = schema.ensure_object();
        if let Some(Value::Object(own)) = object.get("properties") {
            properties.extend(own.clone());
        }
        object.insert("properties".to_owned(), Value::Object(properties));
        let mut required: Vec<Value> = OWN.map(Value::from).to_vec();
        if let Some(Value::Array(own)) = object.get("required") {
            required.extend(own.iter().cloned());
        }
        object.insert("required".to_owned(), Value::Array(required));
        schema
    }
}
