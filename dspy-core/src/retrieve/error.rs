//! What can go wrong in a search.

use std::error::Error as StdError;

use crate::lm::LmError;

/// A failed search, or an index that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetrieveError {
    /// The embedding model failed, or a server that was searched.
    #[error(transparent)]
    Service(Box<LmError>),
    /// Two passages have the same id.
    #[error(
        "two passages have the id `{id}`; give each its own, or number them with `Passage::numbered`"
    )]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A vector does not fit the others.
    #[error(
        "{what} has {found} numbers and the index has vectors of {expected}; use one embedding model for both"
    )]
    Dimensions {
        /// Which vector.
        what: String,
        /// Numbers in each vector of the index.
        expected: usize,
        /// Numbers in this one.
        found: usize,
    },
    /// An embedding model gave other than one vector for each text, or a vector with a number that is
    /// none.
    #[error("the embedding model `{name}` {fault}")]
    Vectors {
        /// The model.
        name: String,
        /// What it did.
        fault: String,
    },
    /// A setting is out of range.
    #[error("{message}")]
    Setting {
        /// What is wrong and how to mend it.
        message: String,
    },
    /// An index could not be saved or loaded.
    #[error(transparent)]
    File(Box<IndexFileError>),
    /// A retriever of the user's own failed.
    #[error(transparent)]
    User(Box<dyn StdError + Send + Sync>),
}

impl RetrieveError {
    /// The error of a retriever of your own.
    pub fn user(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::User(error.into())
    }

    /// What a server or an embedding model reported, where one failed.
    pub fn as_lm(&self) -> Option<&LmError> {
        match self {
            Self::Service(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the same search may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.as_lm().is_some_and(LmError::is_retryable)
    }
}

impl From<LmError> for RetrieveError {
    fn from(error: LmError) -> Self {
        Self::Service(Box::new(error))
    }
}

impl From<IndexFileError> for RetrieveError {
    fn from(error: IndexFileError) -> Self {
        Self::File(Box::new(error))
    }
}

/// An index file that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexFileError {
    /// The file system refused.
    #[error("{action} `{path}`: {message}")]
    Io {
        /// `could not read` or `could not write`.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        message: String,
    },
    /// The file is something else.
    #[error("`{path}` is no index of dspy; check the path")]
    Foreign {
        /// The file.
        path: String,
    },
    /// The file holds an index of another kind.
    #[error("`{path}` holds a {found} index, not a {expected} index; load it as what it is")]
    Kind {
        /// The file.
        path: String,
        /// What it holds.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// The file was written by a later version.
    #[error(
        "`{path}` has format version {found}, this version of dspy reads up to {known}; update dspy"
    )]
    Newer {
        /// The file.
        path: String,
        /// The file's version.
        found: u32,
        /// The newest version that can be read.
        known: u32,
    },
    /// The file ends too early.
    #[error("`{path}` is cut off: it has {found} bytes of {expected}; copy or build it again")]
    Truncated {
        /// The file.
        path: String,
        /// The bytes there should be.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The content is not what was written.
    #[error("`{path}` is damaged: {message}; build the index again")]
    Damaged {
        /// The file.
        path: String,
        /// What does not fit.
        message: String,
    },
    /// The vectors are of another embedding model.
    #[error(
        "`{path}` holds vectors of `{saved}`, and `{given}` would place queries elsewhere; load it \
         with that model at the same address and settings, or build the index again"
    )]
    OtherEmbedder {
        /// The file.
        path: String,
        /// The model the vectors are of.
        saved: String,
        /// The model that was given.
        given: String,
    },
}
