//! Cases that describe a call: signature, demonstrations, history, inputs.

use dspy::SignatureSchema;
use dspy::adapter::{Adapter, AdapterCall, Prelude};
use dspy::lm::{Lm, Request};
use dspy::signature::{Demo, Fields};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lines::Answer;
use crate::signatures::signature;

/// The input that holds past turns.
const HISTORY: &str = "history";

/// A call of an adapter.
pub(crate) struct CallCase {
    pub(crate) adapter: String,
    pub(crate) schema: SignatureSchema,
    pub(crate) demos: Vec<Demo>,
    pub(crate) inputs: Fields,
    /// What the model answered, where the case says so.
    pub(crate) completion: Option<String>,
    /// What of the case was not used, and why.
    pub(crate) warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Written {
    adapter: String,
    signature: Value,
    #[serde(default)]
    demos: Vec<Demo>,
    #[serde(default)]
    history: Vec<Fields>,
    #[serde(default)]
    inputs: Fields,
    completion: Option<String>,
}

impl CallCase {
    pub(crate) fn read(case: &Answer) -> Result<Self, String> {
        let written: Written =
            serde_json::from_value(Value::Object(case.clone())).map_err(|e| e.to_string())?;
        let mut inputs = written.inputs;
        let history = (!written.history.is_empty()).then_some(HISTORY);
        let schema = signature(&written.signature, history)?;
        if history.is_some() {
            inputs.insert(HISTORY.to_owned(), json!({"messages": written.history}));
        }
        let mut warnings = Vec::new();
        let mut demos = Vec::new();
        for (index, demo) in written.demos.into_iter().enumerate() {
            match teaches(&schema, &demo) {
                Ok(()) => demos.push(demo),
                Err(lack) => warnings.push(format!("demo {index} is left out: it has no {lack}")),
            }
        }
        Ok(Self {
            adapter: written.adapter,
            schema,
            demos,
            inputs,
            completion: written.completion,
            warnings,
        })
    }

    /// The request that an adapter makes of the call.
    pub(crate) fn request(&self, adapter: &impl Adapter) -> Result<Request, String> {
        let prelude = adapter.prelude(&self.schema, &self.demos)?;
        adapter.prepare(&self.call(&prelude, &Lm::embedded()))
    }

    /// The call as an adapter sees it.
    pub(crate) fn call<'a>(&'a self, prelude: &'a Prelude, lm: &'a Lm) -> AdapterCall<'a> {
        AdapterCall::new(&self.schema, prelude, &self.inputs, lm)
    }
}

/// A demonstration needs an input and an output.
fn teaches(schema: &SignatureSchema, demo: &Demo) -> Result<(), &'static str> {
    let has =
        |fields: &[dspy::Field]| fields.iter().any(|field| demo.fields.contains_key(field.name()));
    if !has(schema.inputs()) {
        return Err("input of the signature");
    }
    if !has(schema.outputs()) {
        return Err("output of the signature");
    }
    Ok(())
}
