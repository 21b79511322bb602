//! The optimizers by name.

use std::path::PathBuf;

use dspy_core::lm::{Budget, Lm};
use dspy_core::metric::DynMetric;
use dspy_core::module::Module;
use dspy_core::optimize::{
    Auto, BootstrapFewShot, BootstrapFewShotWithRandomSearch, Copro, Gate, Gepa, LabeledFewShot,
    MiproV2, Optimizer, Ratchet, Report, Simba,
};
use dspy_core::row::{Row, Rows};
use dspy_grammar::nearest;

use crate::config::Found;
use crate::fault::Fault;

/// The names, as help texts list them.
pub(super) const NAMES: [&str; 8] =
    ["best", "miprov2", "gepa", "simba", "copro", "random-search", "bootstrap", "labeled"];

/// How many rows `labeled` shows where nothing else is said.
const LABELED: usize = 16;

/// What to optimize with, and how.
pub(super) struct Plan<R> {
    pub(super) optimizer: String,
    pub(super) auto: Option<Found>,
    pub(super) seed: u64,
    pub(super) concurrency: usize,
    pub(super) repeats: Option<u32>,
    /// The most demonstrations that a predictor may show.
    pub(super) max_demos: Option<usize>,
    pub(super) budget: Option<Budget>,
    pub(super) journal: Option<PathBuf>,
    pub(super) validation: Option<Rows<R>>,
    pub(super) holdout: Option<Rows<R>>,
    pub(super) gate: Option<Gate>,
    pub(super) proposer: Option<Lm>,
    pub(super) teacher: Option<Lm>,
    pub(super) shows_progress: bool,
}

/// Every optimizer takes the same settings.
macro_rules! tuned {
    ($plan:ident, $optimizer:expr) => {{
        let mut optimizer =
            $optimizer.seed($plan.seed).concurrency($plan.concurrency).stop_on_ctrl_c();
        if let Some(repeats) = $plan.repeats {
            optimizer = optimizer.repeats(repeats);
        }
        if let Some(budget) = &$plan.budget {
            optimizer = optimizer.budget(budget.clone());
        }
        if let Some(path) = &$plan.journal {
            optimizer = optimizer.journal(path);
        }
        if let Some(rows) = &$plan.validation {
            optimizer = optimizer.validation(rows.clone());
        }
        if let Some(rows) = &$plan.holdout {
            optimizer = optimizer.holdout(rows.clone());
        }
        if let Some(gate) = &$plan.gate {
            optimizer = optimizer.gate(*gate);
        }
        if let Some(lm) = &$plan.proposer {
            optimizer = optimizer.proposer_lm(lm);
        }
        if let Some(lm) = &$plan.teacher {
            optimizer = optimizer.teacher_lm(lm);
        }
        if $plan.shows_progress {
            optimizer = optimizer.progress();
        }
        optimizer
    }};
}

/// An optimizer that shows demonstrations, so many of them at most.
macro_rules! with_demos {
    ($plan:ident, $optimizer:expr, $most:ident) => {
        match $plan.max_demos {
            Some(most) => $optimizer.$most(most),
            None => $optimizer,
        }
    };
}

/// Does the same with each optimizer that takes settings; `labeled` takes none.
macro_rules! with_optimizer {
    ($plan:ident, $metric:ident, |$optimizer:ident| $work:expr, $labeled:expr) => {
        match $plan.optimizer.as_str() {
            "best" => {
                let $optimizer =
                    tuned!($plan, with_demos!($plan, Ratchet::new($metric), max_demos));
                $work
            }
            "miprov2" => {
                let $optimizer = tuned!(
                    $plan,
                    with_demos!($plan, MiproV2::new($metric).auto($plan.auto()?), max_labeled)
                );
                $work
            }
            "gepa" => {
                let $optimizer = tuned!($plan, Gepa::new($metric).auto($plan.auto()?));
                $work
            }
            "simba" => {
                let $optimizer = tuned!($plan, with_demos!($plan, Simba::new($metric), max_demos));
                $work
            }
            "copro" => {
                let $optimizer = tuned!($plan, Copro::new($metric));
                $work
            }
            "random-search" => {
                let $optimizer = tuned!(
                    $plan,
                    with_demos!($plan, BootstrapFewShotWithRandomSearch::new($metric), max_labeled)
                );
                $work
            }
            "bootstrap" => {
                let $optimizer =
                    tuned!($plan, with_demos!($plan, BootstrapFewShot::new($metric), max_labeled));
                $work
            }
            _ => $labeled,
        }
    };
}

