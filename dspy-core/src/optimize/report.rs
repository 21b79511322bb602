//! What an optimizer did.

mod evidence;
mod show;

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::changes::Changes;
use super::journal::{Redact, change_texts};
use super::meters::Spending;
use super::stop::StopReason;
use crate::error::{Error, FileError, Result};
use crate::evaluate::ProgramNote;
use crate::lm::{Spent, Usage, replace_privately};
use crate::module::{Module, Provenance, lm_of, save};

pub use self::evidence::{Basis, Judgement};

/// An optimized program and how it came about. Prints as a table.
#[derive(Clone)]
#[non_exhaustive]
pub struct Report<P> {
    /// The program to use: the best one found, or the one passed in where no other was accepted.
    pub program: P,
    /// The optimizer's name.
    pub optimizer: String,
    /// Its seed.
    pub seed: u64,
    /// The programs compared, in the order tried; the first is the one passed in. Empty where the
    /// optimizer compares none.
    pub candidates: Vec<Candidate>,
    /// Which of them is returned.
    pub winner: usize,
    /// How winner and baseline compare on rows that did not choose between them, and what the gate
    /// said; `None` where nothing was compared.
    pub judgement: Option<Judgement>,
    /// Why the search ended.
    pub stopped: StopReason,
    /// How many rows could demonstrate each predictor.
    pub demo_counts: Vec<DemoCount>,
    /// What the candidates spent.
    pub student_usage: Usage,
    /// What the teacher spent.
    pub teacher_usage: Usage,
    /// What proposals cost.
    pub proposer_usage: Usage,
    /// What was spent by role, every attempt counted, the metric's own calls included.
    pub spending: Spending,
    /// How the search went.
    pub trajectory: Vec<Moment>,
    /// Wall time.
    pub elapsed: Duration,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
    /// The hash of the training rows.
    pub data: String,
    /// The program passed in, as it was.
    pub given: ProgramNote,
    /// The program returned.
    pub returned: ProgramNote,
    pub(super) redact: Option<Redact>,
}

/// One program that was compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    /// How it was made.
    pub name: String,
    /// The candidates it was made of.
    pub parents: Vec<usize>,
    /// The mean of what it scored on rows that decide.
    pub score: f64,
    /// The 95 % interval of that score.
    pub interval: [f64; 2],
    /// The posterior mean, by which candidates are ranked: few rows are trusted less.
    pub estimate: f64,
    /// Its demonstrations, over all predictors.
    pub demos: usize,
    /// The rows it was run on.
    pub items: Vec<usize>,
    /// Its score for each of those rows, in order.
    pub scores: Vec<f64>,
    /// What it changes in the program passed in.
    pub changes: Changes,
    /// What a run of it takes on average; `None` where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_cost: Option<Spent>,
}

/// How many rows could demonstrate a predictor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DemoCount {
    /// The predictor.
    pub path: String,
    /// Rows with inputs and outputs of it.
    pub usable: usize,
    /// All rows.
    pub rows: usize,
}

/// A step of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moment {
    /// What was done.
    pub step: String,
    /// The candidate that led then.
    pub leader: String,
    /// What it had scored on rows that decide.
    pub score: f64,
    /// On how many of them.
    pub items: usize,
    /// Calls so far.
    pub calls: u64,
    /// Tokens so far.
    pub tokens: u64,
    /// US dollars so far.
    pub usd: f64,
    /// How many candidates there were by then, the program passed in included.
    #[serde(default)]
    pub candidates: usize,
}

impl<P> Report<P> {
    pub(super) fn new(program: P, optimizer: &str, seed: u64) -> Self {
        Self {
            program,
            optimizer: optimizer.to_owned(),
            seed,
            candidates: Vec::new(),
            winner: 0,
            judgement: None,
            stopped: StopReason::Finished,
            demo_counts: Vec::new(),
            student_usage: Usage::default(),
            teacher_usage: Usage::default(),
            proposer_usage: Usage::default(),
            spending: Spending::default(),
            trajectory: Vec::new(),
            elapsed: Duration::ZERO,
            warnings: Vec::new(),
            data: String::new(),
            given: ProgramNote::default(),
            returned: ProgramNote::default(),
            redact: None,
        }
    }

    /// This report as that of a run that began where another ended: what was spent adds up.
    pub(super) fn after(mut self, first: Self) -> Self {
        self.optimizer = format!("{}, then {}", first.optimizer, self.optimizer);
        self.student_usage += first.student_usage;
        self.teacher_usage += first.teacher_usage;
        self.proposer_usage += first.proposer_usage;
        self.spending = first.spending.plus(self.spending);
        self.elapsed += first.elapsed;
        let warnings = std::mem::take(&mut self.warnings);
        self.warnings = first.warnings;
        self.warnings.extend(warnings);
        let trajectory = std::mem::take(&mut self.trajectory);
        self.trajectory = first.trajectory;
        self.trajectory.extend(trajectory);
        self.given = first.given;
        self
    }

    /// What all spent together.
    pub fn usage(&self) -> Usage {
        self.student_usage + self.teacher_usage + self.proposer_usage
    }

    /// The scores of the program passed in and of the one returned, on the rows that decided.
    pub fn scores(&self) -> Option<(f64, f64)> {
        let before = self.candidates.first()?.score;
        Some((before, self.candidates.get(self.winner)?.score))
    }

    /// The report as JSON, without the program: two runs of the same course give the same, but for
    /// `elapsed_s`.
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "optimizer": self.optimizer,
            "seed": self.seed,
            "data": self.data,
            "given": self.given,
            "returned": self.returned,
            "winner": self.winner,
            "candidates": self.candidates,
            "judgement": self.judgement,
            "stopped": self.stopped,
            "demo_counts": self.demo_counts,
            "usage": {
                "student": self.student_usage,
                "teacher": self.teacher_usage,
                "proposer": self.proposer_usage,
            },
            "spending": self.spending,
            "trajectory": self.trajectory,
            "warnings": self.warnings,
            "elapsed_s": self.elapsed.as_secs_f64(),
        });
        if let Some(redact) = &self.redact {
            change_texts(&mut value, redact);
        }
        value
    }

    /// Writes the report as JSON into a file that only its owner may read (mode 0600).
    ///
    /// # Errors
    /// [`FileError::Io`] where the file cannot be written.
    pub fn save_report(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let mut text = serde_json::to_string_pretty(&self.to_json())
            .map_err(|error| Error::from(FileError::Value(error.to_string())))?;
        text.push('\n');
        replace_privately(path, text.as_bytes()).map_err(|error| {
            Error::from(FileError::Io {
                action: "could not write",
                path: path.display().to_string(),
                message: error.to_string(),
            })
        })
    }
}

impl<P: Module> Report<P> {
    /// Saves the program together with where its parameters come from.
    ///
    /// # Errors
    /// [`FileError::Io`] where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let lm = lm_of(&self.program).or_else(crate::lm::default_lm);
        let provenance = Provenance {
            optimizer: self.optimizer.clone(),
            seed: self.seed,
            data: self.data.clone(),
            scores: self.scores(),
            holdout: self.judgement.as_ref().map(|j| (j.baseline, j.winner)),
            model: lm.map(|lm| lm.name().to_owned()).unwrap_or_default(),
            saved_at: since_1970.map(|time| time.as_secs()).unwrap_or_default(),
        };
        Ok(save(&self.program, path, Some(&provenance))?)
    }
}
