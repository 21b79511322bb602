//! Several programs for one answer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use rand::seq::index;
use serde::Serialize;
use serde_json::Value;

use super::attempt::Invocation;
use super::error::StrategyError;
use super::majority::{Count, Vote};
use super::prediction::Prediction;
use crate::canonical;
use crate::error::{Error, Result};
use crate::module::{Module, Parameters, Path, Visit, VisitMut, within};
use crate::seed;
use crate::wire;

type Key<O> = dyn Fn(&O) -> Result<Option<Value>> + Send + Sync;
type Reducer<O> = dyn Fn(Vec<O>) -> BoxFuture<Result<O>> + Send + Sync;
type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How several outputs become one.
enum Reduce<O> {
    /// By what each output votes for.
    Vote(Arc<Key<O>>),
    /// By a closure that sees all of them.
    Closure(Arc<Reducer<O>>),
}

impl<O> Clone for Reduce<O> {
    fn clone(&self) -> Self {
        match self {
            Self::Vote(key) => Self::Vote(Arc::clone(key)),
            Self::Closure(reduce) => Self::Closure(Arc::clone(reduce)),
        }
    }
}

/// Runs several programs on one input and makes one output of theirs: that of the majority, or what
/// a closure makes of them. Costs a run of each program, or of [`size`](Self::size) of them, and
/// less where a vote is decided before all are in.
///
/// Programs of different types are put together as [`DynModule`](crate::module::DynModule)s; they
/// are at the paths `programs[0]`, `programs[1]` and so on. All run at once unless
/// [`concurrency`](Self::concurrency) says otherwise. Outputs are taken in the programs' order, so
/// the result depends on nothing else. A program that fails has no vote; that is a warning, as long
/// as any program succeeds.
///
/// ```
/// use dspy::module::DynModule;
/// use dspy::predict::Ensemble;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ask = |how: &str| Predict::<Qa>::new().with_instructions(how).with_lm(Lm::embedded());
/// let ensemble = Ensemble::new(vec![
///     DynModule::new(ask("Answer in a word.")),
///     DynModule::new(ask("Answer.")),
///     DynModule::new(ask("Reply to the question.")),
/// ]);
/// let out = ensemble.call("Which river runs through Cairo, Rome or Vienna?").await?;
/// println!("{}", out.answer);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct Ensemble<M: Module> {
    programs: Vec<M>,
    weights: Vec<f64>,
    reduce: Reduce<M::Output>,
    size: Option<usize>,
    seed: u64,
    concurrency: usize,
}

impl<M: Module> Ensemble<M> {
    /// Programs that vote as in [`majority`](super::majority()), each with one vote.
    pub fn new(programs: impl IntoIterator<Item = M>) -> Self {
        let programs: Vec<M> = programs.into_iter().collect();
        let vote = Vote::new();
        Self {
            weights: vec![1.0; programs.len()],
            reduce: Reduce::Vote(Arc::new(move |output| vote.key(output))),
            size: None,
            seed: 0,
            concurrency: programs.len().max(1),
            programs,
        }
    }

    /// Has the programs vote in another way.
    #[must_use]
    pub fn vote(mut self, vote: Vote) -> Self {
        self.reduce = Reduce::Vote(Arc::new(move |output| vote.key(output)));
        self
    }

    /// Has the programs vote by a key: outputs with equal keys agree.
    #[must_use]
    pub fn vote_by<K: Serialize>(
        mut self,
        key: impl Fn(&M::Output) -> K + Send + Sync + 'static,
    ) -> Self {
        self.reduce = Reduce::Vote(Arc::new(move |output| {
            let key = wire::to_value(&key(output));
            let wrong =
                |error: serde_json::Error| StrategyError::Vote { message: error.to_string() };
            Ok(Some(key.map_err(wrong)?))
        }));
        self
    }

