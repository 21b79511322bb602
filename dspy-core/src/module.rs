//! Modules: programs and their parts, and what can be done with any program.

mod call;
mod containers;
mod diff;
mod erased;
mod forward;
mod freeze;
mod identity;
mod leaves;
mod load;
mod parameter;
mod path;
mod program;
mod python;
mod save;
mod saved;
mod select;
mod span;
mod status;
mod stream;

pub use call::Call;
pub use diff::{Change, ProgramDiff, diff};
pub use erased::DynModule;
pub use forward::{ForwardOutput, ForwardReturn, invoke};
pub use freeze::{freeze, unfreeze};
pub use identity::identity;
pub use load::{LoadIssue, LoadOptions, LoadReport, load, load_value};
pub use parameter::{Leaf, Parameter, ParameterError, ParameterKind};
pub use path::Path;
pub use program::{
    attach, leaf_paths, lm_of, parameter_value, parameters, set_adapter, set_assertion_retries,
    set_demos, set_lm, set_parameter, set_settings, task_schemas,
};
pub use python::{NotCarried, save_python, to_python};
pub use save::{FORMAT_VERSION, Provenance, save, to_value};
pub use saved::SavedProgram;
pub use select::Select;
pub use stream::{Chunk, Chunks, PartialAnswer, ProgramStream, Streamed};

use crate::blocking;
pub(crate) use diff::diff_parameters;
pub(crate) use forward::in_new_scope;
pub(crate) use program::{move_to, slot_of};
pub(crate) use span::{StrategySpan, traces_content, within};
pub(crate) use status::{above, begun, below, short};

use crate::error::Result;
use crate::lm::Lm;
use crate::predict::{Parallel, Prediction};
use crate::signature::{Data, IntoInput};

