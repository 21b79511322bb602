//! [`BatchJob`]: a batch from start to end, over as many runs of the program as it takes.

use std::path::Path;
use std::time::Duration;

use super::super::error::LmError;
use super::super::request::Request;
use super::super::response::Response;
use super::BatchModel;
use super::error::BatchError;
use super::state::{Created, State, remove};
use super::status::{BatchId, BatchState};

/// How many times in a row a poll may fail for a passing reason.
const PATIENCE: u32 = 5;

/// A batch from start to end, which survives the program: its state is in a file, and a program
/// that is started again goes on where the last one stopped.
///
/// ```no_run
/// use std::time::Duration;
/// use dspy::lm::{Anthropic, BatchJob, Message, Request};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let batches = Anthropic::builder("claude-haiku-4-5").build_batch()?;
/// let requests = ["Paris", "Rome"].map(|city| {
///     Request::new([Message::user(format!("Which country is {city} in? One word."))])
/// });
/// let minute = Duration::from_secs(60);
/// for answer in BatchJob::run(&batches, &requests, "countries.batch.json", minute).await? {
///     println!("{}", answer?.completions[0].joined_text());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct BatchJob;

impl BatchJob {
    /// Hands the requests in, unless the file at `path` says that they were, waits until the batch
    /// is over, asking every `poll_interval`, and gives the answers in the order of the requests.
    ///
    /// The file holds the batch's id and hashes, no prompt and no answer, and only its owner may
    /// read it. It stays where it is; a later call with the same requests fetches the same answers,
    /// as long as the provider keeps them. Delete it to ask anew.
    ///
    /// # Errors
    /// [`BatchError::OtherJob`] where the file belongs to other requests, another model or other
    /// settings. [`BatchError::Unsettled`] where it cannot be known whether an earlier run got as
    /// far as to hand them in: nothing is ever handed in twice. [`BatchError::Refused`] where the
    /// provider refuses the whole. [`BatchError::Model`] for failed calls, [`BatchError::File`] for
    /// the file.
    pub async fn run<M: BatchModel>(
        model: &M,
        requests: &[Request],
        path: impl AsRef<Path>,
        poll_interval: Duration,
    ) -> Result<Vec<Result<Response, LmError>>, BatchError> {
        let path = path.as_ref();
        let job = State::new(model, requests);
        let id = match job.create(path)? {
            Created::New => submit(model, requests, job, path).await?,
            Created::Existed => resumed(&job, path)?,
        };
        wait(model, &id, path, poll_interval).await?;
        let mut answers = model.fetch(&id).await?;
        // A batch that ends before it is counted holds fewer.
        answers.resize_with(requests.len(), || {
            Err(LmError::Other {
                message: format!("batch {id} holds no answer to this request; submit it again"),
                retryable: true,
            })
        });
        Ok(answers)
    }
}

/// The batch that an earlier run handed in.
fn resumed(job: &State, path: &Path) -> Result<BatchId, BatchError> {
    let Some(earlier) = State::load(path)? else {
        return Err(BatchError::Unsettled { path: path.to_owned() });
    };
    if let Some(difference) = earlier.difference(job) {
        return Err(BatchError::OtherJob { path: path.to_owned(), difference });
    }
    earlier.batch.ok_or_else(|| BatchError::Unsettled { path: path.to_owned() })
}

async fn submit<M: BatchModel>(
    model: &M,
    requests: &[Request],
    mut job: State,
    path: &Path,
) -> Result<BatchId, BatchError> {
    match model.submit(requests).await {
        Ok(id) => {
            job.batch = Some(id.clone());
            job.replace(path)?;
            Ok(id)
        }
        Err(error) => {
            if !may_have_arrived(&error) {
                remove(path)?;
            }
            Err(error.into())
        }
    }
}

/// Whether a batch may run in spite of the error. Where the provider said no, none does.
fn may_have_arrived(error: &LmError) -> bool {
    matches!(
        error,
        LmError::Transport { .. }
            | LmError::Timeout { .. }
            | LmError::Server(_)
            | LmError::Decode { .. }
            | LmError::RetriesExhausted { .. }
            | LmError::Other { .. }
    )
}

/// Waits until the batch is over.
async fn wait<M: BatchModel>(
    model: &M,
    id: &BatchId,
    path: &Path,
    poll_interval: Duration,
) -> Result<(), BatchError> {
    let mut failures = 0;
    loop {
        let pause = match model.poll(id).await {
            Ok(status) => match status.state {
                BatchState::Failed { message } => {
                    let (id, path) = (id.clone(), path.to_owned());
                    return Err(BatchError::Refused { id, message, path });
                }
                state if state.is_over() => return Ok(()),
                _ => {
                    failures = 0;
                    poll_interval
                }
            },
            Err(error) if error.is_retryable() && failures < PATIENCE => {
                failures += 1;
                error.retry_after().unwrap_or_default().max(poll_interval)
            }
            Err(error) => return Err(error.into()),
        };
        tokio::time::sleep(pause).await;
    }
}
