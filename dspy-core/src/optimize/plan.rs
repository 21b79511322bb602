//! [`Plan`]: what a search will take, before anything is spent.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lm::{Price, Spent};

/// What a search has to work with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// Predictors that may be changed.
    pub predictors: usize,
    /// Rows to learn from.
    pub train: usize,
    /// Rows that decide.
    pub validation: usize,
    /// Rows that judge the winner.
    pub holdout: usize,
}

/// What a search takes: runs of the program and of the teacher, and questions to the proposer;
/// expected, and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// Runs of the program.
    pub runs: Range,
    /// Runs of the teacher.
    pub teacher_runs: Range,
    /// Questions to the proposer.
    pub questions: Range,
    /// Demonstrations that a predictor shows in each call.
    pub demos: Range,
}

/// The size of things in tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// A prompt without demonstrations.
    pub(super) prompt: u64,
    pub(super) answer: u64,
    /// A demonstration in a prompt.
    pub(super) demo: u64,
}

impl Sizes {
    fn prompt_with(self, demos: u64) -> u64 {
        self.prompt + demos * self.demo
    }
}

/// An expectation and an upper bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Range {
    /// What is expected.
    pub expected: u64,
    /// What is not exceeded, short of follow-ups and retries.
    pub most: u64,
}

impl Range {
    /// An expectation and an upper bound.
    pub fn new(expected: usize, most: usize) -> Self {
        Self { expected: expected as u64, most: most.max(expected) as u64 }
    }

    /// So many in any case.
    pub fn exactly(count: usize) -> Self {
        Self::new(count, count)
    }

    fn times(self, factor: u64) -> Self {
        Self { expected: self.expected * factor, most: self.most * factor }
    }

    fn plus(self, other: Self) -> Self {
        Self { expected: self.expected + other.expected, most: self.most + other.most }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expected == self.most {
            true => write!(f, "{}", self.most),
            false => write!(f, "about {}, at most {}", self.expected, self.most),
        }
    }
}

impl Needs {
    /// The same needs with so many runs of the program.
    #[must_use]
    pub fn with_runs(self, runs: usize) -> Self {
        Self { runs: Range::exactly(runs), ..self }
    }

    /// The same needs with runs of the program between an expectation and a bound.
    #[must_use]
    pub fn with_runs_between(self, expected: usize, most: usize) -> Self {
        Self { runs: Range::new(expected, most), ..self }
    }

    /// The same needs with runs of the teacher between an expectation and a bound.
    #[must_use]
    pub fn with_teacher_runs(self, expected: usize, most: usize) -> Self {
        Self { teacher_runs: Range::new(expected, most), ..self }
    }

    /// The same needs with demonstrations in each call between an expectation and a bound.
    #[must_use]
    pub fn with_demos(self, expected: usize, most: usize) -> Self {
        Self { demos: Range::new(expected, most), ..self }
    }

    /// The same needs with questions to the proposer between an expectation and a bound.
    #[must_use]
    pub fn with_questions(self, expected: usize, most: usize) -> Self {
        Self { questions: Range::new(expected, most), ..self }
    }
}

/// What a search will take. Prints as a table.
///
/// Calls follow from the numbers of rows and candidates; a program whose predictors are called more
/// or less than once in a run takes more or less. Tokens are estimated from the rows, a token for
/// four bytes: those expected by the mean row, the most by the longest, with as many demonstrations as
/// there may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The optimizer.
    pub optimizer: String,
    /// Rows to learn from, to decide by, and to judge by.
    pub rows: [usize; 3],
    /// Calls by the program.
    pub student_calls: Range,
    /// Calls by the teacher.
    pub teacher_calls: Range,
    /// Calls to write proposals.
    pub proposer_calls: Range,
    /// Calls to judge the winner after the search.
    pub judging_calls: Range,
    /// Tokens read and written, over all calls.
    pub tokens: Range,
    /// US dollars, expected and at most; `None` where the price is not known.
    pub usd: Option<(f64, f64)>,
}

impl Plan {
    pub(super) fn new(
        optimizer: &str,
        facts: Facts,
        needs: Needs,
        predictors: usize,
        [mean, longest]: [Sizes; 2],
        price: Option<Price>,
    ) -> Self {
        let calls = predictors.max(1) as u64;
        let student_calls = needs.runs.times(calls);
        let teacher_calls = needs.teacher_runs.times(calls);
        let judging_calls = Range::exactly(2 * facts.holdout).times(calls);
        let proposer_calls = needs.questions;
        let all = student_calls.plus(teacher_calls).plus(judging_calls).plus(proposer_calls);
        // The prompt of a proposal shows rows, too, about as a prompt shows demonstrations.
        let prompts =
            [mean.prompt_with(needs.demos.expected), longest.prompt_with(needs.demos.most)];
        let [expected, most] = prompts;
        let cost = |price: Price, calls: u64, prompt: u64, sizes: Sizes| {
            price.at_most(calls, prompt, calls * sizes.answer)
        };
        Self {
            optimizer: optimizer.to_owned(),
            rows: [facts.train, facts.validation, facts.holdout],
            student_calls,
            teacher_calls,
            proposer_calls,
            judging_calls,
            tokens: Range {
                expected: all.expected * (expected + mean.answer),
                most: all.most * (most + longest.answer),
            },
            usd: price.map(|price| {
                (cost(price, all.expected, expected, mean), cost(price, all.most, most, longest))
            }),
        }
    }

    /// All calls.
    pub fn calls(&self) -> Range {
        self.student_calls
            .plus(self.teacher_calls)
            .plus(self.proposer_calls)
            .plus(self.judging_calls)
    }

    /// Whether a budget is likely to end the search before its time.
    pub fn exceeds(&self, spent: &Spent) -> bool {
        self.calls().expected > spent.calls
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [train, validation, holdout] = self.rows;
        writeln!(
            f,
            "{}: {train} rows to learn from, {validation} to decide, {holdout} to judge",
            self.optimizer
        )?;
        let lines = [
            ("program", self.student_calls),
            ("teacher", self.teacher_calls),
            ("proposals", self.proposer_calls),
            ("judging", self.judging_calls),
            ("all calls", self.calls()),
        ];
        for (name, range) in lines.into_iter().filter(|(_, range)| range.most > 0) {
            writeln!(f, "    {name:<10} {range}")?;
        }
        write!(f, "    {:<10} {}", "tokens", self.tokens)?;
        match self.usd {
            Some((_, 0.0)) => Ok(()),
            Some((expected, most)) => {
                write!(f, "\n    {:<10} about ${expected:.2}, at most ${most:.2}", "cost")
            }
            None => write!(f, "\n    {:<10} unknown, as the model has no price", "cost"),
        }
    }
}
