//! The trials: a surrogate chooses, minibatches tell.

use rand::seq::SliceRandom;

use super::Mipro;
use super::ingredients::Ingredients;
use super::space::{changes, space};
use crate::error::{Error, Result};
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::stage::Part;
use crate::optimize::surrogate::Surrogate;

/// The search itself.
pub(super) struct Trials<'a> {
    engine: &'a mut Engine,
    how: &'a Mipro,
    all: Ingredients,
    count: usize,
    /// Validation rows, in the order in which all candidates meet them.
    order: Vec<usize>,
    /// What was tried, with the candidate it makes.
    tried: Vec<(Vec<usize>, CandidateId)>,
    /// Trials one by one, as the published algorithm tells them.
    told: Vec<(Vec<usize>, f64)>,
}

impl<'a> Trials<'a> {
    pub(super) fn new(
        engine: &'a mut Engine,
        how: &'a Mipro,
        all: Ingredients,
        count: usize,
    ) -> Self {
        let rows = engine.len(Part::Validation);
        let mut order: Vec<usize> = (0..rows).collect();
        order.shuffle(&mut engine.rng("order of validation rows", 0));
        order.truncate(how.validation(rows));
        Self { engine, how, all, count, order, tried: Vec::new(), told: Vec::new() }
    }

    fn batch(&self) -> usize {
        self.how.minibatch.min(self.order.len())
    }

    pub(super) async fn run(mut self) -> Result<CandidateId> {
        let mut surrogate = self.surrogate()?;
        let first = vec![0; surrogate.space().dimensions().len()];
        self.try_point(first).await?;
        self.see_all(&mut surrogate)?;
        let refill = match self.how.paper || self.how.proposals() == 0 {
            true => usize::MAX,
            false => self.count / 2,
        };
        for trial in 1..=self.count {
            if self.engine.stopped().is_some() {
                break;
            }
            if trial == refill + 1 {
                self.refill().await?;
                surrogate = self.surrogate()?;
                self.see_all(&mut surrogate)?;
            }
            let Some(point) = surrogate.ask() else { break };
            self.try_minibatch(&point, trial as u64).await?;
            surrogate = self.surrogate()?;
            self.see_all(&mut surrogate)?;
            if trial % self.how.full_every.max(1) == 0 {
                self.try_best_further(&surrogate).await?;
                surrogate = self.surrogate()?;
                self.see_all(&mut surrogate)?;
            }
            let leader = self.leader();
            self.engine.step(&format!("trial {trial} of {}", self.count), leader)?;
        }
        self.finish(surrogate).await
    }

    fn surrogate(&self) -> Result<Surrogate> {
        let space = space(self.engine, self.how, &self.all)?;
        // A stream of draws of its own for every trial, so that the state is that of the scores.
        let trials = (self.tried.len() + self.told.len()) as u64;
        let seed = self.engine.seed() ^ (trials << 32);
        let surrogate = Surrogate::new(self.how.method, space, seed);
        Ok(if self.how.paper { surrogate } else { surrogate.without_repeats() })
    }

    /// Tells the surrogate everything that was seen so far.
    fn see_all(&self, surrogate: &mut Surrogate) -> Result<()> {
        if self.how.paper {
            // Every trial counts alike, be it on few rows or on all.
            for (point, mean) in &self.told {
                surrogate
                    .tell(point, *mean, None)
                    .map_err(|error| Error::Invalid(error.to_string()))?;
            }
            return Ok(());
        }
        for (point, candidate) in &self.tried {
            let scores = self.engine.scores(*candidate, Part::Validation);
            if scores.is_empty() {
                continue;
            }
            let count = scores.len() as f64;
            let mean = scores.iter().map(|(_, score)| score).sum::<f64>() / count;
            let squares: f64 = scores.iter().map(|(_, score)| (score - mean).powi(2)).sum();
            // With few rows all alike, the noise is not nothing.
            let variance = (squares + 0.25) / (count + 1.0) / count;
            surrogate
                .tell(point, mean, Some(variance))
                .map_err(|error| Error::Invalid(error.to_string()))?;
        }
        Ok(())
    }

    fn add(&mut self, point: &[usize]) -> Result<CandidateId> {
        let changes = changes(self.engine, self.how, &self.all, point);
        let name = format!("trial {}", self.tried.len());
        let id = self.engine.add(name, &[CandidateId::BASELINE], changes)?;
        if !self.tried.iter().any(|(tried, _)| tried == point) {
            self.tried.push((point.to_vec(), id));
        }
        Ok(id)
    }

    /// Tries a point on all rows.
    async fn try_point(&mut self, point: Vec<usize>) -> Result<()> {
        let rows = self.order.clone();
        self.try_on(&point, &rows).await
    }

    async fn try_on(&mut self, point: &[usize], rows: &[usize]) -> Result<()> {
        let id = self.add(point)?;
        self.engine.evaluate(&[id], Part::Validation, rows).await?;
        let scores = self.engine.scores(id, Part::Validation);
        let scores: Vec<f64> = scores
            .into_iter()
            .filter(|(item, _)| rows.contains(item))
            .map(|(_, score)| score)
            .collect();
        if !scores.is_empty() {
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            self.told.push((point.to_vec(), mean));
        }
        Ok(())
    }

    async fn try_minibatch(&mut self, point: &[usize], trial: u64) -> Result<()> {
        let mut rows = self.order.clone();
        if self.how.paper {
            rows.shuffle(&mut self.engine.rng("minibatch", trial));
        }
        rows.truncate(self.batch());
        self.try_on(point, &rows).await
    }

    /// Has the most promising point that was not tried on all rows tried on all.
    async fn try_best_further(&mut self, surrogate: &Surrogate) -> Result<()> {
        let ranked = surrogate.ranked();
        for (point, _) in ranked {
            let id = self.add(&point)?;
            if self.engine.scores(id, Part::Validation).len() < self.order.len() {
                return self.try_point(point).await;
            }
            if !self.how.paper {
                // The best one is known as well as it can be.
                return Ok(());
            }
        }
        Ok(())
    }

    /// Has further instructions written from the best candidate so far.
    async fn refill(&mut self) -> Result<()> {
        let from = self.leader();
        let count = self.how.proposals().div_ceil(2);
        self.all.write(self.engine, self.how, count, Some(from)).await
    }

    fn leader(&self) -> CandidateId {
        self.engine.best()
    }

    async fn finish(mut self, surrogate: Surrogate) -> Result<CandidateId> {
        if self.how.paper {
            // The highest observed mean among those that were tried on all rows.
            self.try_best_further(&surrogate).await?;
            let full = self.order.len();
            let mut best = (f64::NEG_INFINITY, CandidateId::BASELINE);
            for (_, id) in &self.tried {
                if let Some((mean, rows)) = self.engine.mean(*id, Part::Validation)
                    && rows >= full
                    && mean > best.0
                {
                    best = (mean, *id);
                }
            }
            self.engine.step("best observed", best.1)?;
            return Ok(best.1);
        }
        // What the surrogate thinks best is tried on all rows before it is taken.
        for (point, _) in surrogate.ranked().into_iter().take(1) {
            if self.engine.stopped().is_some() {
                break;
            }
            self.try_point(point).await?;
        }
        let best = self.leader();
        self.engine.step("most promising on all rows", best)?;
        Ok(best)
    }
}
