//! What Python saved and sent.

use std::path::{Path, PathBuf};

use dspy::lm::Request;
use serde_json::Value;

/// A program's file, and its calls.
pub(crate) struct Recorded {
    pub(crate) name: String,
    /// The output that was recorded.
    pub(crate) target: String,
    pub(crate) runs: Vec<Run>,
}

pub(crate) struct Run {
    pub(crate) inputs: Value,
    pub(crate) calls: Vec<Call>,
    pub(crate) output: Value,
}

pub(crate) struct Call {
    /// Roles and texts.
    pub(crate) messages: Vec<(String, String)>,
    pub(crate) answer: String,
}

/// The folder of the recordings: those of a run with Python, if there is one.
pub(crate) fn folder() -> PathBuf {
    match std::env::var_os("DSPY_INTEROP") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/recorded"),
    }
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl Recorded {
    pub(crate) fn all() -> Vec<Self> {
        crate::programs::NAMES.iter().map(|name| Self::of(name)).collect()
    }

    fn of(name: &str) -> Self {
        let found = json(&folder().join(format!("{name}.messages.json")));
        let text = |at: &Value| found["texts"][at.as_u64().unwrap() as usize].as_str().unwrap();
        let call = |call: &Value| Call {
            messages: call["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| (it[0].as_str().unwrap().to_owned(), text(&it[1]).to_owned()))
                .collect(),
            answer: text(&call["answer"]).to_owned(),
        };
        let run = |run: &Value| Run {
            inputs: run["inputs"].clone(),
            calls: run["calls"].as_array().unwrap().iter().map(call).collect(),
            output: run["output"].clone(),
        };
        Self {
            name: name.to_owned(),
            target: found["target"].as_str().unwrap().to_owned(),
            runs: found["runs"].as_array().unwrap().iter().map(run).collect(),
        }
    }

    /// The file of `program.save(…)`.
    pub(crate) fn program(&self) -> PathBuf {
        folder().join(format!("{}.program.json", self.name))
    }
}

/// A request's roles and texts.
pub(crate) fn said(request: &Request) -> Vec<(String, String)> {
    let role = |role| serde_json::to_value(role).unwrap().as_str().unwrap().to_owned();
    request.messages.iter().map(|message| (role(message.role), message.text())).collect()
}
