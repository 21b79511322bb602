//! The names that most programs use: `use dspy::prelude::*;`.

pub use dspy_core::error::UserError;
pub use dspy_core::lm::Lm;
pub use dspy_core::module::{Module, Parameters};
pub use dspy_core::predict::{BestOfN, ChainOfThought, Predict, Prediction, ReAct, Refine};
pub use dspy_core::row::Row;
pub use dspy_core::signature::{Data, Signature};
pub use dspy_core::tool::{Tool, Toolset};
pub use dspy_macros::{Parameters, Signature, data, module, signature, tool};
