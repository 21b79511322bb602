//! An output that running code led to.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::code_step::CodeStep;
use crate::signature::{Fields, View};
use crate::{schema, wire};

/// How a strategy that runs code came to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// The code itself handed the answer over.
    Submitted,
    /// The model said that it had found all it needs, and answered from that.
    Finished,
    /// The steps were used up; the model answered from what it had found by then.
    StepLimit,
}

/// An output together with the code that led to it.
///
/// It dereferences to the output, and a metric for the bare output accepts it ([`View`]). As JSON,
/// `trajectory`, `final_reasoning` and `ending` stand beside the output's own fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Coded<O> {
    /// The code that ran, step by step, and what came of it.
    pub trajectory: Vec<CodeStep>,
    /// Why the answer follows, as the model put it before it gave or submitted it; empty where it
    /// was not asked.
    pub final_reasoning: String,
    /// How it came to the answer.
    pub ending: Ending,
    /// The answer itself.
    pub output: O,
}

/// What stands beside the output's own fields.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Beside {
    trajectory: Vec<CodeStep>,
    final_reasoning: String,
    ending: Ending,
}

/// The names that an output must not have itself.
pub(super) const BESIDE: [&str; 3] = ["trajectory", "final_reasoning", "ending"];

impl<O> Coded<O> {
    /// The answer without the code.
    pub fn into_output(self) -> O {
        self.output
    }
}

impl<O> Deref for Coded<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.output
    }
}

impl<O> DerefMut for Coded<O> {
    fn deref_mut(&mut self) -> &mut O {
        &mut self.output
    }
}

// By hand for the reason that `Reasoned` has: `#[serde(flatten)]` loses 128-bit integers.
impl<O: Serialize> Serialize for Coded<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields::new();
        for (name, value) in [
            ("trajectory", serde_json::to_value(&self.trajectory)),
            ("final_reasoning", serde_json::to_value(&self.final_reasoning)),
            ("ending", serde_json::to_value(self.ending)),
            ("output", wire::to_value(&self.output)),
        ] {
            match value.map_err(serde::ser::Error::custom)? {
                Value::Object(output) if name == "output" => fields.extend(output),
                value => drop(fields.insert(name.to_owned(), value)),
            }
        }
        fields.serialize(serializer)
    }
}

impl<'de, O: DeserializeOwned> Deserialize<'de> for Coded<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::deserialize(deserializer)?;
        let beside: Fields = BESIDE
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), fields.shift_remove(*name)?)))
            .collect();
        let Beside { trajectory, final_reasoning, ending } =
            serde_json::from_value(Value::Object(beside)).map_err(D::Error::custom)?;
        let output = wire::from_value(Value::Object(fields)).map_err(D::Error::custom)?;
        Ok(Self { trajectory, final_reasoning, ending, output })
    }
}

impl<O: JsonSchema> JsonSchema for Coded<O> {
    fn schema_name() -> Cow<'static, str> {
        format!("Coded{}", O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = O::json_schema(generator);
        let beside = Beside::json_schema(generator);
        let object = schema.ensure_object();
        let mut properties = Fields::new();
        for own in [beside.get("properties"), object.get("properties")].into_iter().flatten() {
            properties.extend(own.as_object().cloned().unwrap_or_default());
        }
        let mut required: Vec<Value> = BESIDE.iter().map(|name| json!(name)).collect();
        if let Some(Value::Array(own)) = object.get("required") {
            required.extend(own.iter().cloned());
        }
        object.insert("properties".to_owned(), Value::Object(properties));
        object.insert("required".to_owned(), Value::Array(required));
        schema
    }
}

impl<O> View<O> for Coded<O> {
    fn view(&self) -> &O {
        &self.output
    }
}

/// The value as a model is told it: a text as it stands, nothing for null, all else as JSON.
pub(super) fn told(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The schema of a text, for the fields that strategies add.
pub(super) fn text_schema() -> Value {
    schema::of::<String>()
}
