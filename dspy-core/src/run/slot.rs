//! What a leaf knows of the run it takes part in.

use std::sync::Arc;

use super::Run;
use super::attempt::Attempt;
use super::scope::Scope;

/// A leaf's place in a run: the run, the present invocation, and the leaf's path in the program.
#[derive(Debug)]
pub struct Slot {
    run: Run,
    scope: Arc<Scope>,
    /// The try of the innermost `forward` around it.
    attempt: Option<Attempt>,
    path: SlotPath,
}

/// What the path of a whole program is called.
const WHOLE: &str = "self";

/// Where a leaf stands; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum SlotPath {
    /// It is the whole program.
    Whole,
    At(Arc<str>),
}

impl SlotPath {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Whole => WHOLE,
            Self::At(path) => path,
        }
    }
}

impl Slot {
    pub(crate) fn new(run: &Run, scope: &Arc<Scope>, path: &str) -> Self {
        let path = SlotPath::At(path.into());
        Self { run: run.clone(), scope: Arc::clone(scope), attempt: None, path }
    }

    /// The place of a leaf in the first invocation of a run.
    pub(crate) fn first(run: &Run, attempt: &Attempt, path: &str) -> Self {
        let place = Self::new(run, attempt.scope(), path);
        Self { attempt: Some(attempt.clone()), ..place }
    }

    /// The place of a leaf that is a program by itself, in the first invocation of a run of its own.
    pub(crate) fn of_whole_program() -> Self {
        let run = Run::new();
        // Nobody has a handle to this run, so there is nothing to tell invocations apart for.
        let scope = run.root_scope();
        Self { run, scope, attempt: None, path: SlotPath::Whole }
    }

    /// The same place in a try of an invocation.
    pub(crate) fn in_attempt(&self, attempt: &Attempt) -> Self {
        Self {
            run: self.run.clone(),
            scope: Arc::clone(attempt.scope()),
            attempt: Some(attempt.clone()),
            path: self.path.clone(),
        }
    }

    /// The same place in another run, under the invocation it stands in now.
    pub(crate) fn in_run(&self, run: &Run) -> Self {
        // The attempt goes with it: what `forward` pays for in another run is paid for, too.
        let (attempt, path) = (self.attempt.clone(), self.path.clone());
        Self { run: run.clone(), scope: run.root_scope(), attempt, path }
    }

    /// What events tell of it: path, invocation, and the attempts of strategies around it.
    pub(crate) fn place(&self) -> (String, u64, Vec<u32>) {
        (self.path().to_owned(), self.scope.id(), self.run.attempts())
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The invocation.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        self.attempt.as_ref()
    }

    /// The leaf's path in the whole program.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The same, to be kept.
    pub(crate) fn kept_path(&self) -> &SlotPath {
        &self.path
    }
}
