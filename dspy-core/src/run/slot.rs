//! What a leaf knows of the run it takes part in.

use std::sync::Arc;

use super::Run;
use super::scope::Scope;

/// A leaf's place in a run: the run, the present invocation, and the leaf's path in the program.
#[derive(Debug)]
pub struct Slot {
    run: Run,
    scope: Arc<Scope>,
    path: SlotPath,
}

/// What the path of a whole program is called.
const WHOLE: &str = "self";

/// Where a leaf stands.
#[derive(Clone, Debug)]
enum SlotPath {
    /// It is the whole program.
    Whole,
    At(Arc<str>),
}

impl Slot {
    pub(crate) fn new(run: &Run, scope: &Arc<Scope>, path: &str) -> Self {
        let path = SlotPath::At(path.into());
        Self { run: run.clone(), scope: Arc::clone(scope), path }
    }

    /// The place of a leaf that is a program by itself, in the first invocation of a run of its own.
    pub(crate) fn of_whole_program() -> Self {
        let run = Run::new();
        let scope = run.child_scope(&run.root_scope());
        Self { run, scope, path: SlotPath::Whole }
    }

    pub(crate) fn in_scope(&self, scope: &Arc<Scope>) -> Self {
        Self { run: self.run.clone(), scope: Arc::clone(scope), path: self.path.clone() }
    }

    /// The same place in another run, under the invocation it stands in now.
    pub(crate) fn in_run(&self, run: &Run) -> Self {
        Self { run: run.clone(), scope: run.root_scope(), path: self.path.clone() }
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
        match &self.path {
            SlotPath::Whole => WHOLE,
            SlotPath::At(path) => path,
        }
    }
}
