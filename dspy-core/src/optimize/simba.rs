//! SIMBA: demonstrations and rules taken from runs that went well and badly.

mod advice;
mod pool;

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand::seq::SliceRandom;
use serde::Serialize;
use serde_json::{Value, json};

use self::advice::Contrast;
use self::pool::Pool;
use super::changes::Changes;
use super::engine::{CandidateId, Engine, Rollout};
use super::outcome::Outcome;
use super::plan::{Facts, Needs};
use super::stage::Part;
use super::strategy::Strategy;
use super::tuned::Tuned;
use crate::error::Result;
use crate::lm::Settings;
use crate::metric::Metric;
use crate::signature::Demo;

/// Improves a program by its own most variable runs: of the rows on which runs differ most, the best
/// run becomes a demonstration, or a model contrasts the best with the worst and writes advice, which
/// is added to the instructions.
///
/// Follows DSPy's `SIMBA` (stochastic introspective mini-batch ascent). Mended in it:
///
/// - the program as given takes part with its own scores; the reference draws it as if it scored 0;
/// - a step that found nothing to add is not evaluated;
/// - candidates are ranked by their posterior means over the rows each has seen, which takes into
///   account how hard those rows were; the reference compares means over different rows;
/// - draws by score are scaled to the range of the scores, so metrics from 0 to 100 do not overflow;
/// - finalists are compared on validation rows, not on the rows that they were made of.
///
/// Costs in each step `rows` × `candidates` runs to see how they differ and up to
/// `rows` × (`candidates` + 1) to try what was made, and `candidates` + 1 evaluations on the
/// validation rows at the end; up to `candidates` + 1 questions in each step.
///
/// ```
/// use dspy::optimize::{Optimizer, Simba};
/// use dspy::prelude::*;
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> = ["yes", "no"].iter().cycle().take(20)
///     .map(|word| Qa { question: format!("Say {word}."), answer: (*word).into() })
///     .collect();
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let report = Simba::new(|row: &Qa, out: &QaOutput| row.answer == out.answer)
///     .minibatch(4)
///     .candidates(2)
///     .steps(2)
///     .compile(&program, &rows)
///     .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type Simba<R, O> = Tuned<Introspection, R, O>;

/// The strategy of [`Simba`].
#[derive(Clone, Debug, Serialize)]
pub struct Introspection {
    minibatch: usize,
    candidates: usize,
    steps: usize,
    max_demos: usize,
    warmth: f64,
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<Introspection, R, O> {
    /// Improves by this metric: 8 steps of 32 rows and 6 candidates, up to 4 demonstrations.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        let strategy =
            Introspection { minibatch: 32, candidates: 6, steps: 8, max_demos: 4, warmth: 0.2 };
        Self::by(strategy, metric)
    }

    /// How many training rows a step looks at; 32 by default, fewer where there are fewer.
    #[must_use]
    pub fn minibatch(mut self, rows: usize) -> Self {
        self.strategy.minibatch = rows.max(1);
        self
    }

    /// How many runs of each row a step compares, and how many candidates it makes.
    #[must_use]
    pub fn candidates(mut self, candidates: usize) -> Self {
        self.strategy.candidates = candidates.max(2);
        self
    }

    /// How many steps there are.
    #[must_use]
    pub fn steps(mut self, steps: usize) -> Self {
        self.strategy.steps = steps.max(1);
        self
    }

    /// The most demonstrations of a predictor; 0 for advice only.
    #[must_use]
    pub fn max_demos(mut self, demos: usize) -> Self {
        self.strategy.max_demos = demos;
        self
    }
}

/// The runs of one row in a step, the best first.
struct Bucket {
    item: usize,
    runs: Vec<(CandidateId, Outcome)>,
}

impl Bucket {
    fn best(&self) -> Option<&(CandidateId, Outcome)> {
        self.runs.first()
    }

    fn worst(&self) -> Option<&(CandidateId, Outcome)> {
        self.runs.last()
    }

    /// How much the runs differ, how good the best is, and how far it is above the mean.
    fn weight(&self) -> [f64; 3] {
        let score = |run: Option<&(CandidateId, Outcome)>| run.map_or(0.0, |(_, o)| o.score);
        let (best, worst) = (score(self.best()), score(self.worst()));
        let sum: f64 = self.runs.iter().map(|(_, outcome)| outcome.score).sum();
        [best - worst, best, best - sum / self.runs.len().max(1) as f64]
    }
}

