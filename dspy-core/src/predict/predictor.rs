//! The part of a program that calls a model: one task, its parameters, its place in a run.

mod demos;
mod lm_choice;
mod prepared;

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::assertion::Site;
use super::exchange::Exchange;
use super::judge::{Accepted, Outputs, Rules, judge};
use super::prediction::Prediction;
use super::rationale::Rationale;
use crate::adapter::{Adapter, AdapterCall, DynAdapter};
use crate::error::{Error, Result};
use crate::form::DecisionRules;
use crate::lm::{Lm, LmError, Settings, default_lm};
use crate::module::{Leaf, ParameterError, ParameterKind, Parameters, Path, Visit, VisitMut};
use crate::run::{Answered, Feedback, Slot};
use crate::signature::{Demo, Fields, SignatureSchema};
use crate::wire;
use demos::check_demos;
use lm_choice::LmChoice;
use prepared::Preparation;

/// A predictor for a task that is known at run time only. [`Predict`](super::Predict) and the
/// strategies put types around it.
///
/// It is a module from [`Fields`] to [`Fields`]. Its state stands behind an `Arc`: a clone costs
/// nothing and changes to it stay its own.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::{Predictor, SignatureSchema};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let schema = SignatureSchema::parse("question, passages: list[str] -> answer, score: float")?;
/// let answer = Predictor::new(schema).with_lm(Lm::embedded());
/// let out = answer.call([
///     ("question", "Who wrote it?".into()),
///     ("passages", serde_json::json!(["It was written by Ada."])),
/// ]).await?;
/// println!("{} ({})", out["answer"], out["score"]);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Predictor {
    state: Arc<State>,
    slot: Option<Arc<Slot>>,
}

#[derive(Clone, Debug)]
struct State {
    declared: Arc<SignatureSchema>,
    instructions: Option<String>,
    descriptions: BTreeMap<String, String>,
    demos: Vec<Demo>,
    /// Why the demonstrations that were given last could not be taken over.
    demo_fault: Option<String>,
    choice: LmChoice,
    lm: Option<Lm>,
    adapter: DynAdapter,
    /// Reads what `adapter` cannot.
    fallback: Option<DynAdapter>,
    follow_ups: u32,
    assertion_retries: u32,
    frozen: bool,
    /// The output that is reasoning, where the task was given one.
    rationale: Option<Rationale>,
    /// The task in force, and its prelude: made when first needed, dropped on every change.
    prepared: Preparation,
    /// How the decisions among the outputs are made.
    rules: DecisionRules,
    /// The model named by `choice`, made when first needed.
    named: Arc<OnceLock<std::result::Result<Lm, LmError>>>,
}

/// How often assertions send an answer back, unless told otherwise.
const ASSERTION_RETRIES: u32 = 2;

impl Predictor {
    /// A predictor for a task.
    pub fn new(schema: impl Into<Arc<SignatureSchema>>) -> Self {
        let declared: Arc<SignatureSchema> = schema.into();
        let (rules, rationale) = (prepared::rules_of(&declared), prepared::thoughts_of(&declared));
        let state = State {
            declared,
            instructions: None,
            descriptions: BTreeMap::new(),
            demos: Vec::new(),
            demo_fault: None,
            choice: LmChoice::default(),
            lm: None,
            adapter: DynAdapter::default(),
            fallback: None,
            follow_ups: 1,
            assertion_retries: ASSERTION_RETRIES,
            frozen: false,
            rationale,
            prepared: Preparation::default(),
            rules,
            named: Arc::default(),
        };
        Self { state: Arc::new(state), slot: None }
    }

    /// The task as it was given, before what optimizers change.
    pub(super) fn declared(&self) -> &SignatureSchema {
        &self.state.declared
    }

    /// The demonstrations.
    pub fn demos(&self) -> &[Demo] {
        &self.state.demos
    }

    /// What the model is told to do.
    pub fn instructions(&self) -> &str {
        self.state.instructions.as_deref().unwrap_or(self.state.declared.instructions())
    }

    fn change(&mut self) -> &mut State {
        let state = Arc::make_mut(&mut self.state);
        state.prepared = Preparation::default();
        state
    }

    pub(super) fn set_instructions(&mut self, instructions: impl Into<String>) {
        self.change().instructions = Some(instructions.into());
    }

