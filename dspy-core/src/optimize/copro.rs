//! COPRO: instructions improved in rounds, one predictor after the other.

use rand::RngExt as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::changes::Changes;
use super::engine::{CandidateId, Engine};
use super::plan::{Facts, Needs};
use super::proposer::{Brief, TIPS, text_of};
use super::stage::Part;
use super::strategy::Strategy;
use super::tuned::Tuned;
use crate::error::Result;
use crate::metric::Metric;

/// Improves instructions in rounds: several are written, all are tried, and the next round's are
/// written with the best so far and their scores in view; one predictor after the other.
///
/// Follows DSPy's `COPRO` (coordinate ascent over prompts, after OPRO, Yang et al. 2023,
/// arXiv:2309.03409), with these differences: candidates are compared on validation rows instead of
/// the training rows; one that was tried is neither written down twice nor paid twice; every
/// proposal is a question of its own, as not every provider gives several completions; the
/// temperature is 1, as some providers refuse more; the prefix of the output field, which no adapter
/// of ours shows, is left alone. [`paper`](Self::paper) compares on training rows.
///
/// Proposals see no rows: for tasks that can only be learnt from data take [`MiproV2`] or [`Gepa`].
///
/// [`MiproV2`]: super::MiproV2
/// [`Gepa`]: super::Gepa
///
/// Costs up to `breadth` × `depth` × rows runs for each predictor, and as many questions as
/// candidates.
///
/// ```
/// use dspy::optimize::{Copro, Optimizer};
/// use dspy::prelude::*;
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> = ["yes", "no"].iter().cycle().take(10)
///     .map(|word| Qa { question: format!("Say {word}."), answer: (*word).into() })
///     .collect();
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let report = Copro::new(|row: &Qa, out: &QaOutput| row.answer == out.answer)
///     .breadth(3)
///     .depth(1)
///     .compile(&program, &rows)
///     .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type Copro<R, O> = Tuned<CoordinateAscent, R, O>;

/// The strategy of [`Copro`].
#[derive(Clone, Debug, Serialize)]
pub struct CoordinateAscent {
    breadth: usize,
    depth: usize,
    temperature: f64,
    paper: bool,
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<CoordinateAscent, R, O> {
    /// Improves by this metric: 10 candidates in each of 3 rounds.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self::by(CoordinateAscent { breadth: 10, depth: 3, temperature: 1.0, paper: false }, metric)
    }

    /// How many candidates a round has; in the first one of them is the program's own instruction.
    #[must_use]
    pub fn breadth(mut self, breadth: usize) -> Self {
        self.strategy.breadth = breadth.max(2);
        self
    }

    /// How many rounds there are.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.strategy.depth = depth.max(1);
        self
    }

    /// The temperature at which instructions are written.
    #[must_use]
    pub fn proposer_temperature(mut self, temperature: f64) -> Self {
        self.strategy.temperature = temperature;
        self
    }

    /// As published: candidates are compared on the training rows.
    #[must_use]
    pub fn paper(mut self) -> Self {
        self.strategy.paper = true;
        self
    }
}

impl CoordinateAscent {
    fn part(&self) -> Part {
        if self.paper { Part::Train } else { Part::Validation }
    }

    /// Writes a round of instructions for one predictor.
    async fn write(
        &self,
        engine: &mut Engine,
        path: &str,
        best: CandidateId,
        tried: &[(String, f64)],
        round: (usize, u64),
    ) -> Result<Vec<String>> {
        let (depth, place) = round;
        let count = if depth == 0 { self.breadth - 1 } else { self.breadth };
        let mut questions = Vec::new();
        for one in 0..count as u64 {
            let index = (depth as u64 * 1000 + place) * 1000 + one;
            let tip = engine.rng("tip", index).random_range(0..TIPS.len());
            let mut tried: Vec<_> = tried.to_vec();
            tried.sort_by(|a, b| a.1.total_cmp(&b.1));
            let kept = tried.len().saturating_sub(self.breadth);
            let brief = Brief {
                path: path.to_owned(),
                from: Some(best),
                tried: if depth == 0 { Vec::new() } else { tried.split_off(kept) },
                tip: TIPS.get(tip).copied().unwrap_or_default().to_owned(),
                ..Brief::default()
            };
            questions.push(brief.question(engine, "instruction", index, self.temperature)?);
        }
        let answers = engine.ask(questions).await?;
        let mut texts = Vec::new();
        for text in answers.into_iter().filter_map(|a| text_of(a, "proposed_instruction")) {
            if !texts.contains(&text) && !tried.iter().any(|(known, _)| *known == text) {
                texts.push(text);
            }
        }
        Ok(texts)
    }
}

impl Strategy for CoordinateAscent {
    fn name(&self) -> &'static str {
        "COPRO"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let rows = if self.paper { facts.train } else { facts.validation };
        let candidates = facts.predictors * (self.breadth * self.depth);
        Needs::default()
            .with_runs_between(candidates * rows, (candidates + 1) * rows)
            .with_questions(candidates.saturating_sub(facts.predictors), candidates)
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        let part = self.part();
        let paths: Vec<String> = engine.tasks().map(|task| task.path.clone()).collect();
        engine.begin(self.depth * paths.len());
        let mut best = CandidateId::BASELINE;
        engine.evaluate_all(&[best], part).await?;
        let mut tried: Vec<Vec<(String, f64)>> = paths
            .iter()
            .map(|path| {
                let score = engine.mean(best, part).map_or(0.0, |(mean, _)| mean);
                vec![(engine.instructions(best, path), score)]
            })
            .collect();
        for depth in 0..self.depth {
            for (place, path) in paths.iter().enumerate() {
                if engine.stopped().is_some() {
                    return Ok(best);
                }
                let Some(tried) = tried.get_mut(place) else { continue };
                let texts = self.write(engine, path, best, tried, (depth, place as u64)).await?;
                let own = (*engine.candidate(best).changes).clone();
                let mut made = Vec::new();
                for (one, text) in texts.into_iter().enumerate() {
                    let changes: Changes = own.clone().with_instructions(path, text.as_str());
                    let name = format!("`{path}`, round {}, {}", depth + 1, one + 1);
                    made.push((engine.add(name, &[best], changes)?, text));
                }
                let ids: Vec<CandidateId> = made.iter().map(|(id, _)| *id).collect();
                engine.evaluate_all(&ids, part).await?;
                for (id, text) in made {
                    if let Some((mean, _)) = engine.mean(id, part) {
                        tried.push((text, mean));
                    }
                }
                best = engine.best_on(part);
                engine.step(&format!("round {}, `{path}`", depth + 1), best)?;
            }
        }
        Ok(best)
    }
}
