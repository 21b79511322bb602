//! Several programs on one data set.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::result::Evaluation;
use crate::lm::Lm;
use crate::module::{Module, set_lm};

/// The results of several programs on the same rows. Prints as a table.
#[derive(Clone, Debug)]
pub struct Matrix<O> {
    entries: Vec<(String, Evaluation<O>)>,
}

impl<O> Matrix<O> {
    pub(super) fn new(entries: Vec<(String, Evaluation<O>)>) -> Self {
        Self { entries }
    }

    /// Names and results, in the order given.
    pub fn entries(&self) -> &[(String, Evaluation<O>)] {
        &self.entries
    }

    /// The result of this name.
    pub fn get(&self, name: &str) -> Option<&Evaluation<O>> {
        self.entries.iter().find(|(known, _)| known == name).map(|(_, result)| result)
    }

    /// The entry with the highest mean score; of equals the first.
    pub fn best(&self) -> Option<&(String, Evaluation<O>)> {
        let mut best: Option<&(String, Evaluation<O>)> = None;
        for entry in &self.entries {
            if best.is_none_or(|best| entry.1.score() > best.1.score()) {
                best = Some(entry);
            }
        }
        best
    }
}

impl<O> fmt::Display for Matrix<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.entries.iter().map(|(name, _)| name.chars().count());
        let width = names.max().unwrap_or_default().max("program".len());
        writeln!(
            f,
            "{:width$}  score           95 %   vs first       p  failed    tokens        $    p95",
            "program"
        )?;
        let first = self.entries.first().map(|(_, first)| first);
        for (name, result) in &self.entries {
            let [low, high] = result.interval();
            write!(f, "{name:width$}  {:.3}  {low:.3} to {high:.3}", result.score())?;
            let evidence = first.and_then(|first| {
                super::PairedEvidence::of(first, result)
                    .ok()
                    .filter(|_| !std::ptr::eq(first, result))
            });
            match evidence {
                Some(evidence) => {
                    let difference = evidence.comparison.difference;
                    write!(f, "  {difference:>+9.3}  {:>6.4}", evidence.p_value)?;
                }
                None => write!(f, "  {:>9}  {:>6}", "", "")?,
            }
            let usage = result.usage();
            let latency: Duration = result.latency(0.95);
            writeln!(
                f,
                "  {:>6}  {:>8}  {:>7.4}  {:>4.1} s",
                result.errors().count(),
                usage.total_tokens(),
                usage.usd,
                latency.as_secs_f64()
            )?;
        }
        Ok(())
    }
}

/// The same program on several models, named by them: for
/// [`Evaluate::matrix`](super::Evaluate::matrix).
pub fn with_models<'a, P: Module>(
    program: &P,
    models: impl IntoIterator<Item = &'a Lm>,
) -> Vec<(String, P)> {
    let with = |lm: &Lm| {
        let mut program = program.clone();
        set_lm(&mut program, lm);
        (lm.name().to_owned(), program)
    };
    models.into_iter().map(with).collect()
}

/// The file for one of several programs: its place and name stand before the ending.
pub(super) fn file_of(path: &Path, place: usize, name: &str) -> PathBuf {
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = name.chars().map(keep).collect();
    let ending = path.extension().map(|e| format!(".{}", e.display())).unwrap_or_default();
    let stem = path.file_stem().map(|stem| stem.display().to_string()).unwrap_or_default();
    path.with_file_name(format!("{stem}.{}-{name}{ending}", place + 1))
}