impl<R: Send + Sync + 'static> Plan<R> {
    /// Refuses names that there are not, and settings that the optimizer does not have.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let name = self.optimizer.as_str();
        if !NAMES.contains(&name) {
            let meant = match nearest(name, &NAMES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", NAMES.join(", ")),
            };
            return Err(Fault::usage(format!("there is no optimizer `{name}`; {meant}")));
        }
        self.auto()?;
        if let Some(Found { origin, .. }) = &self.auto
            && !matches!(name, "miprov2" | "gepa")
            && origin == "--auto"
        {
            return Err(Fault::usage(format!(
                "`{name}` has no sizes; leave --auto out, or take miprov2 or gepa"
            )));
        }
        if self.max_demos.is_some() && matches!(name, "gepa" | "copro") {
            return Err(Fault::usage(format!(
                "`{name}` writes instructions and shows no demonstrations; leave --max-demos out"
            )));
        }
        let unused = [
            ("--repeats", self.repeats.is_some()),
            ("--journal", self.journal.is_some()),
            ("--validation", self.validation.is_some()),
            ("--holdout", self.holdout.is_some()),
            ("--min-improvement", self.gate.is_some()),
            ("--proposer-lm", self.proposer.is_some()),
            ("--teacher-lm", self.teacher.is_some()),
        ];
        match unused.iter().find(|(_, is_given)| name == "labeled" && *is_given) {
            Some((option, _)) => Err(Fault::usage(format!(
                "`labeled` shows rows and asks no model, so it has no use for {option}; leave it out"
            ))),
            None => Ok(()),
        }
    }

    fn auto(&self) -> Result<Auto, Fault> {
        let Some(Found { value, origin, .. }) = &self.auto else { return Ok(Auto::Light) };
        match value.as_str() {
            "light" => Ok(Auto::Light),
            "medium" => Ok(Auto::Medium),
            "heavy" => Ok(Auto::Heavy),
            other => {
                Err(Fault::usage(format!("{origin} must be light, medium or heavy, not `{other}`")))
            }
        }
    }

    /// What optimizing would take, in words.
    pub(super) fn of<P: Module>(
        &self,
        program: &P,
        train: &Rows<R>,
        metric: DynMetric<R, P::Output>,
    ) -> Result<String, Fault>
    where
        R: Row<P::Input>,
    {
        with_optimizer!(
            self,
            metric,
            |optimizer| Ok(optimizer.plan(program, train.clone())?.to_string()),
            Ok(format!(
                "labeled: shows up to {} rows, asks no model",
                self.max_demos.unwrap_or(LABELED)
            ))
        )
    }

    /// Optimizes.
    pub(super) async fn compile<P: Module>(
        &self,
        program: &P,
        train: Rows<R>,
        metric: DynMetric<R, P::Output>,
    ) -> Result<Report<P>, Fault>
    where
        R: Row<P::Input>,
    {
        with_optimizer!(
            self,
            metric,
            |optimizer| Ok(optimizer.compile_rows(program, train).await?),
            Ok(LabeledFewShot::new(self.max_demos.unwrap_or(LABELED))
                .seed(self.seed)
                .compile_rows(program, train)
                .await?)
        )
    }
}