impl Introspection {
    fn rows(&self, train: usize) -> usize {
        self.minibatch.min(train)
    }

    /// Runs the rows of a step, each several times by programs drawn by their scores.
    async fn sample(
        &self,
        engine: &mut Engine,
        pool: &Pool,
        rows: &[usize],
        step: u64,
    ) -> Result<Vec<Bucket>> {
        let mut rollouts = Vec::new();
        for row in rows {
            for sample in 0..self.candidates as u64 {
                let number = step * self.candidates as u64 + sample + 1;
                let draw = step * 1_000_000 + *row as u64 * 1_000 + sample;
                let program = pool.draw(engine, self, "program of run", draw);
                rollouts.push(
                    Rollout::new(program, Part::Train, *row)
                        .numbered(number)
                        .with_settings(Settings::default().with_temperature(1.0)),
                );
            }
        }
        let outcomes = engine.run(&rollouts).await?;
        let mut buckets: BTreeMap<usize, Bucket> = BTreeMap::new();
        for (rollout, outcome) in rollouts.iter().zip(outcomes) {
            let Some(outcome) = outcome else { continue };
            let bucket = buckets
                .entry(rollout.item)
                .or_insert(Bucket { item: rollout.item, runs: Vec::new() });
            bucket.runs.push((rollout.candidate, outcome));
        }
        let mut buckets: Vec<Bucket> = buckets.into_values().collect();
        for bucket in &mut buckets {
            bucket.runs.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
        }
        buckets.sort_by(|a, b| {
            let (a, b) = (a.weight(), b.weight());
            let by = |place: usize| {
                let at = |weight: &[f64; 3]| weight.get(place).copied().unwrap_or_default();
                at(&b).total_cmp(&at(&a))
            };
            by(0).then(by(1)).then(by(2))
        });
        Ok(buckets)
    }

    /// Makes up to so many candidates of the rows on which runs differ most.
    async fn make(
        &self,
        engine: &mut Engine,
        pool: &Pool,
        buckets: &[Bucket],
        step: u64,
    ) -> Result<Vec<CandidateId>> {
        let mut scores: Vec<f64> =
            buckets.iter().flat_map(|b| b.runs.iter().map(|(_, o)| o.score)).collect();
        scores.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            let place = (share * scores.len().saturating_sub(1) as f64).round() as usize;
            scores.get(place).copied().unwrap_or_default()
        };
        let (low, high) = (quantile(0.1), quantile(0.9));
        let mut made = Vec::new();
        let mut contrasts = Vec::new();
        for (place, bucket) in buckets.iter().take(self.candidates + 1).enumerate() {
            let draw = step * 1_000 + place as u64;
            let (Some(best), Some(worst)) = (bucket.best(), bucket.worst()) else { continue };
            let source = pool.draw(engine, self, "source", draw);
            let base = self.with_room(engine, source, draw);
            let by_demo = self.max_demos > 0 && engine.rng("means", draw).random_bool(0.5);
            if by_demo && best.1.score > low {
                let changes = with_demo(engine, source, base, &best.1);
                let name = format!("step {}, demonstration of row {}", step + 1, bucket.item);
                made.push(engine.add(name, &[source], changes)?);
            } else if !by_demo && best.1.score > low && worst.1.score < high {
                contrasts.push(Contrast {
                    source,
                    base,
                    item: bucket.item,
                    better: best.1.clone(),
                    worse: worst.1.clone(),
                });
            }
        }
        for (contrast, changes) in advice::write(engine, contrasts, step).await? {
            let name = format!("step {}, advice from row {}", step + 1, contrast.item);
            made.push(engine.add(name, &[contrast.source], changes)?);
        }
        made.sort_unstable();
        made.dedup();
        Ok(made)
    }

    /// A candidate's changes with some demonstrations dropped: about one in a full set, at least one
    /// where it is full.
    fn with_room(&self, engine: &Engine, source: CandidateId, draw: u64) -> Changes {
        let mut changes = (*engine.candidate(source).changes).clone();
        let paths: Vec<String> = engine.tasks().map(|task| task.path.clone()).collect();
        let most = paths.iter().map(|path| engine.demos(source, path).len()).max().unwrap_or(0);
        if most == 0 || self.max_demos == 0 {
            return changes;
        }
        let mut rng = engine.rng("dropped demonstrations", draw);
        let mean = most as f64 / self.max_demos as f64;
        // A Poisson number by Knuth's product of uniform draws.
        let (limit, mut product, mut count) = ((-mean).exp(), rng.random::<f64>(), 0);
        while product > limit && count < most {
            product *= rng.random::<f64>();
            count += 1;
        }
        let count = count.max(usize::from(most >= self.max_demos));
        let mut dropped: Vec<usize> = (0..most).collect();
        dropped.shuffle(&mut rng);
        dropped.truncate(count);
        for path in paths {
            let demos: Vec<Demo> = engine
                .demos(source, &path)
                .into_iter()
                .enumerate()
                .filter(|(place, _)| !dropped.contains(place))
                .map(|(_, demo)| demo)
                .collect();
            changes = changes.with_demos(&path, &demos);
        }
        changes
    }
}

