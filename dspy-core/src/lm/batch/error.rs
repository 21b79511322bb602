//! [`BatchError`]: why a batch job failed as a whole.

use std::path::PathBuf;

use super::super::error::LmError;
use super::status::BatchId;

/// A batch job that failed as a whole. Failures of single requests are among its answers.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The provider reported a failure, or could not be reached.
    #[error(transparent)]
    Model(#[from] LmError),
    /// The job's file cannot be read or written.
    #[error("could not {action} the batch file {}: {message}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        message: String,
    },
    /// The job's file belongs to other requests, or to the same ones for another model.
    #[error(
        "the batch file {} belongs to another job: {difference}; give this job a file of its own",
        path.display()
    )]
    OtherJob {
        /// The file.
        path: PathBuf,
        /// How the two differ.
        difference: String,
    },
    /// An earlier run ended while it handed the requests in. They may run and cost money already.
    #[error(
        "an earlier run ended while it submitted the batch of {}; look it up in the provider's \
         list of batches: if it is there, write its id into the file as `\"batch\": \"ID\"`, \
         otherwise delete the file",
        path.display()
    )]
    Unsettled {
        /// The file.
        path: PathBuf,
    },
    /// The provider refused the batch as a whole.
    #[error(
        "the provider refused batch {id}: {message}; mend the requests and delete {} to submit \
         them again",
        path.display()
    )]
    Refused {
        /// The batch.
        id: BatchId,
        /// The provider's reason.
        message: String,
        /// The job's file.
        path: PathBuf,
    },
}
