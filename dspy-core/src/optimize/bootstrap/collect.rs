//! Collecting demonstrations from a teacher's runs.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt as _;
use rand::seq::SliceRandom;

use super::Bootstrap;
use crate::error::{Error, Result};
use crate::lm::Settings;
use crate::module::{Parameter, ParameterKind};
use crate::optimize::changes::Changes;
use crate::optimize::demos::{DemoSets, labeled, sample};
use crate::optimize::engine::{Engine, Rollout};
use crate::optimize::outcome::Outcome;
use crate::optimize::stage::Part;
use crate::signature::{Demo, SignatureSchema};

/// What a teacher's runs gave.
pub(in crate::optimize) struct Collected {
    /// The demonstrations of each predictor that may be changed.
    pub(in crate::optimize) demos: BTreeMap<String, Vec<Demo>>,
    /// Why runs failed.
    pub(in crate::optimize) errors: Vec<String>,
    /// What became of the rows that were run, whether they succeeded or not.
    pub(in crate::optimize) runs: Vec<(usize, Outcome)>,
}

/// Has the teacher run training rows until it succeeded often enough.
///
/// Never more runs are under way than successes are still wanted: none is paid for and thrown away,
/// and the same rows are run at any concurrency.
pub(in crate::optimize) async fn collect(
    engine: &mut Engine,
    how: &Bootstrap,
) -> Result<Collected> {
    let tasks: Vec<(String, SignatureSchema)> =
        engine.tasks().map(|task| (task.path.clone(), task.schema.clone())).collect();
    let (rows, _) = labeled(&tasks, engine.rows(Part::Train))?;
    let lent = lend(engine, how)?;
    let mut order: Vec<usize> = (0..engine.len(Part::Train)).collect();
    if how.shuffle {
        order.shuffle(&mut engine.rng("row order", how.set));
    }
    let mut found = DemoSets::new();
    let mut errors = Vec::new();
    let mut runs = Vec::new();
    let mut successes = 0;
    let mut waiting = order.into_iter();
    while successes < how.max_bootstrapped && engine.stopped().is_none() {
        let wanted = engine.concurrency().min(how.max_bootstrapped - successes);
        let wave: Vec<usize> = waiting.by_ref().take(wanted).collect();
        if wave.is_empty() {
            break;
        }
        for (item, outcome) in try_rows(engine, how, &lent, wave).await? {
            if let Some(error) = &outcome.error {
                errors.push(format!("row {item}: {error}"));
            } else if how.succeeds(outcome.score) {
                successes += 1;
                for (path, demo) in demos_of(engine, &outcome, item) {
                    found.entry(path).or_default().push((item, demo));
                }
            }
            runs.push((item, outcome));
        }
        if errors.len() > how.max_errors {
            return Err(Error::Invalid(format!(
                "{} of the teacher's runs failed, more than the {} allowed; the first: {}",
                errors.len(),
                how.max_errors,
                errors.first().map(String::as_str).unwrap_or_default()
            )));
        }
    }
    let demos = tasks
        .iter()
        .map(|(path, _)| (path.clone(), combine(engine, how, path, &mut found, &rows)))
        .collect();
    Ok(Collected { demos, errors, runs })
}

/// Runs rows until each succeeded or its rounds are used up.
async fn try_rows(
    engine: &mut Engine,
    how: &Bootstrap,
    lent: &Changes,
    wave: Vec<usize>,
) -> Result<Vec<(usize, Outcome)>> {
    let mut tried: BTreeMap<usize, Outcome> = BTreeMap::new();
    let mut left = wave.clone();
    for round in 0..u64::from(how.max_rounds) {
        let rollouts: Vec<Rollout> = left
            .iter()
            .map(|item| {
                let rollout = Rollout::of_teacher(Part::Train, *item)
                    .numbered(round)
                    .with_changes(lent.clone());
                match round {
                    0 => rollout,
                    _ => rollout.with_settings(Settings::default().with_temperature(1.0)),
                }
            })
            .collect();
        let outcomes = engine.run(&rollouts).await?;
        for (item, outcome) in std::mem::take(&mut left).into_iter().zip(outcomes) {
            let Some(outcome) = outcome else { continue };
            if outcome.error.is_some() || !how.succeeds(outcome.score) {
                left.push(item);
            }
            tried.insert(item, outcome);
        }
        if left.is_empty() {
            break;
        }
    }
    Ok(wave.into_iter().filter_map(|item| Some((item, tried.remove(&item)?))).collect())
}

/// Labelled rows for a teacher that shows no demonstrations of its own.
fn lend(engine: &Engine, how: &Bootstrap) -> Result<Changes> {
    let shows = |parameter: &Parameter| {
        parameter.kind == ParameterKind::DEMOS
            && parameter.value.as_array().is_some_and(|demos| !demos.is_empty())
    };
    if how.max_labeled == 0 || engine.teacher_given().iter().any(shows) {
        return Ok(Changes::new());
    }
    let tasks: Vec<(String, SignatureSchema)> = engine
        .teacher_tasks()
        .into_iter()
        .filter(|task| !task.frozen)
        .map(|task| (task.path, task.schema))
        .collect();
    let (sets, _) = labeled(&tasks, engine.rows(Part::Train))?;
    let mut changes = Changes::new();
    for (path, set) in &sets {
        let drawn = sample(set, how.max_labeled, engine.seed(), path);
        let demos: Vec<Demo> = drawn.into_iter().map(|(_, demo)| demo).collect();
        if !demos.is_empty() {
            changes = changes.with_demos(path, &demos);
        }
    }
    Ok(changes)
}

/// One demonstration for each predictor that was called: of several calls the last one half of the
/// time, else an earlier one, as in the reference.
fn demos_of(engine: &Engine, outcome: &Outcome, item: usize) -> Vec<(String, Demo)> {
    let mut by_path: BTreeMap<&str, Vec<Demo>> = BTreeMap::new();
    for step in outcome.steps.iter().flatten() {
        if let Some(demo) = step.demo() {
            by_path.entry(&step.path).or_default().push(demo);
        }
    }
    by_path
        .into_iter()
        .filter_map(|(path, mut demos)| {
            let last = demos.pop()?;
            let mut rng = engine.rng(&format!("call of {path}"), item as u64);
            let earlier = if demos.is_empty() || rng.random_bool(0.5) {
                None
            } else {
                let chosen = rng.random_range(0..demos.len());
                Some(demos.swap_remove(chosen))
            };
            Some((path.to_owned(), earlier.unwrap_or(last)))
        })
        .collect()
}

/// Bootstrapped demonstrations first, then labelled rows that were not bootstrapped.
fn combine(
    engine: &Engine,
    how: &Bootstrap,
    path: &str,
    found: &mut DemoSets,
    labeled: &DemoSets,
) -> Vec<Demo> {
    let mut set = found.remove(path).unwrap_or_default();
    set.truncate(how.max_bootstrapped);
    let taken: BTreeSet<usize> = set.iter().map(|(item, _)| *item).collect();
    let rest: Vec<_> = labeled
        .get(path)
        .into_iter()
        .flatten()
        .filter(|(item, _)| !taken.contains(item))
        .cloned()
        .collect();
    let room = how.max_labeled.saturating_sub(set.len());
    // Every set draws for itself.
    let mut drawn = rest;
    drawn.shuffle(&mut engine.rng(&format!("labeled demos of {path}"), how.set));
    drawn.truncate(room);
    set.extend(drawn);
    set.into_iter().map(|(_, demo)| demo).collect()
}
