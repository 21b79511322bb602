//! What a leaf knows of the run it takes part in.

use std::sync::Arc;

use super::Run;
use super::scope::Scope;

/// A leaf's place in a run: the run, the present invocation, and the leaf's path in the program.
#[derive(Debug)]
pub struct Slot {
    run: Run,
    scope: Arc<Scope>,
    path: Arc<str>,
}

impl Slot {
    pub(crate) fn new(run: &Run, scope: &Arc<Scope>, path: &str) -> Self {
        Self { run: run.clone(), scope: Arc::clone(scope), path: path.into() }
    }

    pub(crate) fn in_scope(&self, scope: &Arc<Scope>) -> Self {
        Self { run: self.run.clone(), scope: Arc::clone(scope), path: Arc::clone(&self.path) }
    }

    /// The same place in another run, under the invocation it stands in now.
    pub(crate) fn in_run(&self, run: &Run) -> Self {
        Self { run: run.clone(), scope: run.root_scope(), path: Arc::clone(&self.path) }
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The invocation.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The leaf's path in the whole program.
    pub fn path(&self) -> &str {
        &self.path
    }
}