    pub(super) fn set_demos(&mut self, demos: Vec<Demo>) {
        let state = self.change();
        state.demos = demos;
        state.demo_fault = None;
    }

    /// Takes demonstrations over; one that is no JSON makes the next call fail.
    pub(super) fn take_demos(&mut self, demos: impl Iterator<Item = serde_json::Result<Demo>>) {
        let named = |(index, demo): (usize, serde_json::Result<Demo>)| {
            demo.map_err(|error| format!("demo {index} cannot be written as JSON: {error}"))
        };
        match demos.enumerate().map(named).collect() {
            Ok(demos) => self.set_demos(demos),
            Err(fault) => self.change().demo_fault = Some(fault),
        }
    }

    pub(super) fn set_fallback(&mut self, adapter: DynAdapter) {
        Arc::make_mut(&mut self.state).fallback = Some(adapter);
    }

    pub(super) fn set_follow_ups(&mut self, follow_ups: u32) {
        Arc::make_mut(&mut self.state).follow_ups = follow_ups;
    }

    /// The adapter in force.
    pub(super) fn adapter(&self) -> &DynAdapter {
        &self.state.adapter
    }

    /// The model in force: the one given, the one named by the parameter, or the default.
    pub(super) fn model(&self) -> Result<Lm> {
        if let Some(lm) = &self.state.lm {
            return Ok(lm.clone());
        }
        let found = match &self.state.choice.model {
            Some(name) => self.state.named.get_or_init(|| Lm::new(name)).clone(),
            None => default_lm().ok_or(LmError::NotConfigured),
        };
        found.map_err(|error| Error::Lm { path: self.path(), error: Box::new(error) })
    }

    fn path(&self) -> String {
        self.slot.as_ref().map_or("self", |slot| slot.path()).to_owned()
    }

    pub(super) fn prompt_error(&self, message: impl Into<String>) -> Error {
        Error::Prompt { path: self.path(), message: message.into() }
    }

    pub(super) fn input_fields(&self, input: &impl Serialize) -> Result<Fields> {
        match wire::to_value(input) {
            Ok(Value::Object(fields)) => {
                let blank = |value: &Value| value.as_str().is_some_and(|t| t.trim().is_empty());
                if !fields.is_empty() && fields.values().all(blank) {
                    let names: Vec<_> = fields.keys().map(|name| format!("`{name}`")).collect();
                    return Err(self.prompt_error(format!(
                        "the input {} is empty; there is nothing to ask the model about",
                        names.join(", ")
                    )));
                }
                Ok(fields)
            }
            Ok(other) => Err(self.prompt_error(format!(
                "the input must serialize to a map of fields, not to `{other}`"
            ))),
            Err(error) => Err(self.prompt_error(format!("the input is no JSON: {error}"))),
        }
    }

    /// Calls the model, reads the outputs as `O`, and judges them by the rules.
    pub(super) async fn predict<O>(
        &self,
        input: &impl Serialize,
        rules: Rules<O>,
    ) -> Result<Prediction<O>>
    where
        O: DeserializeOwned + Send,
    {
        self.predict_with(input, |fields| judge(fields, rules)).await
    }

