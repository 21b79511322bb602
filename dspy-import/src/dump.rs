//! What `scripts/dump_signatures.py` writes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A Python program without what its file has: names, types and roles of fields, tools of agents.
#[derive(Clone, Debug, Deserialize)]
pub struct Dump {
    /// The program's name.
    pub program: String,
    /// Its predictors by path, as Python spells paths.
    pub predictors: BTreeMap<String, DumpedPredictor>,
    /// Its agents by path; `self` for the program itself.
    #[serde(default)]
    pub agents: BTreeMap<String, Agent>,
}

/// A predictor.
#[derive(Clone, Debug, Deserialize)]
pub struct DumpedPredictor {
    /// `Predict`, `ChainOfThought`, or `ReAct` for the two predictors of an agent.
    pub module: String,
    /// Its task, a field for the reasoning included.
    pub signature: DumpedSignature,
}

/// An agent.
#[derive(Clone, Debug, Deserialize)]
pub struct Agent {
    /// Its task.
    pub signature: DumpedSignature,
    /// Its tools but for the one that ends the steps.
    pub tools: Vec<DumpedTool>,
    /// The most steps.
    #[serde(default)]
    pub max_iters: Option<u64>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DumpedSignature {
    /// Its class.
    pub name: String,
    /// What the model is told to do.
    pub instructions: String,
    /// The inputs, in order.
    pub inputs: Vec<DumpedField>,
    /// The outputs, in order.
    pub outputs: Vec<DumpedField>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DumpedField {
    /// Its name.
    pub name: String,
    /// The JSON Schema of its type.
    pub schema: Value,
    /// What it holds, in words.
    #[serde(default)]
    pub desc: String,
}

/// A tool.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DumpedTool {
    /// Its name.
    pub name: String,
    /// What it does, in words.
    #[serde(default)]
    pub desc: String,
    /// The JSON Schema of each argument.
    #[serde(default)]
    pub args: serde_json::Map<String, Value>,
}
