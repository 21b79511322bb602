//! Running code that a model wrote: what an interpreter is, whatever runs it.
//!
//! A [`CodeInterpreter`] starts sessions; a session runs code, keeps its variables from one piece to
//! the next, and lets code call [`HostFunction`]s. Nothing here runs anything: the crate
//! `dspy-sandbox` (feature `sandbox`) has an interpreter for Python that holds hostile code.

mod declaration;
mod error;
mod execution;
mod handle;
mod host_function;
mod limits;
mod names;
mod setup;

pub use error::{CodeError, InterpreterError};
pub use execution::Execution;
pub use handle::{DynInterpreter, DynSession};
pub use host_function::{HostError, HostFunction, HostParameter};
pub use limits::{Limit, Limits};
pub use setup::Setup;

pub(crate) use names::identifier;

/// Something that runs code apart from the host.
///
/// Programs hold it as a [`DynInterpreter`].
pub trait CodeInterpreter: Send + Sync + 'static {
    /// Its sessions.
    type Session: CodeSession;

    /// Begins a session with these variables and functions.
    fn start(
        &self,
        setup: Setup,
    ) -> impl Future<Output = Result<Self::Session, InterpreterError>> + Send;

    /// What a model has to know to write code for it, as a prompt says it: the language, what it
    /// lacks, and what the host adds.
    fn guide(&self) -> &str;
}

/// One session: code that runs in it sees what earlier code defined.
pub trait CodeSession: Send + 'static {
    /// Runs a piece of code. What the code does wrong is in the [`Execution`]; a session goes on
    /// after it.
    ///
    /// Where a limit could only be held by ending the interpreter, the variables are lost
    /// ([`CodeError::loses_state`]), and the next run begins as the session began.
    fn run(
        &mut self,
        code: &str,
    ) -> impl Future<Output = Result<Execution, InterpreterError>> + Send;
}
