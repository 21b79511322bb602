//! [`Engine`]: what every optimizer works with: candidates, their scores, a budget, a journal.

mod admission;
mod ask;
mod candidate;
mod matrix;
mod race;
mod rollouts;
mod standing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use self::admission::Admission;
use self::matrix::Matrix;
use super::changes::Changes;
use super::demos::labeled;
use super::journal::Journal;
use super::meters::{Meters, Role, Spending};
use super::outcome::Outcome;
use super::progress::Progress;
use super::report::{DemoCount, Moment};
use super::span::Trial;
use super::stage::{Part, Stage, Task};
use super::stop::{Stop, StopReason};
use crate::error::Result;
use crate::lm::{Lm, Spent, Usage};
use crate::module::{Parameter, ParameterKind};
use crate::seed;
use crate::signature::{Demo, Fields};

pub use self::ask::Question;
pub use self::candidate::{CandidateId, CandidateProgram};
pub use self::rollouts::Rollout;
pub use self::standing::Standing;

/// What every optimizer works with.
///
/// A [`Strategy`](super::Strategy) adds candidates and has them run on items; the engine sees to it
/// that no pair of candidate and item is paid twice, that nothing is spent beyond the budget, that
/// everything is written down, and that concurrent work comes out in the order in which it was
/// asked for. Predictors, rows and values are seen as JSON here, so a strategy fits every program.
pub struct Engine {
    stage: Arc<dyn Stage>,
    tasks: Vec<Task>,
    given: Vec<Parameter>,
    /// The program as given.
    baseline: CandidateProgram,
    /// All others.
    others: Vec<CandidateProgram>,
    by_hash: HashMap<String, CandidateId>,
    matrix: Matrix,
    /// Finished runs, by unit, as far as they were recorded.
    recorded: HashMap<String, Outcome>,
    admission: Admission,
    teacher_admission: Admission,
    /// Runs that must stay affordable for what comes after the search.
    reserved: u64,
    pub(super) meters: Meters,
    pub(super) journal: Journal,
    stop: Stop,
    stopped: Option<StopReason>,
    seed: u64,
    concurrency: usize,
    repeats: u32,
    proposer: Option<Lm>,
    lms: Vec<Lm>,
    outages: Vec<String>,
    usage: BTreeMap<Role, Usage>,
    failures: BTreeMap<CandidateId, usize>,
    pub(super) warnings: Vec<String>,
    pub(super) trajectory: Vec<Moment>,
    pub(super) progress: Progress,
    pub(super) trial: Trial,
}

/// What an [`Engine`] is made of.
pub(super) struct Parts {
    pub(super) stage: Arc<dyn Stage>,
    pub(super) meters: Meters,
    pub(super) journal: Journal,
    pub(super) stop: Stop,
    pub(super) seed: u64,
    pub(super) concurrency: usize,
    pub(super) repeats: u32,
    pub(super) proposer: Option<Lm>,
    pub(super) lms: Vec<Lm>,
    pub(super) progress: Progress,
}

impl Engine {
    pub(super) fn new(parts: Parts) -> Result<Self> {
        let Parts { stage, meters, journal, stop, seed, .. } = parts;
        let tasks = stage.tasks(false);
        let calls = tasks.len() as u64;
        let teacher_calls = stage.tasks(true).len() as u64;
        let hash = stage.identify(&Changes::new(), false)?;
        let baseline = CandidateProgram {
            name: "as given".to_owned(),
            parents: Vec::new(),
            changes: Arc::default(),
            hash: hash.clone(),
        };
        Ok(Self {
            given: stage.parameters(false),
            tasks,
            stage,
            baseline,
            others: Vec::new(),
            by_hash: HashMap::from([(hash, CandidateId::BASELINE)]),
            matrix: Matrix::default(),
            recorded: HashMap::new(),
            admission: Admission::new(calls),
            teacher_admission: Admission::new(teacher_calls),
            reserved: 0,
            meters,
            journal,
            stop,
            stopped: None,
            seed,
            concurrency: parts.concurrency,
            repeats: parts.repeats.max(1),
            proposer: parts.proposer,
            lms: parts.lms,
            outages: Vec::new(),
            usage: BTreeMap::new(),
            failures: BTreeMap::new(),
            warnings: Vec::new(),
            trajectory: Vec::new(),
            progress: parts.progress,
            trial: Trial::default(),
        })
    }

