//! What a result remembers of the program that it is of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::module::{
    Parameter, ParameterKind, Parameters, ProgramDiff, diff_parameters, identity, lm_of, parameters,
};

/// The program that was evaluated: its identity, its model, its parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProgramNote {
    /// The hash that [`identity`] gives.
    pub identity: String,
    /// The model that its first predictor has, or the default model; empty without either.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The parameters, in walking order. Extra fields of request bodies are left out: they may hold
    /// secrets.
    pub parameters: Vec<NotedParameter>,
}

/// A parameter's value at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotedParameter {
    /// The leaf's path.
    pub path: String,
    /// What sort of thing it is.
    pub kind: ParameterKind,
    /// The value.
    pub value: Value,
}

impl ProgramNote {
    /// The note on a program as it is now.
    pub fn of<P: Parameters + ?Sized>(program: &P) -> Self {
        let note = |Parameter { path, kind, mut value, .. }| {
            if kind == ParameterKind::LM
                && let Some(fields) = value.as_object_mut()
            {
                fields.shift_remove("extra");
            }
            NotedParameter { path, kind, value }
        };
        let lm = lm_of(program).or_else(crate::lm::default_lm);
        Self {
            identity: identity(program),
            model: lm.map(|lm| lm.name().to_owned()).unwrap_or_default(),
            parameters: parameters(program).into_iter().map(note).collect(),
        }
    }

    /// What changed from this program to another.
    pub fn diff(&self, after: &Self) -> ProgramDiff {
        let all = |note: &Self| note.parameters.iter().map(NotedParameter::parameter).collect();
        diff_parameters(all(self), all(after))
    }
}

impl NotedParameter {
    fn parameter(&self) -> Parameter {
        let (path, kind, value) = (self.path.clone(), self.kind.clone(), self.value.clone());
        Parameter { path, kind, value, frozen: false }
    }
}
