//! What a predictor says before its inputs, and whether its rationale is part of that.

use std::sync::{Arc, OnceLock};

use super::super::rationale::{Rationale, ReasoningSource};
use super::Predictor;
use crate::adapter::{Adapter, Prelude};
use crate::error::Result;
use crate::lm::{Lm, Settings};
use crate::signature::SignatureSchema;

/// What a model that thinks on its own is asked for where nobody said how hard it should.
const EFFORT: &str = "low";

/// The task in force, and its prelude; made when first needed.
pub(super) type Preparation = Arc<OnceLock<std::result::Result<Prepared, String>>>;

#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) schema: SignatureSchema,
    pub(super) prelude: Prelude,
}

impl Predictor {
    /// The same predictor with its first output taken for reasoning.
    pub(in crate::predict) fn reasoning_in(mut self, rationale: Rationale) -> Self {
        self.change().rationale = Some(rationale);
        self
    }

    /// The name of the output that is reasoning; empty where there is none.
    pub(in crate::predict) fn rationale_name(&self) -> &str {
        self.state.rationale.as_ref().map_or("", |rationale| &rationale.name)
    }

    pub(in crate::predict) fn set_reasoning(&mut self, source: ReasoningSource) {
        if let Some(rationale) = &mut self.change().rationale {
            rationale.source = source;
        }
    }

    /// The output that the model's own reasoning stands for, if that is so with this model.
    pub(super) fn native_rationale(&self, lm: &Lm) -> Option<&str> {
        let rationale = self.state.rationale.as_ref()?;
        let is_native = match rationale.source {
            ReasoningSource::Field => false,
            _ if !lm.capabilities().reasoning => false,
            ReasoningSource::Native => true,
            ReasoningSource::Auto => {
                let effort = self.state.choice.settings.reasoning_effort.as_deref();
                effort.is_some_and(|effort| effort != "none")
            }
        };
        is_native.then_some(&rationale.name)
    }

    /// The task and the prelude for this model.
    pub(super) fn prepared_for(&self, lm: &Lm) -> Result<&Prepared> {
        match self.native_rationale(lm) {
            None => self.prepared(),
            Some(_) => {
                let made = self.state.prepared_native.get_or_init(|| self.prepare(true));
                made.as_ref().map_err(|message| self.prompt_error(message))
            }
        }
    }

    pub(super) fn prepared(&self) -> Result<&Prepared> {
        let made = self.state.prepared.get_or_init(|| self.prepare(false));
        made.as_ref().map_err(|message| self.prompt_error(message))
    }

    fn prepare(&self, is_native: bool) -> std::result::Result<Prepared, String> {
        if let Some(fault) = &self.state.demo_fault {
            return Err(fault.clone());
        }
        let mut schema = (*self.state.declared).clone().with_descs(&self.state.descriptions);
        if let Some(instructions) = &self.state.instructions {
            schema = schema.with_instructions(instructions.as_str());
        }
        if let Some(rationale) = &self.state.rationale {
            rationale.check(&schema)?;
            if is_native {
                schema = schema.delete(&rationale.name).map_err(|error| error.to_string())?;
            }
        }
        let prelude = self.state.adapter.prelude(&schema, &self.state.demos)?;
        Ok(Prepared { schema, prelude })
    }
}

/// Without an effort, many a model would answer without thinking.
pub(super) fn ask_to_think(settings: &mut Settings) {
    settings.reasoning_effort.get_or_insert_with(|| EFFORT.to_owned());
}