/// A program, or a part of one: typed input, typed output, and registered parameters.
///
/// `#[module]` on an impl with a `forward` method makes it. Users call [`call`](Self::call);
/// wrappers implement [`invoke`](Self::invoke).
///
/// ```
/// use dspy::prelude::*;
///
/// /// Shorten the text.
/// #[derive(Signature)]
/// struct Shorten {
///     #[input]
///     text: String,
///     #[output]
///     summary: String,
/// }
///
/// #[derive(Clone, Default)]
/// struct Twice {
///     shorten: Predict<Shorten>,
/// }
///
/// #[module]
/// impl Twice {
///     pub async fn forward(&self, text: String) -> dspy::Result<String> {
///         let once = self.shorten.call(text).await?.into_output().summary;
///         Ok(self.shorten.call(once).await?.into_output().summary)
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut program = Twice::default();
/// dspy::module::set_lm(&mut program, &Lm::embedded());
/// let summary = program.call("A long story. It ends well.").await?;
/// assert!(!summary.is_empty());
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    note = "put `#[module]` on an impl of it that has `pub async fn forward(&self, …) -> Result<…>`"
)]
pub trait Module: Parameters + Clone + Send + Sync + 'static {
    /// What the program takes.
    type Input: Data;
    /// What the program gives.
    type Output: Data;

    /// Runs the program once.
    ///
    /// Inside it is a run with a fresh invocation: two concurrent calls of one module are told
    /// apart in every record.
    fn invoke(
        &self,
        input: Self::Input,
    ) -> impl Future<Output = Result<Prediction<Self::Output>>> + Send;

    /// Calls the program: `program.call(input).await?`.
    ///
    /// Takes the input struct or, where there is one input, a value of it. Options for this one
    /// call hang on the returned [`Call`], such as `.lm(…)`, `.rollout(…)` or `.record()`.
    fn call<Via>(&self, input: impl IntoInput<Self::Input, Via>) -> Call<'_, Self> {
        Call::new(self, input.into_input())
    }

    /// Calls the program and tells what happens while it runs: text of output fields as it comes,
    /// beginnings and ends of modules, calls and tools, and in the end the prediction.
    ///
    /// The stream holds a clone of the program, so that it can be sent anywhere; nothing happens
    /// before it is read. Options for this one call go before: `program.call(input).lm(…).stream()`.
    fn stream<Via>(&self, input: impl IntoInput<Self::Input, Via>) -> ProgramStream<Self::Output> {
        self.call(input).stream()
    }

    /// Tells whoever streams the program what it is about to do, as an
    /// [`Event::Status`](crate::run::Event::Status): inside a `forward`, `self.status("reading").await`.
    /// It waits until there is room for the event; where nobody listens, it does nothing.
    fn status(&self, text: impl Into<String>) -> impl Future<Output = ()> + Send {
        status::say(status::place_of(self), text.into())
    }

    /// Calls the program and waits for it, for scripts and code that is not async. Options of a call
    /// go through [`blocking::run`](crate::blocking::run()).
    ///
    /// # Errors
    /// As [`call`](Self::call); and [`Error::Invalid`](crate::error::Error::Invalid) inside an async runtime,
    /// where the call is to be awaited. Nothing is asked then.
    fn call_blocking<Via>(
        &self,
        input: impl IntoInput<Self::Input, Via>,
    ) -> Result<Prediction<Self::Output>> {
        blocking::run(self.call(input))
    }

    /// Calls the program on many inputs, several at a time: `program.batch(inputs).await`. How
    /// many at a time, and what becomes of errors, is set on the returned [`Parallel`].
    fn batch<Via, T: IntoInput<Self::Input, Via>>(
        &self,
        inputs: impl IntoIterator<Item = T>,
    ) -> Parallel<Self> {
        Parallel::new(inputs.into_iter().map(|input| (self.clone(), input.into_input())))
    }

    /// Gives every predictor this model.
    fn set_lm(&mut self, lm: &Lm) {
        program::set_lm(self, lm);
    }

    /// Saves the parameters as JSON. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// [`FileError::Io`](crate::error::FileError::Io) where the file cannot be written.
    fn save(&self, path: impl AsRef<std::path::Path>) -> Result<()> {
        Ok(save::save(self, path, None)?)
    }

    /// Saves the parameters for Python DSPy's `program.load("x.json")`; gives what that format cannot
    /// carry. See [`save_python`](save_python()).
    ///
    /// # Errors
    /// As [`save`](Self::save).
    fn save_python(&self, path: impl AsRef<std::path::Path>) -> Result<NotCarried> {
        Ok(python::save_python(self, path)?)
    }

    /// Loads parameters that [`save`](Self::save) or Python DSPy wrote for a program of the same shape: all or
    /// nothing. [`load`](load()) can be told to put up with missing or unused entries.
    ///
    /// # Errors
    /// [`FileError`](crate::error::FileError): the file cannot be read, or does not match.
    fn load(&mut self, path: impl AsRef<std::path::Path>) -> Result<LoadReport> {
        Ok(load::load(self, path, LoadOptions::default())?)
    }
}

/// Something whose parameters can be listed and changed.
///
/// Made by `#[module]` or `#[derive(Parameters)]`. Predictors, modules, containers of them, and
/// scalars have it; a scalar has no parameters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parameter registry, so it cannot be a field of a module",
    label = "not a predictor, a module, a container of those, or a scalar",
    note = "derive `Parameters` on it, put `#[module]` on its impl, or skip the field: `#[module(skip(field))]`, or `#[parameters(skip)]` under the derive; `Arc` of a module is refused because a program's clones must not share parameters"
)]
pub trait Parameters {
    /// Shows every leaf, with its path, in a stable order.
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit);

    /// Shows every leaf to be changed, with its path, in the same order.
    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut);
}

/// Looks at the leaves of a program.
pub trait Visit {
    /// One leaf. The path is what files and reports call it.
    fn leaf(&mut self, path: &Path, leaf: &dyn Leaf);
}

/// Changes the leaves of a program.
pub trait VisitMut {
    /// One leaf. The path is what files and reports call it.
    fn leaf(&mut self, path: &Path, leaf: &mut dyn Leaf);
}

impl<F: FnMut(&Path, &dyn Leaf)> Visit for F {
    fn leaf(&mut self, path: &Path, leaf: &dyn Leaf) {
        self(path, leaf);
    }
}

impl<F: FnMut(&Path, &mut dyn Leaf)> VisitMut for F {
    fn leaf(&mut self, path: &Path, leaf: &mut dyn Leaf) {
        self(path, leaf);
    }
}
