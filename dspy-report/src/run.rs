//! What an optimizer did, as its saved report or its journal says it.

mod journal;

use std::time::Duration;

use dspy_core::evaluate::{NotedParameter, ProgramNote};
use dspy_core::lm::{Spent, Usage};
use dspy_core::module::{ParameterKind, ProgramDiff};
use dspy_core::optimize::{Candidate, DemoCount, Judgement, Moment, Spending, StopReason};
use serde::Deserialize;
use serde_json::{Value, json};

/// What an optimizer did.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Run {
    pub(crate) optimizer: String,
    #[serde(default)]
    pub(crate) seed: u64,
    #[serde(default)]
    pub(crate) data: String,
    #[serde(default)]
    pub(crate) given: ProgramNote,
    #[serde(default)]
    pub(crate) returned: ProgramNote,
    #[serde(default)]
    pub(crate) winner: usize,
    #[serde(default)]
    pub(crate) candidates: Vec<Candidate>,
    #[serde(default)]
    pub(crate) judgement: Option<Judgement>,
    /// `None` where the run did not end.
    pub(crate) stopped: Option<StopReason>,
    #[serde(default)]
    pub(crate) demo_counts: Vec<DemoCount>,
    #[serde(default)]
    pub(crate) usage: RoleUsage,
    #[serde(default)]
    pub(crate) spending: Spending,
    #[serde(default)]
    pub(crate) trajectory: Vec<Moment>,
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    #[serde(default)]
    pub(crate) elapsed_s: f64,
    /// What was spent in all where it is not known by whom.
    #[serde(skip)]
    pub(crate) spent: Option<Spent>,
}

/// What the answers took, by role.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct RoleUsage {
    pub(crate) student: Usage,
    pub(crate) teacher: Usage,
    pub(crate) proposer: Usage,
}

/// A program that was scored, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial<'a> {
    pub(crate) index: usize,
    pub(crate) candidate: &'a Candidate,
    pub(crate) at: Point,
}

/// How much had been spent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) calls: u64,
    pub(crate) tokens: u64,
    pub(crate) usd: f64,
}

impl Run {
    /// From [`Report::to_json`](dspy_core::optimize::Report::to_json).
    pub(crate) fn read(value: &Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(value)
    }

    pub(crate) fn unreadable(optimizer: String, why: String) -> Self {
        Self { optimizer, warnings: vec![why], ..Self::default() }
    }

    pub(crate) fn title(&self) -> String {
        format!("Optimization by {}", self.optimizer)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        Duration::try_from_secs_f64(self.elapsed_s).unwrap_or_default()
    }

    pub(crate) fn total(&self) -> Spent {
        self.spent.unwrap_or_else(|| self.spending.total())
    }

    /// The candidates with scores, and their places among all.
    pub(crate) fn scored(&self) -> impl Iterator<Item = (usize, &Candidate)> {
        self.candidates.iter().enumerate().filter(|(_, candidate)| !candidate.scores.is_empty())
    }

    /// The candidate that the search found, whether it was accepted or not.
    pub(crate) fn found(&self) -> usize {
        self.judgement.as_ref().map_or(self.winner, |judgement| judgement.found)
    }

    /// The steps with what had been spent. Where an optimizer went on from another, it counted anew.
    pub(crate) fn steps(&self) -> Vec<(Point, &Moment)> {
        let mut steps: Vec<(Point, &Moment)> = Vec::new();
        let mut base = Point::default();
        for moment in &self.trajectory {
            if let Some((reached, before)) = steps.last()
                && moment.calls < before.calls
            {
                base = *reached;
            }
            let at = Point {
                calls: base.calls + moment.calls,
                tokens: base.tokens + moment.tokens,
                usd: base.usd + moment.usd,
            };
            steps.push((at, moment));
        }
        steps
    }

    /// The scored candidates at the step by which they were there; empty where steps do not say.
    pub(crate) fn trials(&self) -> Vec<Trial<'_>> {
        let steps = self.steps();
        // Steps of an earlier optimizer counted candidates of their own.
        let began = steps.windows(2).rposition(|pair| {
            matches!(pair, [(_, a), (_, b)] if b.candidates < a.candidates || b.calls < a.calls)
        });
        let steps = steps.get(began.map_or(0, |place| place + 1)..).unwrap_or_default();
        self.scored()
            .filter_map(|(index, candidate)| {
                let (at, _) = steps.iter().find(|(_, moment)| moment.candidates > index)?;
                Some(Trial { index, candidate, at: *at })
            })
            .collect()
    }

    /// How good the leader of a step turned out to be; where that is not known, what it had scored then.
    pub(crate) fn estimate_of(&self, moment: &Moment) -> f64 {
        let mut named = self.scored().filter(|(_, candidate)| candidate.name == moment.leader);
        match (named.next(), named.next()) {
            (Some((_, leader)), None) => leader.estimate,
            _ => moment.score,
        }
    }

    /// What the search changed: to the program returned, or else to the one that was found and not
    /// accepted.
    pub(crate) fn diff(&self) -> ProgramDiff {
        match &self.judgement {
            Some(judgement) if !judgement.verdict.accepted => self.diff_of(judgement.found),
            _ => self.given.diff(&self.returned),
        }
    }

    /// What a candidate changes in the program as given.
    pub(crate) fn diff_of(&self, index: usize) -> ProgramDiff {
        let mut after = self.given.clone();
        let changes = self.candidates.get(index).map(|candidate| &candidate.changes);
        for (path, kind, value) in changes.into_iter().flat_map(|changes| changes.iter()) {
            let known = after.parameters.iter_mut().find(|p| p.path == path && p.kind == *kind);
            match known {
                Some(parameter) => parameter.value = value.clone(),
                None => after.parameters.extend(noted(path, kind, value)),
            }
        }
        self.given.diff(&after)
    }
}

fn noted(path: &str, kind: &ParameterKind, value: &Value) -> Option<NotedParameter> {
    serde_json::from_value(json!({"path": path, "kind": kind, "value": value})).ok()
}
