//! Compiling: rows and program in, report out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use tracing::Instrument as _;

use super::split::Split;
use super::{Options, Tuned};
use crate::error::Result;
use crate::evaluate::{ProgramNote, mean_interval};
use crate::lm::{Budget, Lm, Price, Prices, default_lm, telemetry};
use crate::module::{Module, ParameterKind, identity, lm_of};
use crate::optimize::Optimizer;
use crate::optimize::demos::data_hash;
use crate::optimize::engine::{CandidateId, Engine, Parts};
use crate::optimize::finish::finish;
use crate::optimize::headroom::Headroom;
use crate::optimize::journal::{Header, Journal};
use crate::optimize::meters::{Meters, Role};
use crate::optimize::plan::{Facts, Plan, Sizes};
use crate::optimize::progress::Progress;
use crate::optimize::report::{Candidate, Report};
use crate::optimize::span;
use crate::optimize::stage::{Actor, Part, Program, RowStage, Stage, changed, with_lm};
use crate::optimize::stop::{Stop, StopReason};
use crate::optimize::strategy::Strategy;
use crate::row::{Row, Rows, overlaps};
use crate::run::failed;
use crate::signature::View;

/// Bytes of a prompt that say what form an answer has.
const FORM: usize = 800;
/// Bytes of a demonstration that say what its parts are.
const MARKS: usize = 120;
/// Tokens of an answer that is long, reasoning included.
const LONG_ANSWER: usize = 256;

impl<S, P, R, O> Optimizer<P, R> for Tuned<S, R, O>
where
    S: Strategy,
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    O: Sync + 'static,
{
    async fn compile_rows(&self, program: &P, train: Rows<R>) -> Result<Report<P>> {
        let started = Instant::now();
        let Split { train, validation, holdout, warnings } =
            Split::new(&self.options, train, self.strategy.compares())?;
        let sets = [("train", &train), ("validation", &validation), ("holdout", &holdout)];
        let leaks = overlaps::<P::Input, R>(&sets)?.warnings();
        let stage = self.stage(program, [train, validation, holdout])?;
        let stage: Arc<dyn Stage> = Arc::new(stage);
        let (journal, _) = self.open_journal(program, &stage)?;
        let mut engine = self.engine(&stage, journal)?;
        engine.warnings = warnings;
        let ctrl_c = self.options.ctrl_c.then(|| CtrlC::listen(&self.options.stop));
        let span = span::search(self.strategy.name(), stage.type_name());
        let outcome = self.search(&mut engine).instrument(span.clone()).await;
        match &outcome {
            Ok((winner, ..)) => {
                span.record(telemetry::CANDIDATE, engine.candidate(*winner).name.as_str());
                let score = engine.mean(*winner, Part::Validation).map(|(mean, _)| mean);
                span.record(telemetry::SCORE, score);
            }
            Err(error) => failed(&span, error.kind()),
        }
        drop(span);
        drop(ctrl_c);
        engine.progress.finish();
        let (winner, judgement, stopped) = outcome?;
        let taken = engine.candidate(winner);
        let given = ProgramNote::of(program);
        let program = changed(program, &taken.changes, &self.options.lms)?;
        let returned = ProgramNote::of(&program);
        let mut report = Report::new(program, self.strategy.name(), self.options.seed);
        report.given = given;
        report.returned = returned;
        report.winner = winner.index();
        report.judgement = judgement;
        report.stopped = stopped;
        report.candidates = candidates(&engine);
        report.demo_counts = engine.demo_counts()?;
        report.student_usage = engine.usage(Role::Student);
        report.teacher_usage = engine.usage(Role::Teacher);
        report.proposer_usage = engine.usage(Role::Proposer);
        report.spending = engine.spending();
        report.trajectory = std::mem::take(&mut engine.trajectory);
        report.warnings = std::mem::take(&mut engine.warnings);
        report.warnings.extend(leaks);
        report.data = data_hash(stage.fields(Part::Train));
        report.redact = self.options.redact.clone();
        report.elapsed = started.elapsed();
        Ok(report)
    }
}

