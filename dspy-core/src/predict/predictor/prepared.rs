//! What a predictor says before its inputs, and whether its rationale is part of that.

use std::sync::{Arc, OnceLock};

use serde::Serialize;

use super::super::rationale::{Rationale, ReasoningSource};
use super::Predictor;
use crate::adapter::{Adapter, AdapterCall, Prelude};
use crate::error::Result;
use crate::form::{CITATIONS, DecisionRules, Document, Form, REASONING, TOOL, TOOL_CALLS};
use crate::lm::{Lm, Request, ResponseFormat, Settings, ToolSpec};
use crate::run::transcript;
use crate::signature::{Field, Fields, SignatureSchema};

/// What a model that thinks on its own is asked for where nobody said how hard it should.
const EFFORT: &str = "low";

/// The task in force, and its prelude, for each choice of what a model does by its own means; made
/// when first needed.
pub(super) type Preparation = Arc<[OnceLock<std::result::Result<Prepared, String>>; 8]>;

/// What the prompt leaves to the model's own means.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeftOut {
    pub(super) rationale: bool,
    pub(super) tools: bool,
    pub(super) citations: bool,
}

impl LeftOut {
    fn place(self) -> usize {
        usize::from(self.rationale)
            | usize::from(self.tools) << 1
            | usize::from(self.citations) << 2
    }
}

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
        let is_wanted = match rationale.source {
            ReasoningSource::Field => false,
            ReasoningSource::Native => true,
            ReasoningSource::Auto => {
                let effort = self.state.choice.settings.reasoning_effort.as_deref();
                effort.is_some_and(|effort| effort != "none")
            }
        };
        (is_wanted && lm.capabilities().reasoning).then_some(&rationale.name)
    }

    /// What this model does by its own means, its reasoning for `rationale` among it.
    pub(super) fn left_out(&self, lm: &Lm, rationale: Option<&str>) -> LeftOut {
        let declared = &self.state.declared;
        let takes = |word: &str| {
            declared.inputs().iter().any(|field| field.forms().iter().any(|it| it.word() == word))
        };
        let gives = |word: &str| declared.outputs().iter().any(|it| it.marker() == Some(word));
        let can = lm.capabilities();
        LeftOut {
            rationale: rationale.is_some(),
            tools: can.tools && gives(TOOL_CALLS) && takes(TOOL),
            citations: can.citations && gives(CITATIONS) && takes(&Document::word()),
        }
    }

    /// The task and the prelude without what a model does by its own means.
    pub(super) fn prepared_without(&self, left_out: LeftOut) -> Result<&Prepared> {
        let made = match self.state.prepared.get(left_out.place()) {
            Some(place) => place.get_or_init(|| self.prepare(left_out)).as_ref(),
            None => return Err(self.prompt_error("there is no such preparation")),
        };
        made.map_err(|message| self.prompt_error(message))
    }

    pub(super) fn prepared(&self) -> Result<&Prepared> {
        self.prepared_without(LeftOut::default())
    }

    /// The request with the files of this machine that it names read.
    pub(super) async fn with_files(&self, request: Arc<Request>) -> Result<Arc<Request>> {
        if !request.names_local_media() {
            return Ok(request);
        }
        // Boxed, since few calls name any.
        let read = Box::pin(request.with_media()).await;
        read.map_err(|error| self.prompt_error(error.to_string()))
    }

    pub(in crate::predict) fn transcript(&self, input: &impl Serialize) -> Result<String> {
        let inputs = self.input_fields(input)?;
        // Explaining must work before any model is set up.
        let lm = self.model().unwrap_or_else(|_| Lm::embedded());
        let prepared = self.prepared_without(self.left_out(&lm, self.native_rationale(&lm)))?;
        let call = AdapterCall::new(&prepared.schema, &prepared.prelude, &inputs, &lm);
        let request = self.state.adapter.prepare(&call).map_err(|m| self.prompt_error(m))?;
        Ok(transcript(&request))
    }

    fn prepare(&self, left_out: LeftOut) -> std::result::Result<Prepared, String> {
        if let Some(fault) = &self.state.demo_fault {
            return Err(fault.clone());
        }
        let mut schema = (*self.state.declared).clone().with_descs(&self.state.descriptions);
        if let Some(instructions) = &self.state.instructions {
            schema = schema.with_instructions(instructions.as_str());
        }
        if let Some(rationale) = &self.state.rationale {
            rationale.check(&schema)?;
            if left_out.rationale {
                schema = schema.delete(&rationale.name).map_err(|error| error.to_string())?;
            }
        }
        let leaves_out = |field: &&Field| {
            let is = |word: &str| field.marker() == Some(word);
            let holds_tools = field.forms().iter().any(|form| form.word() == TOOL);
            (left_out.tools && (is(TOOL_CALLS) || holds_tools))
                || (left_out.citations && is(CITATIONS))
        };
        let names: Vec<String> =
            schema.fields().filter(leaves_out).map(|field| field.name().to_owned()).collect();
        for name in names {
            // The last input or output stays: a prompt needs one of each.
            schema = schema.clone().delete(&name).unwrap_or(schema);
        }
        let prelude = self.state.adapter.prelude(&schema, &self.state.demos)?;
        Ok(Prepared { schema, prelude })
    }
}

impl Predictor {
    /// Adds to a request what a model does by its own means.
    pub(super) fn ask_natively(
        &self,
        request: &mut Request,
        inputs: &Fields,
        left_out: LeftOut,
        lm: &Lm,
    ) {
        /// Alternatives to a token: enough for most closed sets, and every provider gives as many.
        const ALTERNATIVES: u8 = 5;
        if !self.state.rules.is_empty() && lm.capabilities().logprobs {
            request.settings.logprobs.get_or_insert(ALTERNATIVES);
        }
        if left_out.tools {
            request.tools = self.state.declared.given(inputs).all::<ToolSpec>();
        }
        // A provider that cites cannot hold the same answer to a schema.
        if left_out.citations {
            request.response_format = ResponseFormat::Text;
        }
    }
}

/// How the decisions among the outputs are made at first.
pub(super) fn rules_of(schema: &SignatureSchema) -> DecisionRules {
    DecisionRules::of(
        schema
            .outputs()
            .iter()
            .filter_map(|field| Some((field.name(), field.marker()?, field.schema()))),
    )
}

/// The output that is the model's own reasoning, where the task has one of that type.
pub(super) fn thoughts_of(schema: &SignatureSchema) -> Option<Rationale> {
    let thoughts = schema.outputs().iter().find(|field| field.marker() == Some(REASONING));
    thoughts.map(Rationale::new)
}

/// Without an effort, many a model would answer without thinking.
pub(super) fn ask_to_think(settings: &mut Settings) {
    settings.reasoning_effort.get_or_insert_with(|| EFFORT.to_owned());
}
