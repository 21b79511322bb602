//! How two results differ: in scores, row by row, and in the programs behind them.

use std::fmt;

use super::evidence::PairedEvidence;
use super::item::Item;
use super::result::Evaluation;
use super::slice::Slice;
use crate::error::Result;
use crate::module::ProgramDiff;

/// A row on which two programs score differently.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Flipped {
    /// The row's place in the data set.
    pub index: usize,
    /// The row's id.
    pub id: String,
    /// Its slice, if it has one.
    pub slice: Option<String>,
    /// The first program's score.
    pub before: f64,
    /// The second program's score.
    pub after: f64,
}

/// A slice in two results.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SliceDifference {
    /// In the first.
    pub before: Slice,
    /// In the second.
    pub after: Slice,
}

/// How a result differs from another of the same rows. Prints in plain words.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The paired difference of scores, its interval and its p-value.
    pub evidence: PairedEvidence,
    /// The rows that score differently, those that lost most first.
    pub flipped: Vec<Flipped>,
    /// The slices that both have.
    pub slices: Vec<SliceDifference>,
    /// What changed in the program; `None` where a result does not say what its program was.
    pub program: Option<ProgramDiff>,
    /// What the second spent by what the first did: US dollars where both cost some, else tokens.
    /// `None` where the first spent nothing.
    pub cost_ratio: Option<f64>,
}

impl<A> Evaluation<A> {
    /// How another result of the same rows differs from this one, the baseline.
    ///
    /// ```
    /// use dspy::prelude::*;
    /// use dspy::Evaluate;
    ///
    /// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
    /// let before = Predict::<Qa>::new().with_lm(Lm::embedded());
    /// let after = before.clone().with_instructions("Answer with a number.");
    /// let metric = |row: &Qa, out: &QaOutput| row.answer == out.answer;
    /// let baseline = Evaluate::new(&rows).run(&before, metric).await?;
    /// let candidate = Evaluate::new(&rows).run(&after, metric).await?;
    /// let difference = baseline.difference(&candidate)?;
    /// assert!(difference.program.as_ref().is_some_and(|diff| diff.changes().len() == 1));
    /// println!("{difference}");
    /// # Ok::<(), dspy::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) where the rows are not the same.
    pub fn difference<B>(&self, other: &Evaluation<B>) -> Result<Difference> {
        let evidence = PairedEvidence::of(self, other)?;
        let pairs = self.items().iter().zip(other.items());
        let mut flipped: Vec<Flipped> = pairs
            .filter(|(before, after)| before.score != after.score)
            .map(|(before, after): (&Item<A>, &Item<B>)| Flipped {
                index: before.index,
                id: before.id.clone(),
                slice: before.slice.clone(),
                before: before.score,
                after: after.score,
            })
            .collect();
        flipped.sort_by(|a, b| (a.after - a.before).total_cmp(&(b.after - b.before)));
        let after = other.slices();
        let slices = self.slices().into_iter().filter_map(|before| {
            let after = after.iter().find(|slice| slice.name == before.name)?.clone();
            Some(SliceDifference { before, after })
        });
        let (first, second) = (self.usage(), other.usage());
        let cost_ratio = if first.usd > 0.0 && second.usd > 0.0 {
            Some(second.usd / first.usd)
        } else {
            let (first, second) = (first.total_tokens(), second.total_tokens());
            (first > 0).then(|| second as f64 / first as f64)
        };
        Ok(Difference {
            evidence,
            flipped,
            slices: slices.collect(),
            program: self.program().zip(other.program()).map(|(a, b)| a.diff(b)),
            cost_ratio,
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        writeln!(f, "{}", self.evidence)?;
        if let Some(ratio) = self.cost_ratio {
            writeln!(f, "it spends {ratio:.2} times as much")?;
        }
        for SliceDifference { before, after } in &self.slices {
            writeln!(f, "{}: {:.3} instead of {:.3}", before.name, after.score, before.score)?;
        }
        for row in self.flipped.iter().take(SHOWN) {
            writeln!(f, "row {}: {:.3} instead of {:.3}", row.index, row.after, row.before)?;
        }
        if self.flipped.len() > SHOWN {
            writeln!(f, "and {} more rows that differ", self.flipped.len() - SHOWN)?;
        }
        match &self.program {
            Some(diff) => write!(f, "{diff}"),
            None => Ok(()),
        }
    }
}