    /// Makes one output of all by a closure, in the order of the programs that succeeded. There is
    /// no early end then. A program that chooses among outputs and is to be recorded and optimized
    /// is better called in a `forward` of its own.
    #[must_use]
    pub fn reduce<F, Fut>(mut self, reduce: F) -> Self
    where
        F: Fn(Vec<M::Output>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<M::Output>> + Send + 'static,
    {
        self.reduce = Reduce::Closure(Arc::new(move |outputs| Box::pin(reduce(outputs))));
        self
    }

    /// How much each program's vote counts, in their order; 1 by default. Weights that are not one
    /// for each program, positive and finite, make calls fail.
    #[must_use]
    pub fn weights(mut self, weights: impl IntoIterator<Item = f64>) -> Self {
        self.weights = weights.into_iter().collect();
        self
    }

    /// Runs this many of the programs, drawn by a hash of the input: the same ones for the same
    /// input.
    #[must_use]
    pub fn size(mut self, size: usize) -> Self {
        self.size = Some(size.max(1));
        self
    }

    /// Draws other programs with another seed; see [`size`](Self::size).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many programs run at a time; all by default. With 1, no program is begun once the vote
    /// is decided, so that nothing is paid for in vain; with more, those under way are then dropped,
    /// which their providers may bill.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// The programs.
    pub fn programs(&self) -> &[M] {
        &self.programs
    }

    /// The places of the programs to run, in order.
    fn drawn(&self, input: &M::Input) -> Result<Vec<usize>> {
        let all = self.programs.len();
        let Some(size) = self.size.filter(|size| *size < all) else {
            return Ok((0..all).collect());
        };
        let input = wire::to_value(input)
            .map_err(|error| Error::Invalid(format!("the input is no JSON: {error}")))?;
        let mut random = seed::rng(self.seed, &canonical::hash(&input), 0);
        let mut drawn = index::sample(&mut random, all, size).into_vec();
        drawn.sort_unstable();
        Ok(drawn)
    }

    fn check(&self) -> Result<()> {
        if self.programs.is_empty() {
            return Err(StrategyError::Empty { what: "program" }.into());
        }
        let fits = self.weights.len() == self.programs.len();
        if fits && self.weights.iter().all(|weight| weight.is_finite() && *weight > 0.0) {
            return Ok(());
        }
        Err(StrategyError::Vote {
            message: format!(
                "{} programs need as many weights, positive and finite, not {:?}",
                self.programs.len(),
                self.weights
            ),
        }
        .into())
    }
}

impl<M: Module> Module for Ensemble<M> {
    type Input = M::Input;
    type Output = M::Output;

    /// # Errors
    /// [`StrategyError`] where no program succeeds, there is none, or outputs cannot be voted on;
    /// errors of the set-up.
    async fn invoke(&self, input: M::Input) -> Result<Prediction<M::Output>> {
        self.check()?;
        let inside = Invocation::of(self);
        let drawn: Vec<(M, f64)> = self
            .drawn(&input)?
            .into_iter()
            .filter_map(|place| {
                let program = inside.strategy.programs.get(place)?.clone();
                Some((program, self.weights.get(place).copied()?))
            })
            .collect();
        let weights: Vec<f64> = drawn.iter().map(|(_, weight)| *weight).collect();
        let mut to_come: f64 = weights.iter().sum();
        let mut made: Vec<Prediction<M::Output>> = Vec::new();
        let mut failures: Vec<Error> = Vec::new();
        let mut count = Count::default();
        let calls = drawn.into_iter().map(|(program, _)| {
            let input = input.clone();
            let scope = &inside.scope;
            async move { within(scope, program.invoke(input)).await }
        });
        let mut results = stream::iter(calls).buffered(self.concurrency);
        for weight in weights {
            let Some(result) = results.next().await else { break };
            to_come -= weight;
            match result {
                Ok(prediction) => {
                    if let Reduce::Vote(key) = &self.reduce
                        && let Some(key) = key(prediction.output())?
                    {
                        count.add(key, weight, made.len());
                    }
                    made.push(prediction);
                }
                Err(error) if error.is_setup() => return Err(error),
                Err(error) => failures.push(error),
            }
            if count.is_decided(to_come) {
                break;
            }
        }
        drop(results);
        let failed = |error: &Error| format!("a program of the ensemble failed: {error}");
        let notes: Vec<String> = failures.iter().map(failed).collect();
        if made.is_empty() {
            return Err(all_failed(failures));
        }
        if let Reduce::Closure(reduce) = &self.reduce {
            for note in &notes {
                inside.scope.warn(note);
            }
            let outputs = made.into_iter().map(Prediction::into_output).collect();
            let prediction =
                Prediction::of_invocation(reduce(outputs).await?, inside.scope.end(), None);
            return inside.end(prediction);
        }
        // Where nobody cast a vote, the first output stands.
        let winner = made.into_iter().nth(count.winner().unwrap_or_default());
        let winner = winner.ok_or(StrategyError::Empty { what: "output" })?;
        let chosen = winner.chosen(&inside.scope, notes, None);
        inside.end(chosen)
    }
}

fn all_failed(mut failures: Vec<Error>) -> Error {
    match failures.pop() {
        Some(last) => StrategyError::Failed {
            what: "programs",
            failed: failures.len() + 1,
            made: failures.len() + 1,
            last: Box::new(last),
        },
        None => StrategyError::Empty { what: "program" },
    }
    .into()
}

impl<M: Module> Parameters for Ensemble<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("programs", |path| self.programs.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("programs", |path| self.programs.walk_mut(path, visit));
    }
}

impl<M: Module> Clone for Ensemble<M> {
    fn clone(&self) -> Self {
        Self {
            programs: self.programs.clone(),
            weights: self.weights.clone(),
            reduce: self.reduce.clone(),
            ..*self
        }
    }
}

impl<M: Module> fmt::Debug for Ensemble<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ensemble")
            .field("programs", &self.programs.len())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
