//! [`CandidateProgram`]: one program that a search considers.

use std::sync::Arc;

use super::super::changes::Changes;

/// Which candidate of an [`Engine`](super::Engine); the program as given is [`Self::BASELINE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateId(pub(super) usize);

impl CandidateId {
    /// The program as given.
    pub const BASELINE: Self = Self(0);

    /// The place among all candidates, in the order they were added.
    pub fn index(self) -> usize {
        self.0
    }
}

/// One program that a search considers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CandidateProgram {
    /// How it came about, for people.
    pub name: String,
    /// The candidates that it was made of.
    pub parents: Vec<CandidateId>,
    /// What it changes in the program as given.
    pub changes: Arc<Changes>,
    /// The identity of the changed program.
    pub hash: String,
}
