//! [`Stage`]: a program, a metric and rows, without their types.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::changes::Changes;
use super::demos::without_demos;
use super::journal::Unit;
use super::outcome::{Outcome, Step};
use crate::error::{Error, Result};
use crate::evaluate::with_broken;
use crate::lm::{Account, Budget, Lm, Settings};
use crate::metric::{DynMetric, Metric};
use crate::module::{
    Call, Leaf, Module, Parameter, ParameterKind, Path, identity, parameters, set_lm,
    set_parameter, task_schemas,
};
use crate::row::{Row, Rows};
use crate::run::{Run, RunOptions};
use crate::signature::{Fields, SignatureSchema, View};
use crate::wire;

pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// Those to learn from.
    Train,
    /// Those that decide between candidates.
    Validation,
    /// Those that judge the winner, once.
    Holdout,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Holdout];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Holdout => "holdout",
        }
    }
}

/// A predictor of the program that is optimized.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// Its path.
    pub path: String,
    /// What it does, with the instruction as declared.
    pub schema: SignatureSchema,
    /// Whether optimizers must leave it alone.
    pub frozen: bool,
}

/// One item in the hands of one candidate, to be run.
pub(super) struct Job {
    pub(super) changes: Arc<Changes>,
    /// The hash of the candidate.
    pub(super) hash: String,
    pub(super) part: Part,
    pub(super) item: usize,
    pub(super) rollout: u64,
    pub(super) settings: Settings,
    /// Whether the teacher does it.
    pub(super) by_teacher: bool,
    /// Whether steps are kept.
    pub(super) record: bool,
    /// Whether demonstrations made of the item itself are left out.
    pub(super) without_itself: bool,
    pub(super) unit: Arc<Unit>,
    pub(super) pays: (Account, Budget),
    pub(super) pays_metric: (Account, Budget),
}

/// Why a job gave no outcome.
pub(super) enum Broken {
    /// The budget refused a call.
    Budget,
    /// The server could not be reached.
    Outage(String),
    /// Every other job would fail the same way.
    SetUp(Error),
}

pub(super) trait Stage: Send + Sync {
    fn run(self: Arc<Self>, job: Job) -> BoxFuture<'static, std::result::Result<Outcome, Broken>>;
    fn tasks(&self, teacher: bool) -> Vec<Task>;
    fn parameters(&self, teacher: bool) -> Vec<Parameter>;
    fn fields(&self, part: Part) -> &[Fields];
    fn ids(&self, part: Part) -> &[String];
    /// The identity of a candidate, or why the changes do not fit.
    fn identify(&self, changes: &Changes, teacher: bool) -> Result<String>;
    fn lm(&self) -> Option<Lm>;
    fn type_name(&self) -> &'static str;
    fn has_teacher(&self) -> bool;
}

/// A program of any type that takes what rows `R` hold and gives what metrics for `O` judge.
pub(super) trait Actor<R, O>: Send + Sync {
    fn act<'a>(
        &'a self,
        row: &'a R,
        fields: &'a Fields,
        metric: &'a DynMetric<R, O>,
        job: &'a Job,
    ) -> BoxFuture<'a, std::result::Result<Outcome, Broken>>;
    fn tasks(&self) -> Vec<Task>;
    fn parameters(&self) -> Vec<Parameter>;
    fn identify(&self, changes: &Changes) -> Result<String>;
    fn lm(&self) -> Option<Lm>;
    fn type_name(&self) -> &'static str;
}

/// A program, and the candidates made of it so far: their prompts are rendered once.
pub(super) struct Program<P> {
    given: P,
    lms: Vec<Lm>,
    made: Mutex<HashMap<String, P>>,
}

impl<P: Module> Program<P> {
    pub(super) fn new(given: P, lms: Vec<Lm>) -> Self {
        Self { given, lms, made: Mutex::default() }
    }

    fn candidate(&self, hash: &str, changes: &Changes) -> Result<P> {
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = made().get(hash) {
            return Ok(program.clone());
        }
        let program = changed(&self.given, changes, &self.lms)?;
        made().insert(hash.to_owned(), program.clone());
        Ok(program)
    }
}

