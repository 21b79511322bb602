//! Interpreters of any type.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::error::InterpreterError;
use super::execution::Execution;
use super::setup::Setup;
use super::{CodeInterpreter, CodeSession};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, InterpreterError>> + Send + 'a>>;

trait ErasedInterpreter: Send + Sync {
    fn start(&self, setup: Setup) -> Boxed<'_, DynSession>;
    fn guide(&self) -> &str;
    fn type_name(&self) -> &'static str;
}

impl<I: CodeInterpreter> ErasedInterpreter for I {
    fn start(&self, setup: Setup) -> Boxed<'_, DynSession> {
        Box::pin(async move { Ok(DynSession::new(CodeInterpreter::start(self, setup).await?)) })
    }

    fn guide(&self) -> &str {
        CodeInterpreter::guide(self)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<I>()
    }
}

trait ErasedSession: Send {
    fn run<'a>(&'a mut self, code: &'a str) -> Boxed<'a, Execution>;
}

impl<S: CodeSession> ErasedSession for S {
    fn run<'a>(&'a mut self, code: &'a str) -> Boxed<'a, Execution> {
        Box::pin(CodeSession::run(self, code))
    }
}

/// A handle to an interpreter of unknown type. Clones share it. A program may have one as a field; it
/// has no parameters.
#[derive(Clone)]
pub struct DynInterpreter(Arc<dyn ErasedInterpreter>);

impl DynInterpreter {
    /// Forgets the interpreter's type.
    pub fn new(interpreter: impl CodeInterpreter) -> Self {
        Self(Arc::new(interpreter))
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`InterpreterError`]: a name of the setup cannot be one, or the interpreter does not start.
    pub async fn start(&self, setup: Setup) -> Result<DynSession, InterpreterError> {
        self.0.start(setup).await
    }

    /// What a model has to know to write code for it.
    pub fn guide(&self) -> &str {
        self.0.guide()
    }
}

impl<I: CodeInterpreter> From<I> for DynInterpreter {
    fn from(interpreter: I) -> Self {
        Self::new(interpreter)
    }
}

impl fmt::Debug for DynInterpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynInterpreter").field(&self.0.type_name()).finish()
    }
}

/// A session of an interpreter of unknown type. Dropping it ends it.
pub struct DynSession(Box<dyn ErasedSession>);

impl DynSession {
    /// Forgets the session's type.
    pub fn new(session: impl CodeSession) -> Self {
        Self(Box::new(session))
    }

    /// Runs a piece of code; see [`CodeSession::run`].
    ///
    /// # Errors
    /// [`InterpreterError::Start`] where the interpreter had to be started anew, and does not.
    pub async fn run(&mut self, code: &str) -> Result<Execution, InterpreterError> {
        self.0.run(code).await
    }
}

impl fmt::Debug for DynSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynSession").finish_non_exhaustive()
    }
}