    /// Calls the model and reads the outputs by `read`.
    pub(super) async fn predict_with<O: Send>(
        &self,
        input: &impl Serialize,
        read: impl FnMut(&Value) -> Accepted<O> + Send,
    ) -> Result<Prediction<O>> {
        let inputs = self.input_fields(input)?;
        let alone;
        let slot = match &self.slot {
            Some(slot) => slot.as_ref(),
            None => {
                // Called on its own: the predictor is the whole program.
                alone = Slot::of_whole_program();
                &alone
            }
        };
        let lm = self.model()?;
        let rationale = self.native_rationale(&lm);
        let left_out = self.left_out(&lm, rationale);
        let prepared = self.prepared_without(left_out)?;
        let feedback = slot
            .run()
            .feedback()
            .iter()
            .find(|feedback| feedback.path == slot.path() && feedback.inputs == inputs);
        let hint = slot.run().hint(slot.path());
        // Boxed, since few calls have one.
        let hinted =
            hint.map(|hint| Box::new(Feedback::hinted(feedback, slot.path(), &inputs, hint)));
        let feedback = hinted.as_deref().or(feedback);
        let call = AdapterCall::new(&prepared.schema, &prepared.prelude, &inputs, &lm)
            .with_feedback(feedback);
        // Done with before the call waits, so that it takes no room for it.
        let request = {
            let mut request =
                self.state.adapter.prepare(&call).map_err(|m| self.prompt_error(m))?;
            self.ask_natively(&mut request, &inputs, left_out, &lm);
            if self.state.choice.settings != Settings::default() {
                request.settings = request.settings.overlaid(&self.state.choice.settings);
            }
            if rationale.is_some() {
                prepared::ask_to_think(&mut request.settings);
            }
            request.rollout = slot.run().rollout();
            request.cache = slot.run().cache();
            request.account = slot.run().account().cloned();
            Arc::new(request)
        };
        let request = self.with_files(request).await?;
        let exchange = Exchange {
            slot,
            number: slot.run().next_sequence(),
            lm: &lm,
            adapter: &self.state.adapter,
            fallback: self.state.fallback.as_ref(),
            call,
            follow_ups: self.state.follow_ups,
            retries: self.state.assertion_retries,
            rationale,
            declared: &self.state.declared,
            rules: &self.state.rules,
        };
        let mut outputs = Outputs::new(read);
        // Boxed apart, since allocators are slow with more than a kilobyte.
        let call = exchange.number;
        let mut summary = exchange.boxed(request, &mut outputs).await?;
        let none = || self.prompt_error("the model gave no completion");
        let (first, others) = outputs.into_all().ok_or_else(none)?;
        let (outputs, shown) = (take(&mut summary.fields), take(&mut summary.shown));
        let site = match summary.paid.take() {
            Some(paid) => {
                let retries = self.state.assertion_retries;
                paid.answer(Answered { call, outputs, shown, retries });
                Site::new(slot.attempt().cloned(), paid)
            }
            None => Site::alone(slot.kept_path(), outputs, shown.len()),
        };
        Ok(Prediction::of_call(first, others, summary, site))
    }
}

impl Leaf for Predictor {
    fn parameters(&self) -> Vec<(ParameterKind, Value)> {
        let json = |value: serde_json::Result<Value>| value.unwrap_or(Value::Null);
        let mut all = vec![
            (ParameterKind::INSTRUCTIONS, Value::from(self.instructions())),
            (ParameterKind::DEMOS, json(serde_json::to_value(&self.state.demos))),
            (ParameterKind::DESCRIPTIONS, json(serde_json::to_value(&self.state.descriptions))),
            (ParameterKind::LM, json(serde_json::to_value(&self.state.choice))),
        ];
        if !self.state.rules.is_empty() {
            all.push((ParameterKind::FIELDS, self.state.rules.to_value()));
        }
        all
    }

    fn set(&mut self, kind: &ParameterKind, value: Value) -> Result<(), ParameterError> {
        let invalid = |error: serde_json::Error| ParameterError::invalid(kind, error);
        if *kind == ParameterKind::INSTRUCTIONS {
            self.set_instructions(serde_json::from_value::<String>(value).map_err(invalid)?);
        } else if *kind == ParameterKind::DEMOS {
            let demos: Vec<Demo> = serde_json::from_value(value).map_err(invalid)?;
            check_demos(&self.state.declared, &demos)
                .map_err(|message| ParameterError::invalid(kind, message))?;
            self.set_demos(demos);
        } else if *kind == ParameterKind::DESCRIPTIONS {
            let descriptions: BTreeMap<String, String> =
                serde_json::from_value(value).map_err(invalid)?;
            if let Some(name) =
                descriptions.keys().find(|name| self.state.declared.field(name).is_none())
            {
                let message = format!("the signature has no field `{name}`");
                return Err(ParameterError::invalid(kind, message));
            }
            self.change().descriptions = descriptions;
        } else if *kind == ParameterKind::FIELDS && !self.state.rules.is_empty() {
            let rules = &mut Arc::make_mut(&mut self.state).rules;
            rules.set(&value).map_err(|message| ParameterError::invalid(kind, message))?;
        } else if *kind == ParameterKind::LM {
            let choice = match value {
                Value::Null => LmChoice::default(),
                value => serde_json::from_value(value).map_err(invalid)?,
            };
            let state = Arc::make_mut(&mut self.state);
            state.choice = choice;
            state.named = Arc::default();
        } else {
            let known: Vec<_> = self.parameters().into_iter().map(|(kind, _)| kind).collect();
            return Err(ParameterError::unknown_kind(kind, &known));
        }
        Ok(())
    }