/// A run's calls as one more demonstration of each predictor.
fn with_demo(
    engine: &Engine,
    source: CandidateId,
    mut changes: Changes,
    outcome: &Outcome,
) -> Changes {
    let paths: Vec<String> = engine.tasks().map(|task| task.path.clone()).collect();
    for path in paths {
        let Some(demo) = outcome.steps_of(&path).filter_map(|step| step.demo()).last() else {
            continue;
        };
        let mut demos = changes.demos(&path).unwrap_or_else(|| engine.demos(source, &path));
        if !demos.iter().any(|known| known.fields == demo.fields) {
            demos.push(demo);
        }
        changes = changes.with_demos(&path, &demos);
    }
    changes
}

impl Strategy for Introspection {
    fn name(&self) -> &'static str {
        "SIMBA"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let rows = self.rows(facts.train);
        let step = rows * (2 * self.candidates + 1);
        let last = (self.candidates + 2) * facts.validation;
        let most = self.steps * step + rows + last;
        let questions = self.steps * (self.candidates + 1);
        Needs::default()
            .with_runs_between(most * 3 / 4, most)
            .with_questions(questions / 2, questions)
            .with_demos(self.max_demos / 2, self.max_demos)
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        engine.begin(self.steps + 1);
        let mut pool = Pool::new();
        let mut winners = vec![CandidateId::BASELINE];
        let mut order: Vec<usize> = Vec::new();
        let rows = self.rows(engine.len(Part::Train));
        for step in 0..self.steps as u64 {
            if engine.stopped().is_some() {
                break;
            }
            if order.len() < rows {
                order = (0..engine.len(Part::Train)).collect();
                order.shuffle(&mut engine.rng("order of rows", step));
            }
            let batch = order.split_off(order.len() - rows);
            engine.evaluate(&[CandidateId::BASELINE], Part::Train, &batch).await?;
            pool.rank(engine);
            let buckets = self.sample(engine, &pool, &batch, step).await?;
            let made = self.make(engine, &pool, &buckets, step).await?;
            engine.evaluate(&made, Part::Train, &batch).await?;
            pool.add(&made);
            pool.rank(engine);
            let of_step = |id: CandidateId| {
                let scores = engine.scores(id, Part::Train);
                let own = scores.iter().filter(|(item, _)| batch.contains(item));
                own.map(|(_, score)| score).sum::<f64>()
            };
            if let Some(best) = made
                .iter()
                .copied()
                .max_by(|a, b| of_step(*a).total_cmp(&of_step(*b)).then(b.cmp(a)))
                && !winners.contains(&best)
            {
                winners.push(best);
            }
            let leader = engine.best_on(Part::Train);
            engine.step(&format!("step {}", step + 1), leader)?;
        }
        let finalists = spread(&winners, self.candidates + 1);
        engine.evaluate_all(&finalists, Part::Validation).await?;
        let best = engine.best();
        engine.step("finalists", best)?;
        Ok(best)
    }
}

/// So many of the winners, evenly spaced, the first and the last among them.
fn spread(winners: &[CandidateId], count: usize) -> Vec<CandidateId> {
    if winners.len() <= count {
        return winners.to_vec();
    }
    let last = winners.len() - 1;
    let place = |n: usize| (n as f64 * last as f64 / (count - 1).max(1) as f64).round() as usize;
    let mut chosen: Vec<CandidateId> =
        (0..count).filter_map(|n| winners.get(place(n)).copied()).collect();
    chosen.dedup();
    chosen
}