/// A copy of the program with these changes. Of the given models those are used that it names.
pub(super) fn changed<P: Module>(program: &P, changes: &Changes, lms: &[Lm]) -> Result<P> {
    let mut program = program.clone();
    for (path, kind, value) in changes.iter() {
        set_parameter(&mut program, path, kind, value.clone())
            .map_err(|error| Error::Parameter { path: path.to_owned(), error })?;
        let named = value.get("model").and_then(Value::as_str);
        let lm = lms.iter().find(|lm| *kind == ParameterKind::LM && Some(lm.name()) == named);
        if let Some(lm) = lm {
            program.walk_mut(&mut Path::root(), &mut |at: &Path, leaf: &mut dyn Leaf| {
                if at.as_str() == path {
                    leaf.set_lm(lm);
                }
            });
        }
    }
    Ok(program)
}

impl<P, R, O> Actor<R, O> for Program<P>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    O: Sync + 'static,
{
    fn act<'a>(
        &'a self,
        row: &'a R,
        fields: &'a Fields,
        metric: &'a DynMetric<R, O>,
        job: &'a Job,
    ) -> BoxFuture<'a, std::result::Result<Outcome, Broken>> {
        Box::pin(async move {
            let mut program = self.candidate(&job.hash, &job.changes).map_err(Broken::SetUp)?;
            if job.without_itself {
                program = without_demos(&program, |demo| is_of(&demo.fields, fields))
                    .map_err(Broken::SetUp)?;
            }
            let needs_trace = metric.needs_trace();
            let log: Arc<dyn crate::lm::CallLog> = job.unit.clone();
            let account = job.pays.0.clone().with_log(Arc::clone(&log));
            let options =
                RunOptions::default().with_rollout(job.rollout).with_account(account.clone());
            let record = job.record || needs_trace;
            let run = Run::with(if record { options.recording() } else { options });
            let mut call = Call::new(&program, row.input()).run(&run);
            if !job.settings.is_empty() {
                call = call.settings(&job.settings);
            }
            let answered = account.cover(call.into_future()).await;
            let trace = run.trace();
            let mut outcome =
                Outcome { steps: job.record.then(|| Step::all(&trace)), ..Outcome::default() };
            let mut broken = Vec::new();
            let judged = match answered {
                Ok(prediction) => {
                    broken.extend_from_slice(prediction.broken_checks());
                    let output = prediction.into_output();
                    outcome.outputs = wire::to_value(&output).ok();
                    let account = job.pays_metric.0.clone().with_log(log);
                    let shown: &crate::run::Trace =
                        if needs_trace { &trace } else { &crate::run::Trace::default() };
                    account.cover(metric.score(row, output.view(), shown)).await
                }
                Err(error) => Err(error),
            };
            outcome.usage = run.usage();
            outcome.spent = job.pays.1.spent();
            outcome.metric_spent = job.pays_metric.1.spent();
            if job.unit.was_refused() {
                return Err(Broken::Budget);
            }
            match judged {
                Ok(score) => {
                    outcome.score = score.value;
                    outcome.feedback = with_broken(score.feedback, &broken);
                    outcome.feedback_for = score.feedback_for;
                }
                Err(error) if error.is_setup() => return Err(Broken::SetUp(error)),
                Err(error) if error.as_lm().is_some_and(|error| error.is_outage()) => {
                    return Err(Broken::Outage(error.to_string()));
                }
                Err(error) => outcome.error = Some(error.to_string()),
            }
            Ok(outcome)
        })
    }

    fn tasks(&self) -> Vec<Task> {
        let all = task_schemas(&self.given).into_iter();
        all.map(|(path, schema, frozen)| Task { path, schema, frozen }).collect()
    }

    fn parameters(&self) -> Vec<Parameter> {
        parameters(&self.given)
    }

    fn identify(&self, changes: &Changes) -> Result<String> {
        Ok(identity(&changed(&self.given, changes, &self.lms)?))
    }

    fn lm(&self) -> Option<Lm> {
        crate::module::lm_of(&self.given)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<P>()
    }
}

