//! [`Report`]: what was found, ready to be written as HTML.

use std::path::Path;

use dspy_core::error::{Error, FileError, Result};
use dspy_core::evaluate::{Difference, Evaluation};
use dspy_core::optimize;
use dspy_core::signature::Data;

use crate::page;
use crate::results::{Results, Table};
use crate::run::Run;
use crate::saved;

/// An evaluation, a comparison or an optimization run, to be read in a browser.
///
/// The same facts give the same file, byte for byte.
///
/// # What is in it
/// All that the result holds: inputs, labels, outputs, and where calls were recorded the messages
/// sent and the answers that came. Extra fields of request bodies are left out, since they may hold
/// keys. Nothing of it can run: texts are escaped, or set as text by the script.
///
/// # Without a script
/// The script searches, filters, sorts, opens and turns pages. Without it, the page shows the first 25
/// items written out, those that failed first (in a comparison those that lost most).
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) title: String,
    pub(crate) body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Evaluation { results: Box<Results>, table: Table },
    Comparison { results: Box<[Results; 2]>, difference: Box<Difference>, table: Table },
    Run(Box<Run>),
}

impl Report {
    /// The report of an evaluation. Items that were written to a file are read from there.
    pub fn of_evaluation<O: Data>(evaluation: &Evaluation<O>) -> Self {
        let mut table = Table::default();
        let results = Self::half(evaluation, &mut table);
        let body = Body::Evaluation { results: Box::new(results), table };
        Self { title: "Evaluation".to_owned(), body }
    }

    /// The report of how a candidate differs from a baseline on the same rows.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the rows are not the same.
    pub fn of_comparison<A: Data, B: Data>(
        baseline: &Evaluation<A>,
        candidate: &Evaluation<B>,
    ) -> Result<Self> {
        let difference = Box::new(baseline.difference(candidate)?);
        let mut table = Table::default();
        let before = Self::half(baseline, &mut table);
        let after = Self::half(candidate, &mut table);
        let body = Body::Comparison { results: Box::new([before, after]), difference, table };
        Ok(Self { title: "Comparison".to_owned(), body })
    }

    fn half<O: Data>(evaluation: &Evaluation<O>, table: &mut Table) -> Results {
        match loaded(evaluation) {
            Some(Ok(loaded)) => {
                table.add(&loaded);
                Results::of(&loaded)
            }
            other => {
                table.add(evaluation);
                let mut results = Results::of(evaluation);
                results.warnings.extend(other.and_then(std::result::Result::err));
                results
            }
        }
    }

    /// The report of an optimizer's run. Where the run has texts redacted, they are here, too.
    pub fn of_run<P>(report: &optimize::Report<P>) -> Self {
        let value = report.to_json();
        let run = Run::read(&value).unwrap_or_else(|error| {
            Run::unreadable(report.optimizer.clone(), format!("the report is not whole: {error}"))
        });
        Self { title: run.title(), body: Body::Run(Box::new(run)) }
    }

    /// The report of what was saved, as the files say themselves: one evaluation
    /// ([`Evaluation::save`]), two of the same rows (a comparison, the baseline first), or an optimizer's
    /// run ([`save_report`](optimize::Report::save_report), or its journal, which may be of a run that
    /// did not end).
    ///
    /// # Errors
    /// [`Error::Invalid`] for other files or numbers of them; what reading them meets.
    pub fn from_files(paths: &[impl AsRef<Path>]) -> Result<Self> {
        saved::report(paths)
    }

    pub(crate) fn of_saved_run(run: Run) -> Self {
        Self { title: run.title(), body: Body::Run(Box::new(run)) }
    }

    /// The same report under another title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The whole page.
    pub fn html(&self) -> String {
        page::html(self)
    }

    /// Writes the page into a file, in place of an older one. Who may read it follows from the folder
    /// and the process, for reports are made to be passed on.
    ///
    /// # Errors
    /// [`FileError::Io`] where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        std::fs::write(path, self.html()).map_err(|error| {
            Error::from(FileError::Io {
                action: "could not write",
                path: path.display().to_string(),
                message: error.to_string(),
            })
        })
    }
}

/// The evaluation that was written to a file while it ran, or why it cannot be had.
fn loaded<O: Data>(
    evaluation: &Evaluation<O>,
) -> Option<std::result::Result<Evaluation<O>, String>> {
    let path = evaluation.written_to()?;
    Some(Evaluation::load(path).map_err(|error| {
        format!("The items are not shown, for their file could not be read: {error}")
    }))
}
