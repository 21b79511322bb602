//! What a command line is made of: a program, its metrics, its rows.

use std::ffi::OsString;
use std::fmt;
use std::marker::PhantomData;
use std::process::ExitCode;

use dspy_core::error::Result;
use dspy_core::metric::{DynMetric, Metric, Score};
use dspy_core::module::Module;
use dspy_core::row::{LoadRow, Row, RowReader};
use dspy_core::run::Trace;
use dspy_core::signature::View;

use crate::command;
use crate::exit::Exit;
use crate::rows::LabeledRow;
use crate::surroundings::Surroundings;

/// The command line of a program: [`run`](crate::run) with metrics, typed rows, columns.
///
/// ```no_run
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: String,
/// }
///
/// fn main() -> std::process::ExitCode {
///     dspy::cli::Cli::new(ChainOfThought::<Qa>::new())
///         .rows::<Qa>()
///         .metric(|row: &Qa, out: &QaOutput| dspy::metric::token_f1(&out.answer, &row.answer))
///         .main()
/// }
/// ```
pub struct Cli<P: Module, R = LabeledRow<<P as Module>::Input, <P as Module>::Output>> {
    pub(crate) program: P,
    pub(crate) name: Option<String>,
    pub(crate) about: Option<String>,
    pub(crate) reader: RowReader,
    pub(crate) metrics: Vec<(String, DynMetric<R, P::Output>)>,
}

impl<P: Module> Cli<P> {
    /// A command line of this program. Rows have its inputs as fields, and any of its outputs; the
    /// metric is exact match on those.
    pub fn new(program: P) -> Self {
        Self { program, name: None, about: None, reader: RowReader::new(), metrics: Vec::new() }
    }

    /// Reads data files as rows of this type: a struct that derives `Signature`, say. To be called
    /// before metrics are given, which are for these rows.
    pub fn rows<R: Row<P::Input> + LoadRow>(self) -> Cli<P, R> {
        Cli {
            program: self.program,
            name: self.name,
            about: self.about,
            reader: self.reader,
            metrics: Vec::new(),
        }
    }
}

impl<P: Module, R: Row<P::Input> + LoadRow> Cli<P, R> {
    /// Scores by this metric, in place of exact match. Called `metric` where commands ask for its
    /// name.
    #[must_use]
    pub fn metric<M, O>(self, metric: M) -> Self
    where
        M: Metric<R, O>,
        P::Output: View<O>,
        O: Sync + 'static,
    {
        self.named_metric("metric", metric)
    }

    /// Adds a metric with a name, by which `--metric NAME` chooses it. The first one is what
    /// commands use that are told no name. One more by a known name takes its place.
    #[must_use]
    pub fn named_metric<M, O>(mut self, name: impl Into<String>, metric: M) -> Self
    where
        M: Metric<R, O>,
        P::Output: View<O>,
        O: Sync + 'static,
    {
        let name = name.into();
        let metric = DynMetric::new(Viewed { metric, viewed: PhantomData });
        match self.metrics.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = metric,
            None => self.metrics.push((name, metric)),
        }
        self
    }

    /// Reads a field of the rows from a column of another name, as [`RowReader::column`].
    #[must_use]
    pub fn column(mut self, field: impl Into<String>, column: impl Into<String>) -> Self {
        self.reader = self.reader.column(field, column);
        self
    }

    /// What help texts call the program; the executable's name by default.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What help texts say that the program does; the instructions of its only predictor by
    /// default.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// Does what the process's arguments say; to be returned from `main`. A model that a setting
    /// names becomes the process's default as well, for metrics that ask one.
    pub fn main(mut self) -> ExitCode {
        let mut args = std::env::args_os();
        let executable = args.next();
        if self.name.is_none() {
            let name = executable.as_deref().map(std::path::Path::new);
            let name = name.and_then(std::path::Path::file_stem);
            self.name = name.map(|name| name.to_string_lossy().into_owned());
        }
        command::start(&self, args.collect(), Surroundings::process(), true).into()
    }

    /// Does what these arguments say, the executable's name not among them, with these streams.
    /// Nothing of the process is changed.
    pub fn run_from<A: Into<OsString>>(
        &self,
        args: impl IntoIterator<Item = A>,
        around: Surroundings<'_>,
    ) -> Exit {
        let args = args.into_iter().map(Into::into).collect();
        command::start(self, args, around, false)
    }
}

impl<P: Module, R> fmt::Debug for Cli<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metrics: Vec<_> = self.metrics.iter().map(|(name, _)| name).collect();
        f.debug_struct("Cli")
            .field("name", &self.name)
            .field("metrics", &metrics)
            .finish_non_exhaustive()
    }
}

/// A metric for what the program's output can be seen as.
struct Viewed<M, O> {
    metric: M,
    viewed: PhantomData<fn() -> O>,
}

impl<R, T, O, M> Metric<R, T> for Viewed<M, O>
where
    R: Sync,
    T: View<O> + Sync,
    O: Sync + 'static,
    M: Metric<R, O>,
{
    async fn score(&self, row: &R, output: &T, trace: &Trace) -> Result<Score> {
        self.metric.score(row, output.view(), trace).await
    }

    fn needs_trace(&self) -> bool {
        self.metric.needs_trace()
    }
}