impl<S: Strategy, R: Send + Sync + 'static, O: Sync + 'static> Tuned<S, R, O> {
    /// What compiling takes, before anything is spent: calls, tokens, money, expected and at most.
    ///
    /// # Errors
    /// Rows that are missing or unfit.
    pub fn plan<P>(&self, program: &P, train: impl Into<Rows<R>>) -> Result<Plan>
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
    {
        let split = Split::new(&self.options, train.into(), self.strategy.compares())?;
        let stage = self.stage(program, [split.train, split.validation, split.holdout])?;
        let open = stage.tasks(false).iter().filter(|task| !task.frozen).count();
        let facts = Facts {
            predictors: open,
            train: stage.fields(Part::Train).len(),
            validation: stage.fields(Part::Validation).len(),
            holdout: stage.fields(Part::Holdout).len(),
        };
        let rows = stage.fields(Part::Train);
        let lengths: Vec<usize> =
            rows.iter().map(|row| Value::Object(row.clone()).to_string().len()).collect();
        let row = lengths.iter().sum::<usize>() / rows.len().max(1);
        let longest = lengths.iter().copied().max().unwrap_or_default();
        // What stands in every prompt beside the row, and an answer of about the size of a row.
        let given: usize =
            stage.parameters(false).iter().map(|parameter| parameter.value.to_string().len()).sum();
        let predictors = stage.tasks(false).len();
        let sizes = |row: usize, answer: usize| Sizes {
            prompt: ((given / predictors.max(1) + FORM + row) / 4) as u64,
            answer: answer as u64,
            // With the marks of its fields and what a teacher thought.
            demo: ((row + MARKS) / 4 + answer) as u64,
        };
        let price = self.price(lm_of(program).or_else(default_lm).as_ref());
        let needs = self.strategy.needs(&facts);
        let answer = |row: usize, least: usize| (row / 4).max(least);
        let tokens = [sizes(row, answer(row, 32)), sizes(longest, answer(longest, LONG_ANSWER))];
        Ok(Plan::new(self.strategy.name(), facts, needs, predictors, tokens, price))
    }

    /// Whether optimizing is worth the money: a few cheap changes on a few validation rows, for
    /// about a hundred runs of the program and two questions to the proposer.
    ///
    /// # Errors
    /// As [`compile`](Optimizer::compile).
    pub async fn headroom<P>(&self, program: &P, train: impl Into<Rows<R>>) -> Result<Headroom>
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
    {
        let split = Split::new(&self.options, train.into(), true)?;
        let stage = self.stage(program, [split.train, split.validation, split.holdout])?;
        let stage: Arc<dyn Stage> = Arc::new(stage);
        Headroom::measure(&mut self.engine(&stage, Journal::none())?).await
    }

    fn engine(&self, stage: &Arc<dyn Stage>, journal: Journal) -> Result<Engine> {
        let budget = self.options.budget.clone().unwrap_or_else(Budget::unlimited);
        let title = self.options.progress.then(|| self.strategy.name());
        Engine::new(Parts {
            stage: Arc::clone(stage),
            meters: Meters::new(&budget, self.options.prices.clone()),
            journal,
            stop: self.options.stop.clone(),
            seed: self.options.seed,
            concurrency: self.options.concurrency,
            repeats: self.options.repeats,
            proposer: self.options.proposer.clone(),
            lms: self.options.lms.clone(),
            progress: Progress::new(title),
        })
    }

    fn price(&self, lm: Option<&Lm>) -> Option<Price> {
        let prices = self.options.prices.clone().unwrap_or_else(Prices::builtin);
        lm.and_then(|lm| prices.get(lm.name()))
    }

    fn stage<P>(&self, program: &P, rows: [Rows<R>; 3]) -> Result<RowStage<R, O>>
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
    {
        let Options { teacher, teacher_lm, lms, .. } = &self.options;
        let teacher: Option<Arc<dyn Actor<R, O>>> = match (teacher, teacher_lm) {
            (Some(teacher), _) => Some(Arc::clone(teacher)),
            (None, Some(lm)) => {
                Some(Arc::new(Program::new(with_lm(program, Some(lm)), Vec::new())))
            }
            (None, None) => None,
        };
        let student = Box::new(Program::new(program.clone(), lms.clone()));
        RowStage::new::<P::Input>(student, teacher, self.metric.clone(), rows)
    }

