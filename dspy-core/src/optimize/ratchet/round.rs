//! The rounds of a climb.

use rand::seq::{IndexedRandom as _, SliceRandom};

use super::Climbing;
use crate::error::Result;
use crate::optimize::changes::Changes;
use crate::optimize::demos::labeled;
use crate::optimize::engine::{CandidateId, Engine, Rollout};
use crate::optimize::outcome::Outcome;
use crate::optimize::proposer::{Brief, Evidence, TIPS, row_evidence, text_of};
use crate::optimize::stage::Part;
use crate::signature::{Demo, SignatureSchema};

/// What a challenger must promise in the last race, where half a point counts.
const FINE: f64 = 0.01;
/// Instructions shown to the proposer as tried before.
const TRIED: usize = 3;

pub(super) struct Climb<'a> {
    engine: &'a mut Engine,
    how: &'a Climbing,
    paths: Vec<String>,
    /// Validation rows, in the order in which all candidates meet them.
    order: Vec<usize>,
    /// Training rows, in the order in which they are shown; it begins anew at its end.
    rows: Vec<usize>,
    next_row: usize,
    /// What became of training rows in the hands of the winner.
    probed: Vec<(usize, Outcome)>,
    best: CandidateId,
    written: u64,
    limit: usize,
}

impl<'a> Climb<'a> {
    pub(super) fn new(engine: &'a mut Engine, how: &'a Climbing) -> Self {
        let paths = engine.tasks().map(|task| task.path.clone()).collect();
        let shuffled = |count: usize, purpose: &str| {
            let mut order: Vec<usize> = (0..count).collect();
            order.shuffle(&mut engine.rng(purpose, 0));
            order
        };
        let order = shuffled(engine.len(Part::Validation), "order of validation rows");
        let rows = shuffled(engine.len(Part::Train), "order of training rows");
        let limit = how.runs(order.len());
        Self {
            engine,
            how,
            paths,
            order,
            rows,
            next_row: 0,
            probed: Vec::new(),
            best: CandidateId::BASELINE,
            written: 0,
            limit,
        }
    }

    pub(super) async fn run(mut self) -> Result<CandidateId> {
        self.engine.begin(self.how.rounds);
        let mut idle = 0;
        for round in 0..self.how.rounds as u64 {
            if self.engine.stopped().is_some()
                || idle >= self.how.patience
                || self.left() <= self.kept()
            {
                break;
            }
            let before = self.best;
            if round > 0 {
                self.probe().await?;
            }
            let mut contenders = vec![self.best];
            contenders.extend(self.write(round).await?);
            if self.how.max_demos > 0 && (round == 0 || idle > 0 || round % 3 == 0) {
                contenders.extend(self.with_demos(round)?);
            }
            if !contenders.contains(&CandidateId::BASELINE) && round == 0 {
                contenders.push(CandidateId::BASELINE);
            }
            contenders.dedup();
            self.best = self.race(&contenders, self.how.tolerance).await?;
            idle = if self.best == before { idle + 1 } else { 0 };
            if self.best != before {
                self.probed.clear();
            }
            self.engine.step(&format!("round {}", round + 1), self.best)?;
        }
        self.settle().await
    }

    /// Runs that may still be spent.
    fn left(&self) -> usize {
        self.limit.saturating_sub(self.spent())
    }

    /// Runs kept for the last race.
    fn kept(&self) -> usize {
        (self.limit as f64 * self.how.kept) as usize
    }

    fn spent(&self) -> usize {
        let of = |part: Part| -> usize {
            self.engine.candidates().map(|(id, _)| self.engine.scores(id, part).len()).sum()
        };
        of(Part::Validation) + of(Part::Train)
    }

    async fn race(&mut self, contenders: &[CandidateId], tolerance: f64) -> Result<CandidateId> {
        let kept = if tolerance > FINE { self.kept() } else { 0 };
        let budget = self.left().saturating_sub(kept);
        let first = self.how.first;
        self.engine
            .race(contenders, Part::Validation, &self.order.clone(), |race| {
                race.first(first).batch(first).contenders(2).tolerance(tolerance).budget(budget)
            })
            .await
    }

