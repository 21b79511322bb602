//! [`Headroom`]: whether optimizing is worth the money, told in a few calls.

use std::fmt;

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::engine::{CandidateId, Engine};
use super::meters::Spending;
use super::proposer::{Brief, row_evidence, text_of};
use super::random_search::labels;
use super::stage::Part;
use crate::error::Result;
use crate::evaluate::PairedEvidence;

/// Validation rows that the test looks at.
const ROWS: usize = 24;
/// Training rows that a question to the proposer shows.
const SHOWN: usize = 16;
/// Instructions that are written.
const WRITTEN: u64 = 2;

/// Whether optimizing a program is worth the money: what
/// [`Tuned::headroom`](super::Tuned::headroom) gives. Prints as a short text.
///
/// Many a search brings nothing, because the program is as good as the model allows, or because no
/// prompt moves it. A few cheap changes tell: labelled demonstrations and two written instructions,
/// on the same few rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Headroom {
    /// Validation rows looked at.
    pub rows: usize,
    /// What the program as given scores on them.
    pub baseline: f64,
    /// The changes tried, with what they scored.
    pub tried: Vec<Attempt>,
    /// The mean over rows of the best score of any of them: what choosing the right prompt for each
    /// row would give. No search of prompts alone is likely to get above it.
    pub oracle: f64,
    /// The share of rows on which the score depends on the prompt at all.
    pub moved: f64,
    /// What that comes to.
    pub advice: Advice,
    /// What the test spent.
    pub spending: Spending,
}

/// A change that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// What it was.
    pub name: String,
    /// What it scored.
    pub score: f64,
    /// How probable it is that it is better than the program as given.
    pub probability: f64,
}

/// What a [`Headroom`] comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Advice {
    /// The program is right nearly everywhere: there is little to win.
    AtTheCeiling,
    /// No prompt changed anything: better rows, a better metric or another model will do more.
    NothingMoves,
    /// Already one of the cheap changes is better.
    Optimize,
    /// Prompts change answers, but none of the few was better: a search may find one.
    Uncertain,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtTheCeiling => "the program is right nearly everywhere, there is little to win",
            Self::NothingMoves => {
                "the answers hardly depend on the prompt; another model, better rows or a finer \
                 metric will do more than a search"
            }
            Self::Optimize => "a cheap change is better already, optimizing is worth it",
            Self::Uncertain => {
                "prompts change the answers, but no cheap change was better; a search may find one, \
                 begin with a small budget"
            }
        })
    }
}

impl fmt::Display for Headroom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "headroom, on {} rows:", self.rows)?;
        writeln!(f, "    {:<28} {:.3}", "as given", self.baseline)?;
        for attempt in &self.tried {
            writeln!(
                f,
                "    {:<28} {:.3}  better with probability {:.2}",
                attempt.name, attempt.score, attempt.probability
            )?;
        }
        writeln!(f, "    {:<28} {:.3}", "the best for each row", self.oracle)?;
        writeln!(f, "    the prompt matters on {:.0} % of the rows", self.moved * 100.0)?;
        write!(f, "    {} ({})", self.advice, self.spending)
    }
}

impl Headroom {
    /// Tries a few cheap changes on a few validation rows.
    pub(super) async fn measure(engine: &mut Engine) -> Result<Self> {
        let mut rows: Vec<usize> = (0..engine.len(Part::Validation)).collect();
        rows.shuffle(&mut engine.rng("headroom rows", 0));
        rows.truncate(ROWS);
        let mut ids = vec![CandidateId::BASELINE];
        ids.push(engine.add("labelled demonstrations", &[], labels(engine, 8)?)?);
        ids.extend(write(engine).await?);
        ids.dedup();
        engine.evaluate(&ids, Part::Validation, &rows).await?;
        let scores: Vec<Vec<f64>> = ids
            .iter()
            .map(|id| {
                let scores = engine.scores(*id, Part::Validation);
                scores.into_iter().map(|(_, score)| score).collect()
            })
            .collect();
        let seen = scores.iter().map(Vec::len).min().unwrap_or_default();
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        let all = |row: usize| scores.iter().filter_map(move |scores| scores.get(row).copied());
        let best = |row: usize| all(row).fold(f64::NEG_INFINITY, f64::max);
        let worst = |row: usize| all(row).fold(f64::INFINITY, f64::min);
        let oracle: Vec<f64> = (0..seen).map(best).collect();
        let moved = (0..seen).filter(|row| best(*row) > worst(*row)).count();
        let first = scores.first().map(|scores| scores.get(..seen).unwrap_or_default());
        let first = first.unwrap_or_default();
        let mut tried = Vec::new();
        for (id, scores) in ids.iter().zip(&scores).skip(1) {
            let own = scores.get(..seen).unwrap_or_default();
            let probability = match seen {
                0 => 0.5,
                _ => PairedEvidence::new(first, own)?.probability_above(0.0),
            };
            let name = engine.candidate(*id).name.clone();
            tried.push(Attempt { name, score: mean(own), probability });
        }
        let (baseline, oracle) = (mean(first), mean(&oracle));
        let moved = moved as f64 / seen.max(1) as f64;
        let advice = if tried.iter().any(|attempt| attempt.probability > 0.9) {
            Advice::Optimize
        } else if oracle - baseline < 0.03 && baseline > 0.9 {
            Advice::AtTheCeiling
        } else if moved < 0.05 {
            Advice::NothingMoves
        } else {
            Advice::Uncertain
        };
        Ok(Self { rows: seen, baseline, tried, oracle, moved, advice, spending: engine.spending() })
    }
}

/// Instructions of all predictors, written from labelled rows.
async fn write(engine: &mut Engine) -> Result<Vec<CandidateId>> {
    let paths: Vec<String> = engine.tasks().map(|task| task.path.clone()).collect();
    let mut questions = Vec::new();
    for number in 0..WRITTEN {
        let mut rows: Vec<usize> = (0..engine.len(Part::Train)).collect();
        rows.shuffle(&mut engine.rng("headroom evidence", number));
        rows.truncate(SHOWN);
        for (place, path) in paths.iter().enumerate() {
            let evidence = rows.iter().map(|row| row_evidence(engine, None, *row)).collect();
            let brief = Brief { path: path.clone(), evidence, ..Brief::default() };
            let index = number * 1_000 + place as u64;
            questions.push(brief.question(engine, "headroom", index, 1.0)?);
        }
    }
    let answers = engine.ask(questions).await?;
    let mut answers = answers.into_iter();
    let mut made = Vec::new();
    for number in 0..WRITTEN {
        let mut changes = super::Changes::new();
        for path in &paths {
            if let Some(text) = text_of(answers.next().flatten(), "proposed_instruction") {
                changes = changes.with_instructions(path.as_str(), text);
            }
        }
        if !changes.is_empty() {
            made.push(engine.add(format!("written instruction {}", number + 1), &[], changes)?);
        }
    }
    Ok(made)
}
