//! What an optimizer did.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::error::Result;
use crate::lm::Usage;
use crate::module::{Module, Provenance, lm_of, save};

/// An optimized program and how it came about. Prints as a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report<P> {
    /// The best program found.
    pub program: P,
    /// The optimizer's name.
    pub optimizer: String,
    /// Its seed.
    pub seed: u64,
    /// The programs compared, in the order tried; the first is the one passed in. Empty where the
    /// optimizer compares none.
    pub candidates: Vec<Candidate>,
    /// Which of them won.
    pub winner: usize,
    /// How many rows could demonstrate each predictor.
    pub demo_counts: Vec<DemoCount>,
    /// What the candidates spent.
    pub student_usage: Usage,
    /// What the teacher spent.
    pub teacher_usage: Usage,
    /// Wall time.
    pub elapsed: Duration,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
    /// The hash of the training rows.
    pub data: String,
}

/// One program that was compared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// How it was made.
    pub name: String,
    /// Its mean score on the rows that decide.
    pub score: f64,
    /// The 95 % interval of that score.
    pub interval: [f64; 2],
    /// Its demonstrations, over all predictors.
    pub demos: usize,
    /// Its score for each of those rows, in order.
    pub scores: Vec<f64>,
}

/// How many rows could demonstrate a predictor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DemoCount {
    /// The predictor.
    pub path: String,
    /// Rows with inputs and outputs of it.
    pub usable: usize,
    /// All rows.
    pub rows: usize,
}

impl<P> Report<P> {
    pub(super) fn new(program: P, optimizer: &str, seed: u64) -> Self {
        Self {
            program,
            optimizer: optimizer.to_owned(),
            seed,
            candidates: Vec::new(),
            winner: 0,
            demo_counts: Vec::new(),
            student_usage: Usage::default(),
            teacher_usage: Usage::default(),
            elapsed: Duration::ZERO,
            warnings: Vec::new(),
            data: String::new(),
        }
    }

    /// What student and teacher spent together.
    pub fn usage(&self) -> Usage {
        self.student_usage + self.teacher_usage
    }

    /// The scores of the program passed in and of the winner on the rows that decided.
    pub fn scores(&self) -> Option<(f64, f64)> {
        let before = self.candidates.first()?.score;
        Some((before, self.candidates.get(self.winner)?.score))
    }
}

impl<P: Module> Report<P> {
    /// Saves the program together with where its parameters come from.
    ///
    /// # Errors
    /// [`FileError::Io`](crate::error::FileError::Io) where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let lm = lm_of(&self.program).or_else(crate::lm::default_lm);
        let provenance = Provenance {
            optimizer: self.optimizer.clone(),
            seed: self.seed,
            data: self.data.clone(),
            scores: self.scores(),
            model: lm.map(|lm| lm.name().to_owned()).unwrap_or_default(),
            saved_at: since_1970.map(|time| time.as_secs()).unwrap_or_default(),
        };
        Ok(save(&self.program, path, Some(&provenance))?)
    }
}

impl<P> fmt::Display for Report<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} (seed {})", self.optimizer, self.seed)?;
        if !self.candidates.is_empty() {
            writeln!(f, "    {:<28} {:>5}  {:>5}  95 % interval", "candidate", "demos", "score")?;
        }
        for (index, candidate) in self.candidates.iter().enumerate() {
            let [low, high] = candidate.interval;
            let mark = if index == self.winner { '*' } else { ' ' };
            writeln!(
                f,
                "  {mark} {:<28} {:>5}  {:.3}  {low:.3} to {high:.3}",
                candidate.name, candidate.demos, candidate.score
            )?;
        }
        for count in &self.demo_counts {
            writeln!(
                f,
                "  `{}`: {} of {} rows can demonstrate it",
                count.path, count.usable, count.rows
            )?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        write!(
            f,
            "  {} LM calls ({} by the teacher), {} tokens, {:.1} s",
            self.usage().calls,
            self.teacher_usage.calls,
            self.usage().total_tokens(),
            self.elapsed.as_secs_f64()
        )
    }
}
