//! Running candidates on items: [`Engine::evaluate`] and [`Engine::run`].

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::super::changes::Changes;
use super::super::journal::Unit;
use super::super::meters::Role;
use super::super::outcome::Outcome;
use super::super::span;
use super::super::stage::{Broken, Job, Part};
use super::super::stop::StopReason;
use super::candidate::CandidateId;
use super::{Engine, Stage};
use crate::error::{Error, Result};
use crate::lm::Settings;

/// Runs whose server could not be reached, after which the search is given up.
const OUTAGES: usize = 10;

/// A run of a candidate, or of the teacher, on one item.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rollout {
    /// Who is run. Of a teacher's run it says nothing but whose changes `changes` are laid over.
    pub candidate: CandidateId,
    /// Which rows.
    pub part: Part,
    /// Which of them.
    pub item: usize,
    /// Tells repeated runs apart; runs of one number are the same run.
    pub number: u64,
    /// Sampling settings to lay over the program's.
    pub settings: Option<Settings>,
    /// Whether the teacher does it. Where none was given, that is the student.
    pub by_teacher: bool,
    /// Changes to whoever does it, for this run alone.
    pub changes: Option<Changes>,
    /// Whether demonstrations made of this very item are left out.
    pub without_itself: bool,
}

impl Rollout {
    /// A run of a candidate on an item.
    pub fn new(candidate: CandidateId, part: Part, item: usize) -> Self {
        Self {
            candidate,
            part,
            item,
            number: 0,
            settings: None,
            by_teacher: false,
            changes: None,
            without_itself: false,
        }
    }

    /// A run of the teacher on an item that stands in none of its demonstrations.
    pub fn of_teacher(part: Part, item: usize) -> Self {
        Self {
            by_teacher: true,
            without_itself: true,
            ..Self::new(CandidateId::BASELINE, part, item)
        }
    }

    /// The same run, sampled anew under this number.
    #[must_use]
    pub fn numbered(mut self, number: u64) -> Self {
        self.number = number;
        self
    }

    /// The same run with these sampling settings.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// The same run with these changes.
    #[must_use]
    pub fn with_changes(mut self, changes: Changes) -> Self {
        self.changes = Some(changes);
        self
    }
}

/// A rollout made ready.
struct Prepared {
    /// What the unit of its calls is called.
    base: String,
    changes: Arc<Changes>,
    hash: String,
    settings: Settings,
}

impl Prepared {
    fn unit(&self, record: bool) -> String {
        unit_of(&self.base, record)
    }
}

/// Runs with and without a record of steps are paid apart, so they are written down apart.
fn unit_of(base: &str, record: bool) -> String {
    if record { format!("{base}/steps") } else { base.to_owned() }
}

fn set(outcomes: &mut [Option<Outcome>], index: usize, outcome: Outcome) {
    if let Some(place) = outcomes.get_mut(index) {
        *place = Some(outcome);
    }
}

impl Engine {
    /// Runs candidates on items as far as they were not yet, and takes the scores into account.
    ///
    /// Items come one after the other, all candidates on each, so that a budget that ends in the
    /// middle leaves all of them with the same items.
    ///
    /// # Errors
    /// Failures that every run would meet, and those of the journal. What the budget does not reach
    /// is no error: see [`stopped`](Self::stopped).
    pub async fn evaluate(
        &mut self,
        candidates: &[CandidateId],
        part: Part,
        items: &[usize],
    ) -> Result<()> {
        let pairs: Vec<(CandidateId, usize)> = items
            .iter()
            .flat_map(|item| candidates.iter().map(move |candidate| (*candidate, *item)))
            .collect();
        self.evaluate_pairs(&pairs, part).await
    }

    /// The same for pairs of candidate and item.
    pub(super) async fn evaluate_pairs(
        &mut self,
        pairs: &[(CandidateId, usize)],
        part: Part,
    ) -> Result<()> {
        let mut met = BTreeSet::new();
        let repeats = u64::from(self.repeats);
        let mut wanted = Vec::new();
        for (candidate, item) in pairs {
            if !self.matrix.has(*candidate, part, *item) && met.insert((*candidate, *item)) {
                let rollout = Rollout::new(*candidate, part, *item);
                wanted.extend((0..repeats).map(|number| rollout.clone().numbered(number)));
            }
        }
        let outcomes = self.perform(&wanted, false).await?;
        for (rollout, outcome) in wanted.iter().zip(outcomes) {
            if let Some(outcome) = outcome {
                let (candidate, item) = (rollout.candidate, rollout.item);
                self.matrix.add(candidate, part, item, outcome.score, outcome.spent);
            }
        }
        Ok(())
    }