    fn open_journal<P: Module>(
        &self,
        program: &P,
        stage: &Arc<dyn Stage>,
    ) -> Result<(Journal, usize)> {
        let Some(path) = &self.options.journal else { return Ok((Journal::none(), 0)) };
        let name = |lm: &Option<Lm>| lm.as_ref().map(|lm| lm.name().to_owned());
        let Options { seed, repeats, proposer, teacher_lm, lms, gate, .. } = &self.options;
        let lm = lm_of(program).or_else(default_lm);
        let mut facts: BTreeMap<String, Value> = [
            ("optimizer", json!(self.strategy.name())),
            ("settings", self.strategy.settings()),
            ("seed", json!(seed)),
            ("repeats", json!(repeats)),
            ("gate", json!(gate)),
            ("program", json!(identity(program))),
            ("model", json!(name(&lm))),
            ("proposer", json!(name(proposer))),
            ("teacher_model", json!(name(teacher_lm))),
            ("models", lms.iter().map(Lm::name).collect()),
        ]
        .into_iter()
        .map(|(fact, value)| (fact.to_owned(), value))
        .collect();
        if self.options.teacher.is_some() {
            let identity = stage.identify(&super::super::Changes::new(), true)?;
            facts.insert("teacher".to_owned(), json!(identity));
        }
        for part in Part::ALL {
            let hash = data_hash(stage.fields(part));
            facts.insert(format!("{} rows", part.name()), json!(hash));
        }
        if let Some(budget) = &self.options.budget {
            // Time passes anew for a run that goes on; the other limits hold for all of it.
            let limits: Vec<String> = budget
                .limits()
                .iter()
                .filter(|limit| !matches!(limit, crate::lm::Amount::Time(_)))
                .map(ToString::to_string)
                .collect();
            facts.insert("budget".to_owned(), json!(limits));
        }
        let redact = self.options.redact.clone();
        let header = Header::new(facts, redact.is_some());
        Journal::open(path, &header, redact)
    }

    /// The search and what comes before and after it.
    async fn search(
        &self,
        engine: &mut Engine,
    ) -> Result<(CandidateId, Option<super::super::report::Judgement>, StopReason)> {
        let gate = &self.options.gate;
        engine.reserve(2 * engine.len(Part::Holdout) as u64 * u64::from(self.options.repeats));
        if gate.min_baseline.is_some() && !engine.is_empty(Part::Validation) {
            engine.evaluate_all(&[CandidateId::BASELINE], Part::Validation).await?;
            let (score, _) =
                engine.mean(CandidateId::BASELINE, Part::Validation).unwrap_or_default();
            let verdict = gate.check_baseline(score);
            if !verdict.accepted {
                engine.warnings.extend(verdict.reasons);
                return Ok((CandidateId::BASELINE, None, StopReason::BelowBaseline));
            }
        }
        let found = self.strategy.search(engine).await?;
        if !self.strategy.compares() && !engine.is_empty(Part::Validation) {
            // Rows that nothing was chosen by judge as well as a holdout.
            engine.evaluate_all(&[CandidateId::BASELINE, found], Part::Validation).await?;
        }
        finish(engine, gate, found).await
    }
}

fn candidates(engine: &Engine) -> Vec<Candidate> {
    let standings = engine.standings();
    engine
        .candidates()
        .map(|(id, candidate)| {
            let (items, scores): (Vec<usize>, Vec<f64>) =
                engine.scores(id, Part::Validation).into_iter().unzip();
            let score = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
            let estimate = standings.iter().find(|standing| standing.id == id);
            let demos = engine.all_tasks().iter().map(|task| {
                engine
                    .value(id, &task.path, &ParameterKind::DEMOS)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len)
            });
            Candidate {
                name: candidate.name.clone(),
                parents: candidate.parents.iter().map(|parent| parent.index()).collect(),
                score,
                interval: mean_interval(&scores).1,
                estimate: estimate.map_or(score, |standing| standing.mean),
                demos: demos.sum(),
                items,
                scores,
                changes: (*candidate.changes).clone(),
                run_cost: engine.cost(id),
            }
        })
        .collect()
}

/// Waits for Ctrl-C until it is dropped.
struct CtrlC(tokio::task::JoinHandle<()>);

impl CtrlC {
    fn listen(stop: &Stop) -> Self {
        let stop = stop.clone();
        Self(tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.ask();
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(130);
                }
            }
        }))
    }
}

impl Drop for CtrlC {
    fn drop(&mut self) {
        self.0.abort();
    }
}
