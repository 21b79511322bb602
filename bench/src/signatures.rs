//! Signatures of cases.

use dspy::{Field, SignatureSchema};
use serde::Deserialize;
use serde_json::Value;

use crate::types;

#[derive(Deserialize)]
struct SignatureCase {
    #[serde(default)]
    name: String,
    #[serde(default)]
    instructions: String,
    inputs: Vec<FieldCase>,
    outputs: Vec<FieldCase>,
}

#[derive(Deserialize)]
struct FieldCase {
    name: String,
    #[serde(rename = "type")]
    spelling: Option<String>,
    schema: Option<Value>,
    #[serde(default)]
    desc: String,
}

/// The signature of a case. A field has a `type`, or, where types have no spelling for it, a
/// `schema`.
pub(crate) fn signature(case: Value) -> Result<SignatureSchema, String> {
    let case: SignatureCase =
        serde_json::from_value(case).map_err(|error| format!("`signature`: {error}"))?;
    let inputs = case.inputs.into_iter().map(field).collect::<Result<Vec<_>, _>>()?;
    let outputs = case.outputs.into_iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(SignatureSchema::new(case.name, inputs, outputs).with_instructions(case.instructions))
}

fn field(case: FieldCase) -> Result<Field, String> {
    let schema = match (case.spelling, case.schema) {
        (_, Some(schema)) => schema,
        (Some(spelling), None) => types::schema(&spelling)
            .map_err(|error| format!("`signature`, field `{}`: {error}", case.name))?,
        (None, None) => types::schema("str")?,
    };
    Ok(Field::with_schema(case.name, schema).with_desc(case.desc))
}