    /// Runs all of a part's items.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub async fn evaluate_all(&mut self, candidates: &[CandidateId], part: Part) -> Result<()> {
        let items: Vec<usize> = (0..self.len(part)).collect();
        self.evaluate(candidates, part, &items).await
    }

    /// Runs rollouts and gives what became of each, with the calls of their predictors; `None` for
    /// those that the budget did not reach. Plain runs of candidates count among their scores.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub async fn run(&mut self, rollouts: &[Rollout]) -> Result<Vec<Option<Outcome>>> {
        let outcomes = self.perform(rollouts, true).await?;
        for (rollout, outcome) in rollouts.iter().zip(&outcomes) {
            let plain = !rollout.by_teacher
                && rollout.settings.is_none()
                && rollout.changes.is_none()
                && !rollout.without_itself
                && rollout.number == 0;
            let (candidate, part, item) = (rollout.candidate, rollout.part, rollout.item);
            if let (Some(outcome), true) = (outcome, plain)
                && self.repeats == 1
                && !self.matrix.has(candidate, part, item)
            {
                self.matrix.add(candidate, part, item, outcome.score, outcome.spent);
            }
        }
        Ok(outcomes)
    }

    fn prepare(&self, rollout: &Rollout) -> Result<Prepared> {
        let candidate = self.candidate(rollout.candidate);
        let mut changes = match rollout.by_teacher && self.stage.has_teacher() {
            true => Arc::default(),
            false => Arc::clone(&candidate.changes),
        };
        if let Some(own) = &rollout.changes {
            changes = Arc::new(changes.over(own));
        }
        let hash = match (&rollout.changes, rollout.by_teacher) {
            (None, false) => candidate.hash.clone(),
            _ => self.stage.identify(&changes, rollout.by_teacher)?,
        };
        let settings = rollout.settings.clone().unwrap_or_default();
        let ids = self.stage.ids(rollout.part);
        let id = ids.get(rollout.item).map_or("", String::as_str);
        let base = format!(
            "{}/{}/{}/{}/{}/{}{}{}",
            if rollout.by_teacher { "teacher" } else { "student" },
            hash.get(..16).unwrap_or(&hash),
            rollout.part.name(),
            rollout.item,
            id.get(..8).unwrap_or(id),
            rollout.number,
            if rollout.without_itself { "/alone" } else { "" },
            match settings.is_empty() {
                true => String::new(),
                false => format!("/{}", serde_json::to_string(&settings).unwrap_or_default()),
            },
        );
        Ok(Prepared { base, changes, hash, settings })
    }

    /// Runs rollouts concurrently and gives what became of them in their order.
    async fn perform(
        &mut self,
        rollouts: &[Rollout],
        record: bool,
    ) -> Result<Vec<Option<Outcome>>> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; rollouts.len()];
        let mut waiting = Vec::new();
        for (index, rollout) in rollouts.iter().enumerate() {
            let prepared = self.prepare(rollout)?;
            // A run that was paid before, in this session or an earlier one, is not paid again.
            let known = match self.recorded.get(&prepared.base) {
                Some(outcome) => Some(outcome.clone()),
                None => self.journal.rollout(&prepared.unit(record)),
            };
            match known {
                Some(outcome) => {
                    if !self.recorded.contains_key(&prepared.base) {
                        self.charge(rollout, &outcome);
                        self.see(rollout, &outcome);
                        self.keep(&prepared.base, &outcome);
                    }
                    set(&mut outcomes, index, outcome);
                }
                None => waiting.push((index, prepared)),
            }
        }
        let (admitted, limit) = self.admit(rollouts, waiting.len());
        waiting.truncate(admitted);
        let mut waiting = waiting.into_iter();
        let mut tasks = JoinSet::new();
        let mut done: Vec<(usize, String, Outcome)> = Vec::new();
        loop {
            while self.stopped.is_none() && tasks.len() < self.concurrency {
                if self.stop.is_asked() {
                    self.stop(StopReason::Interrupted);
                    break;
                }
                let Some((index, prepared)) = waiting.next() else { break };
                let Some(rollout) = rollouts.get(index) else { break };
                let base = prepared.base.clone();
                let job = self.job(rollout, prepared, record);
                let stage: Arc<dyn Stage> = Arc::clone(&self.stage);
                let work = stage.run(job);
                let trial = self.trial.span();
                let name = &self.candidate(rollout.candidate).name;
                let span = trial.in_scope(|| span::rollout(rollout, name));
                tasks.spawn(async move {
                    let outcome = work.instrument(span.clone()).await;
                    span::ran(&span, &outcome);
                    (index, base, outcome)
                });
            }
            let Some(joined) = tasks.join_next().await else { break };
            let (index, base, outcome) = joined.map_err(|error| {
                Error::Invalid(format!("a run of the program did not finish: {error}"))
            })?;
            match outcome {
                Ok(outcome) => {
                    self.journal.note_rollout(&unit_of(&base, record), &outcome);
                    self.progress.item();
                    done.push((index, base, outcome));
                }
                Err(Broken::Budget) => {
                    let left: Vec<_> = self.meters.left().iter().map(ToString::to_string).collect();
                    self.stop(StopReason::Budget(format!("{} left", left.join(", "))));
                }
                Err(Broken::Outage(error)) => self.note_outage(error)?,
                Err(Broken::SetUp(error)) => {
                    self.journal.settle()?;
                    return Err(error);
                }
            }
        }
        // In the order asked for, whatever the order of completion.
        done.sort_by_key(|(index, ..)| *index);
        for (index, base, outcome) in done {
            if let Some(rollout) = rollouts.get(index) {
                self.see(rollout, &outcome);
            }
            self.keep(&base, &outcome);
            set(&mut outcomes, index, outcome);
        }
        if let Some(limit) = limit {
            self.stop(StopReason::Budget(limit));
        }
        self.journal.settle()?;
        Ok(outcomes)
    }

    /// How many runs the budget lets begin, and which limit is in the way of more.
    fn admit(&self, rollouts: &[Rollout], wanted: usize) -> (usize, Option<String>) {
        if self.stopped.is_some() {
            return (0, None);
        }
        let teacher = rollouts.iter().any(|rollout| rollout.by_teacher);
        let admission = if teacher { &self.teacher_admission } else { &self.admission };
        let (fit, limit) = admission.fit(wanted as u64, &self.meters.left(), self.reserved);
        (fit as usize, limit)
    }

    fn job(&self, rollout: &Rollout, prepared: Prepared, record: bool) -> Job {
        let role = if rollout.by_teacher { Role::Teacher } else { Role::Student };
        Job {
            changes: prepared.changes,
            hash: prepared.hash,
            part: rollout.part,
            item: rollout.item,
            rollout: rollout.number,
            settings: prepared.settings,
            by_teacher: rollout.by_teacher,
            record,
            without_itself: rollout.without_itself,
            unit: Unit::new(unit_of(&prepared.base, record), &self.journal),
            pays: self.meters.account(role),
            pays_metric: self.meters.account(Role::Metric),
        }
    }

    fn charge(&self, rollout: &Rollout, outcome: &Outcome) {
        let role = if rollout.by_teacher { Role::Teacher } else { Role::Student };
        self.meters.of(role).charge(outcome.spent);
        self.meters.of(Role::Metric).charge(outcome.metric_spent);
    }

    fn see(&mut self, rollout: &Rollout, outcome: &Outcome) {
        let role = if rollout.by_teacher { Role::Teacher } else { Role::Student };
        self.count(role, outcome.usage);
        if outcome.error.is_some() && !rollout.by_teacher {
            *self.failures.entry(rollout.candidate).or_default() += 1;
        }
        let spent = outcome.spent + outcome.metric_spent;
        match rollout.by_teacher {
            true => self.teacher_admission.saw(spent),
            false => self.admission.saw(spent),
        }
    }

    /// Keeps what was recorded, so that it need not be run again to look at it.
    fn keep(&mut self, base: &str, outcome: &Outcome) {
        if outcome.steps.is_some() {
            self.recorded.insert(base.to_owned(), outcome.clone());
        }
    }

    fn note_outage(&mut self, error: String) -> Result<()> {
        self.outages.push(error);
        if self.outages.len() < OUTAGES {
            return Ok(());
        }
        self.journal.settle()?;
        Err(Error::Invalid(format!(
            "the model could not be reached in {OUTAGES} runs, the search was given up; the last \
             time: {}. With a journal it goes on from here once the model is back",
            self.outages.last().map(String::as_str).unwrap_or_default()
        )))
    }
}