    /// The next rows to show.
    fn take_rows(&mut self, count: usize) -> Vec<usize> {
        let all = self.rows.len();
        let rows = (0..count.min(all))
            .filter_map(|step| self.rows.get((self.next_row + step) % all).copied())
            .collect();
        self.next_row = (self.next_row + count) % all.max(1);
        rows
    }

    /// Runs the winner on training rows, to see what goes wrong.
    async fn probe(&mut self) -> Result<()> {
        if self.how.probed == 0 || !self.probed.is_empty() {
            return Ok(());
        }
        let open = self.left().saturating_sub(self.kept());
        let rows = self.take_rows(self.how.probed.min(open));
        let rollouts: Vec<Rollout> = rows
            .iter()
            .map(|row| {
                let mut rollout = Rollout::new(self.best, Part::Train, *row);
                // A row that is its own demonstration tells nothing.
                rollout.without_itself = true;
                rollout
            })
            .collect();
        let outcomes = self.engine.run(&rollouts).await?;
        self.probed =
            rows.into_iter().zip(outcomes).filter_map(|(row, o)| Some((row, o?))).collect();
        Ok(())
    }

    /// Has instructions written that begin with the winner's.
    async fn write(&mut self, round: u64) -> Result<Vec<CandidateId>> {
        let mut questions = Vec::new();
        let mut places = Vec::new();
        for path in self.paths.clone() {
            let tried = if round > 0 { self.tried(&path) } else { Vec::new() };
            for number in 0..self.how.breadth {
                let index = self.written;
                self.written += 1;
                let tip = TIPS.choose(&mut self.engine.rng("tip", index)).copied();
                let brief = Brief {
                    path: path.clone(),
                    from: Some(self.best),
                    evidence: self.evidence(&path),
                    tip: tip.unwrap_or_default().to_owned(),
                    // One of a round puts together what the best ones say.
                    tried: if number == 0 { tried.clone() } else { Vec::new() },
                    ..Brief::default()
                };
                let temperature = self.how.proposer_temperature;
                questions.push(brief.question(self.engine, "instruction", index, temperature)?);
                places.push(path.clone());
            }
        }
        let asked = questions.len();
        let answers = self.engine.ask(questions).await?;
        let texts: Vec<(String, String)> = places
            .into_iter()
            .zip(answers)
            .filter_map(|(path, answer)| Some((path, text_of(answer, "proposed_instruction")?)))
            .collect();
        if texts.len() < asked && self.engine.stopped().is_none() {
            let lost = asked - texts.len();
            self.engine
                .warn(format!("{lost} of {asked} proposals could not be read and were left out"));
        }
        let own = (*self.engine.candidate(self.best).changes).clone();
        let mut made = Vec::new();
        if self.paths.len() == 1 {
            for (place, (path, text)) in texts.into_iter().enumerate() {
                let changes = own.clone().with_instructions(path, text);
                let name = format!("round {}, instruction {}", round + 1, place + 1);
                made.push(self.engine.add(name, &[self.best], changes)?);
            }
            return Ok(made);
        }
        // Of several predictors, each alone and all together.
        for place in 0..self.how.breadth {
            let mut together = own.clone();
            let mut any = false;
            for path in &self.paths {
                let mut of_path = texts.iter().filter(|(of, _)| of == path);
                let Some((_, text)) = of_path.nth(place) else { continue };
                together = together.with_instructions(path.as_str(), text.as_str());
                any = true;
                if place == 0 {
                    let alone = own.clone().with_instructions(path.as_str(), text.as_str());
                    let name = format!("round {}, instruction of `{path}`", round + 1);
                    made.push(self.engine.add(name, &[self.best], alone)?);
                }
            }
            if any {
                let name = format!("round {}, instructions {}", round + 1, place + 1);
                made.push(self.engine.add(name, &[self.best], together)?);
            }
        }
        Ok(made)
    }