/// Whether a demonstration was made of this row: all they share is equal, and they share something.
fn is_of(demo: &Fields, row: &Fields) -> bool {
    let mut shared =
        row.iter().filter_map(|(name, value)| Some((demo.get(name)?, value))).peekable();
    shared.peek().is_some() && shared.all(|(a, b)| a == b)
}

/// A student, perhaps a teacher, a metric and rows.
pub(super) struct RowStage<R, O> {
    pub(super) student: Box<dyn Actor<R, O>>,
    pub(super) teacher: Option<Arc<dyn Actor<R, O>>>,
    pub(super) metric: DynMetric<R, O>,
    rows: [Rows<R>; 3],
    fields: [Vec<Fields>; 3],
    ids: [Vec<String>; 3],
}

impl<R: Send + Sync + 'static, O: Sync + 'static> RowStage<R, O> {
    pub(super) fn new<I>(
        student: Box<dyn Actor<R, O>>,
        teacher: Option<Arc<dyn Actor<R, O>>>,
        metric: DynMetric<R, O>,
        rows: [Rows<R>; 3],
    ) -> Result<Self>
    where
        R: Row<I>,
    {
        let all = |rows: &Rows<R>| -> Result<Vec<Fields>> {
            rows.iter().map(|row| row.fields().map_err(Error::from)).collect()
        };
        let id = |rows: &Rows<R>| -> Result<Vec<String>> {
            rows.iter().map(|row| row.id().map_err(Error::from)).collect()
        };
        let [a, b, c] = &rows;
        let fields = [all(a)?, all(b)?, all(c)?];
        let ids = [id(a)?, id(b)?, id(c)?];
        Ok(Self { student, teacher, metric, rows, fields, ids })
    }

    fn actor(&self, teacher: bool) -> &dyn Actor<R, O> {
        match &self.teacher {
            Some(actor) if teacher => &**actor,
            _ => &*self.student,
        }
    }
}

fn place(part: Part) -> usize {
    match part {
        Part::Train => 0,
        Part::Validation => 1,
        Part::Holdout => 2,
    }
}

impl<R: Send + Sync + 'static, O: Sync + 'static> Stage for RowStage<R, O> {
    fn run(self: Arc<Self>, job: Job) -> BoxFuture<'static, std::result::Result<Outcome, Broken>> {
        Box::pin(async move {
            let rows = self.rows.get(place(job.part)).and_then(|rows| rows.get(job.item));
            let fields = self.fields(job.part).get(job.item);
            let (Some(row), Some(fields)) = (rows, fields) else {
                let message = format!("there is no {} row {}", job.part.name(), job.item);
                return Err(Broken::SetUp(Error::Invalid(message)));
            };
            self.actor(job.by_teacher).act(row, fields, &self.metric, &job).await
        })
    }

    fn tasks(&self, teacher: bool) -> Vec<Task> {
        self.actor(teacher).tasks()
    }

    fn parameters(&self, teacher: bool) -> Vec<Parameter> {
        self.actor(teacher).parameters()
    }

    fn fields(&self, part: Part) -> &[Fields] {
        self.fields.get(place(part)).map_or(&[], Vec::as_slice)
    }

    fn ids(&self, part: Part) -> &[String] {
        self.ids.get(place(part)).map_or(&[], Vec::as_slice)
    }

    fn identify(&self, changes: &Changes, teacher: bool) -> Result<String> {
        self.actor(teacher).identify(changes)
    }

    fn lm(&self) -> Option<Lm> {
        self.student.lm()
    }

    fn type_name(&self) -> &'static str {
        self.student.type_name()
    }

    fn has_teacher(&self) -> bool {
        self.teacher.is_some()
    }
}

/// Gives every predictor of a program this model.
pub(super) fn with_lm<P: Module>(program: &P, lm: Option<&Lm>) -> P {
    let mut program = program.clone();
    if let Some(lm) = lm {
        set_lm(&mut program, lm);
    }
    program
}