    /// The predictors that may be changed, in walking order.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| !task.frozen)
    }

    /// All predictors, frozen ones included.
    pub fn all_tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// All parameters of the program as given.
    pub fn given(&self) -> &[Parameter] {
        &self.given
    }

    /// The value of a parameter in a candidate.
    pub fn value(&self, id: CandidateId, path: &str, kind: &ParameterKind) -> Option<&Value> {
        self.candidate(id).changes.get(path, kind).or_else(|| {
            let own = self.given.iter().find(|p| p.path == path && p.kind == *kind);
            own.map(|parameter| &parameter.value)
        })
    }

    /// A predictor's instruction in a candidate.
    pub fn instructions(&self, id: CandidateId, path: &str) -> String {
        let value = self.value(id, path, &ParameterKind::INSTRUCTIONS);
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A predictor's demonstrations in a candidate.
    pub fn demos(&self, id: CandidateId, path: &str) -> Vec<Demo> {
        let value = self.value(id, path, &ParameterKind::DEMOS).cloned();
        value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    /// How many rows a part has.
    pub fn len(&self, part: Part) -> usize {
        self.stage.fields(part).len()
    }

    /// Whether a part has no rows.
    pub fn is_empty(&self, part: Part) -> bool {
        self.len(part) == 0
    }

    /// The fields of a part's rows: inputs and labels.
    pub fn rows(&self, part: Part) -> &[Fields] {
        self.stage.fields(part)
    }

    /// The program's type, as a hint for whoever writes instructions.
    pub fn program_name(&self) -> &str {
        self.stage.type_name()
    }

    /// Models to choose from, as the user gave them.
    pub fn lms(&self) -> &[Lm] {
        &self.lms
    }

    /// Whether a teacher beside the student was given, or a model for it.
    pub fn has_teacher(&self) -> bool {
        self.stage.has_teacher()
    }

    /// The predictors of the teacher.
    pub fn teacher_tasks(&self) -> Vec<Task> {
        self.stage.tasks(true)
    }

    /// The parameters of the teacher.
    pub fn teacher_given(&self) -> Vec<Parameter> {
        self.stage.parameters(true)
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A random stream for one purpose: the same whatever was drawn elsewhere before.
    pub fn rng(&self, purpose: &str, index: u64) -> ChaCha8Rng {
        seed::rng(self.seed, purpose, index)
    }

    /// How many runs go on at a time.
    pub fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// Adds a candidate; one that is the same program as an earlier one is that one.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::error::Error::Parameter) where a change does not fit the program.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        parents: &[CandidateId],
        changes: Changes,
    ) -> Result<CandidateId> {
        let frozen = |path: &str| self.given.iter().any(|p| p.path == path && p.frozen);
        let mut changes = changes;
        let given = &self.given;
        changes.retain(|path, kind, value| {
            !frozen(path)
                && !given.iter().any(|p| p.path == path && p.kind == *kind && p.value == *value)
        });
        let hash = self.stage.identify(&changes, false)?;
        if let Some(same) = self.by_hash.get(&hash) {
            return Ok(*same);
        }
        let id = CandidateId(self.others.len() + 1);
        self.by_hash.insert(hash.clone(), id);
        let changes = Arc::new(changes);
        self.others.push(CandidateProgram {
            name: name.into(),
            parents: parents.to_vec(),
            changes,
            hash,
        });
        Ok(id)
    }

    /// A candidate.
    pub fn candidate(&self, id: CandidateId) -> &CandidateProgram {
        id.0.checked_sub(1).and_then(|place| self.others.get(place)).unwrap_or(&self.baseline)
    }

    /// All candidates, in the order they were added.
    pub fn candidates(&self) -> impl Iterator<Item = (CandidateId, &CandidateProgram)> {
        let all = std::iter::once(&self.baseline).chain(&self.others);
        all.enumerate().map(|(index, candidate)| (CandidateId(index), candidate))
    }

    /// What a candidate scored, by item; the mean where it was run several times.
    pub fn scores(&self, id: CandidateId, part: Part) -> Vec<(usize, f64)> {
        self.matrix.scores(id, part)
    }

    /// The mean of what a candidate scored, and on how many items.
    pub fn mean(&self, id: CandidateId, part: Part) -> Option<(f64, usize)> {
        let scores = self.matrix.scores(id, part);
        let sum: f64 = scores.iter().map(|(_, score)| score).sum();
        (!scores.is_empty()).then(|| (sum / scores.len() as f64, scores.len()))
    }

    /// How many runs of a candidate failed so far.
    pub fn failures(&self, id: CandidateId) -> usize {
        self.failures.get(&id).copied().unwrap_or_default()
    }

    /// What one run of a candidate costs, on average so far.
    pub fn cost(&self, id: CandidateId) -> Option<Spent> {
        self.matrix.cost(id)
    }

    /// What was spent so far, by role.
    pub fn spending(&self) -> Spending {
        self.meters.spending()
    }

    /// What the answers that a role got took so far.
    pub(super) fn usage(&self, role: Role) -> Usage {
        self.usage.get(&role).copied().unwrap_or_default()
    }

    fn count(&mut self, role: Role, usage: Usage) {
        *self.usage.entry(role).or_default() += usage;
    }

    /// How many training rows could demonstrate each predictor.
    pub(super) fn demo_counts(&self) -> Result<Vec<DemoCount>> {
        let open: Vec<_> =
            self.tasks().map(|task| (task.path.clone(), task.schema.clone())).collect();
        Ok(labeled(&open, self.rows(Part::Train))?.1)
    }

    /// Why the search must end, once it must. From then on nothing is run any more.
    pub fn stopped(&self) -> Option<&StopReason> {
        self.stopped.as_ref()
    }

    /// Ends the search.
    pub fn stop(&mut self, reason: StopReason) {
        self.stopped.get_or_insert(reason);
    }

    /// Keeps so many runs of the program affordable for what comes after the search.
    pub(super) fn reserve(&mut self, runs: u64) {
        self.reserved = runs;
    }

    /// Lets what comes after the search run, whatever ended it.
    pub(super) fn reopen(&mut self) -> Option<StopReason> {
        self.reserved = 0;
        self.stopped.take()
    }

    /// Notes something that a careful reader of the report should know.
    pub fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Notes a decision in the journal.
    ///
    /// # Errors
    /// Where the journal cannot be written, or says something else of this run.
    pub fn decide(&mut self, kind: &str, what: Value) -> Result<()> {
        self.journal.decide(kind, what)
    }

    /// Says how many steps the search will take, as far as it knows, for the display of progress.
    pub fn begin(&mut self, steps: usize) {
        self.progress.begin(steps);
    }

    /// Notes that a step of the search is done and who leads now: in the journal, the trajectory of
    /// the report, and the display.
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub fn step(&mut self, name: &str, leader: CandidateId) -> Result<()> {
        let (score, items) = self.mean(leader, Part::Validation).unwrap_or_default();
        self.decide(
            "step",
            json!({"name": name, "leader": self.candidate(leader).hash, "score": score, "items": items}),
        )?;
        self.trial.end(name, &self.candidate(leader).name.clone(), score);
        let spent = self.meters.spent();
        self.trajectory.push(Moment {
            step: name.to_owned(),
            leader: self.candidate(leader).name.clone(),
            score,
            items,
            calls: spent.calls,
            tokens: spent.tokens,
            usd: spent.usd,
            candidates: self.others.len() + 1,
        });
        self.progress.step(name, score, &spent, &self.meters.left());
        self.journal.settle()
    }
}

impl Drop for Engine {
    /// Runs that are under way when a search is given up may live on for a moment; the journal is
    /// free for the next search at once.
    fn drop(&mut self) {
        self.journal.close();
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("program", &self.stage.type_name())
            .field("candidates", &(self.others.len() + 1))
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