    fn shape(&self) -> Value {
        self.state.declared.shape()
    }

    fn schema(&self) -> Option<&SignatureSchema> {
        match self.prepared() {
            Ok(prepared) => Some(&prepared.schema),
            Err(_) => Some(&self.state.declared),
        }
    }

    fn rationale(&self) -> Option<&str> {
        self.state.rationale.as_ref().map(|rationale| rationale.name.as_str())
    }

    fn lm(&self) -> Option<&Lm> {
        self.state.lm.as_ref()
    }

    fn set_lm(&mut self, lm: &Lm) {
        Arc::make_mut(&mut self.state).lm = Some(lm.clone());
    }

    fn lay_settings(&mut self, settings: &Settings) {
        let state = Arc::make_mut(&mut self.state);
        state.choice.settings = state.choice.settings.overlaid(settings);
    }

    fn set_assertion_retries(&mut self, retries: u32) {
        Arc::make_mut(&mut self.state).assertion_retries = retries;
    }

    fn set_frozen(&mut self, frozen: bool) -> bool {
        Arc::make_mut(&mut self.state).frozen = frozen;
        true
    }

    fn set_adapter(&mut self, adapter: &DynAdapter) {
        self.change().adapter = adapter.clone();
    }

    fn slot(&self) -> Option<&Arc<Slot>> {
        self.slot.as_ref()
    }

    fn set_slot(&mut self, slot: Option<Arc<Slot>>) {
        self.slot = slot;
    }
}

impl Parameters for Predictor {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        if self.state.frozen {
            path.frozen(|path| visit.leaf(path, self));
        } else {
            visit.leaf(path, self);
        }
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        if self.state.frozen {
            path.frozen(|path| visit.leaf(path, self));
        } else {
            visit.leaf(path, self);
        }
    }
}

/// What every strategy around one predictor offers: settings by value, registry, and the like.
macro_rules! predictor_settings {
    ($strategy:ident) => {
        impl<S: Signature> $strategy<S> {
            /// The same as [`new`](Self::new), for a signature whose type has no name: what
            /// `signature!("…")` gives.
            pub fn of(_task: $crate::signature::Task<S>) -> Self {
                Self::new()
            }

            /// The same predictor with these demonstrations: rows of the signature, or [`Demo`]s.
            /// To have `Demo`s checked against the signature, set them with
            /// [`set_demos`](crate::module::set_demos).
            #[must_use]
            pub fn with_demos(mut self, demos: impl IntoIterator<Item: IntoDemo<S>>) -> Self {
                self.predictor.take_demos(demos.into_iter().map(IntoDemo::<S>::into_demo));
                self
            }

            $crate::predict::settings::settings_by_value!(predictor);

            /// The exact messages that a call with this input would send, as a person reads them.
            ///
            /// # Errors
            /// As a call, short of calling the model.
            pub fn explain<Via>(
                &self,
                input: impl $crate::signature::IntoInput<S::Input, Via>,
            ) -> Result<String> {
                self.predictor.transcript(&input.into_input())
            }

            /// The demonstrations.
            pub fn demos(&self) -> &[Demo] {
                self.predictor.demos()
            }

            /// What the model is told to do.
            pub fn instructions(&self) -> &str {
                self.predictor.instructions()
            }
        }

        impl<S: Signature> Default for $strategy<S> {
            fn default() -> Self {
                Self::new()
            }
        }

        // Not derived: that would ask for `S: Clone`.
        impl<S> Clone for $strategy<S> {
            fn clone(&self) -> Self {
                Self { predictor: self.predictor.clone(), signature: PhantomData }
            }
        }

        impl<S> fmt::Debug for $strategy<S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($strategy)).field(&self.predictor.instructions()).finish()
            }
        }

        impl<S> Parameters for $strategy<S> {
            fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
                self.predictor.walk(path, visit);
            }

            fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
                self.predictor.walk_mut(path, visit);
            }
        }
    };
}

pub(super) use predictor_settings;