    /// The best instructions of a predictor so far, the best one last.
    fn tried(&self, path: &str) -> Vec<(String, f64)> {
        let mut standings = self.engine.standings();
        standings.sort_by(|a, b| b.mean.total_cmp(&a.mean).then(a.id.cmp(&b.id)));
        let mut tried: Vec<(String, f64)> = Vec::new();
        for standing in standings {
            let text = self.engine.instructions(standing.id, path);
            if tried.len() < TRIED && !tried.iter().any(|(known, _)| *known == text) {
                tried.push((text, standing.mean));
            }
        }
        tried.reverse();
        tried
    }

    /// What went wrong with the winner, and rows that were not shown lately.
    fn evidence(&mut self, path: &str) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = self
            .probed
            .iter()
            .filter(|(_, outcome)| outcome.score < 1.0)
            .map(|(row, outcome)| row_evidence(self.engine, Some((path, outcome)), *row))
            .collect();
        let more = self.how.shown.saturating_sub(evidence.len());
        for row in self.take_rows(more) {
            evidence.push(row_evidence(self.engine, None, row));
        }
        evidence
    }

    /// The winner with other sets of labelled demonstrations, small and large.
    fn with_demos(&mut self, round: u64) -> Result<Vec<CandidateId>> {
        let tasks: Vec<(String, SignatureSchema)> =
            self.engine.tasks().map(|task| (task.path.clone(), task.schema.clone())).collect();
        let (sets, _) = labeled(&tasks, self.engine.rows(Part::Train))?;
        let own = (*self.engine.candidate(self.best).changes).clone();
        let mut made = Vec::new();
        for number in 0..self.how.demo_sets as u64 {
            let size = (self.how.max_demos >> number).max(1);
            let mut changes: Changes = own.clone();
            let mut any = false;
            for (path, set) in &sets {
                let mut drawn = set.clone();
                drawn.shuffle(
                    &mut self.engine.rng(&format!("demos of {path}"), round * 100 + number),
                );
                drawn.truncate(size);
                let demos: Vec<Demo> = drawn.into_iter().map(|(_, demo)| demo).collect();
                any |= !demos.is_empty();
                changes = changes.with_demos(path.as_str(), &demos);
            }
            if any {
                let name = format!("round {}, {size} demonstrations", round + 1);
                made.push(self.engine.add(name, &[self.best], changes)?);
            }
        }
        Ok(made)
    }

    /// A last race of those that stand best, on what is left to spend.
    async fn settle(mut self) -> Result<CandidateId> {
        let mut standings = self.engine.standings();
        standings.sort_by(|a, b| b.mean.total_cmp(&a.mean).then(a.id.cmp(&b.id)));
        let mut last: Vec<CandidateId> = standings.iter().take(4).map(|s| s.id).collect();
        if !last.contains(&self.best) {
            last.push(self.best);
        }
        if self.engine.stopped().is_none() && self.left() > 0 && last.len() > 1 {
            self.race(&last, FINE).await?;
        }
        let best = self.engine.best();
        if best != CandidateId::BASELINE && self.engine.stopped().is_none() {
            // The gate compares on the rows that the winner has seen.
            let rows: Vec<usize> =
                self.engine.scores(best, Part::Validation).iter().map(|(row, _)| *row).collect();
            let left = self.left();
            let missing: Vec<usize> = rows
                .into_iter()
                .filter(|row| {
                    let own = self.engine.scores(CandidateId::BASELINE, Part::Validation);
                    own.binary_search_by_key(row, |(row, _)| *row).is_err()
                })
                .take(left)
                .collect();
            self.engine.evaluate(&[CandidateId::BASELINE], Part::Validation, &missing).await?;
        }
        let best = self.engine.best();
        self.engine.step("settled", best)?;
        Ok(best)
    }
}
