//! Asking a model for proposals: [`Engine::ask`].

use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::super::journal::Unit;
use super::super::meters::Role;
use super::super::stop::StopReason;
use super::Engine;
use crate::error::{Error, Result};
use crate::lm::{CallLog, Lm, Settings};
use crate::module::{Call, set_lm};
use crate::predict::Predictor;
use crate::run::{Run, RunOptions};
use crate::signature::Fields;

/// A question to the model that writes proposals.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Question {
    /// What it is for; with `index` it tells questions apart, also in the journal.
    pub purpose: String,
    /// Which question for this purpose.
    pub index: u64,
    /// The task.
    pub predictor: Predictor,
    /// Its inputs.
    pub inputs: Fields,
    /// How to sample.
    pub settings: Settings,
    /// Another model than that for proposals.
    pub lm: Option<Lm>,
}

impl Question {
    /// A question.
    pub fn new(
        purpose: impl Into<String>,
        index: u64,
        predictor: &Predictor,
        inputs: Fields,
    ) -> Self {
        Self {
            purpose: purpose.into(),
            index,
            predictor: predictor.clone(),
            inputs,
            settings: Settings::default(),
            lm: None,
        }
    }

    /// The same question at this temperature.
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.settings = self.settings.with_temperature(temperature);
        self
    }
}

impl Engine {
    /// Asks the model for proposals, paid by the proposer's meter. An error costs a proposal, never
    /// the search: an answer that cannot be read, even after a follow-up, is one for the caller to
    /// do without. Gives `None` for what the budget did not reach.
    ///
    /// # Errors
    /// Failures that every question would meet: no model, a refused key.
    pub async fn ask(&mut self, questions: Vec<Question>) -> Result<Vec<Option<Result<Fields>>>> {
        let count = questions.len();
        let mut answers: Vec<Option<Result<Fields>>> = (0..count).map(|_| None).collect();
        let mut waiting = questions.into_iter().enumerate();
        let mut tasks = JoinSet::new();
        loop {
            while self.stopped.is_none() && tasks.len() < self.concurrency {
                if self.stop.is_asked() {
                    self.stop(StopReason::Interrupted);
                    break;
                }
                let Some((index, question)) = waiting.next() else { break };
                let unit = Unit::new(
                    format!("proposer/{}/{}", question.purpose, question.index),
                    &self.journal,
                );
                let (account, _) = self.meters.account(Role::Proposer);
                let log: std::sync::Arc<dyn CallLog> = unit.clone();
                let account = account.with_log(log);
                let lm = question.lm.clone().or_else(|| self.proposer.clone());
                let lm = lm.or_else(|| self.stage.lm());
                let asking = async move {
                    let mut predictor = question.predictor;
                    if let Some(lm) = &lm {
                        set_lm(&mut predictor, lm);
                    }
                    let options =
                        RunOptions::default().with_rollout(question.index).with_account(account);
                    let run = Run::with(options);
                    let answer = Call::new(&predictor, question.inputs)
                        .run(&run)
                        .settings(&question.settings)
                        .await;
                    let answer = answer.map(|answer| answer.into_output());
                    (index, unit.was_refused(), run.usage(), answer)
                };
                tasks.spawn(asking.instrument(self.trial.span()));
            }
            let Some(joined) = tasks.join_next().await else { break };
            let (index, refused, usage, answer) = joined.map_err(|error| {
                Error::Invalid(format!("a proposal did not come to its end: {error}"))
            })?;
            self.count(Role::Proposer, usage);
            match answer {
                _ if refused => {
                    let left: Vec<_> = self.meters.left().iter().map(ToString::to_string).collect();
                    self.stop(StopReason::Budget(format!("{} left", left.join(", "))));
                }
                Err(error) if error.is_setup() => {
                    self.journal.settle()?;
                    return Err(error);
                }
                answer => {
                    if let Some(place) = answers.get_mut(index) {
                        *place = Some(answer);
                    }
                }
            }
        }
        self.journal.settle()?;
        Ok(answers)
    }
}
