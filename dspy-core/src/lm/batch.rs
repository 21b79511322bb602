//! Batches: many requests at once, answered within a day at a lower price.

mod answers;
mod anthropic;
mod client;
mod error;
mod job;
mod multipart;
mod openai;
mod state;
mod status;

use super::anthropic::Messages;
use super::error::LmError;
use super::openai::ChatCompletions;
use super::request::Request;
use super::response::Response;
use super::responses::Responses;

pub use self::client::BatchClient;
pub use self::error::BatchError;
pub use self::job::BatchJob;
pub use self::status::{BatchCounts, BatchId, BatchState, BatchStatus};

pub(in crate::lm) use self::client::BatchWire;

/// Anthropic's batches, from [`Anthropic::builder`](super::Client::builder) and
/// [`build_batch`](super::ClientBuilder::build_batch).
pub type AnthropicBatches = BatchClient<Messages>;

/// OpenAI's batches of Chat Completions.
pub type OpenAiBatches = BatchClient<ChatCompletions>;

/// OpenAI's batches of Responses.
pub type OpenAiResponsesBatches = BatchClient<Responses>;

/// A provider that answers whole lists of requests, in its own time.
///
/// [`BatchClient`] is one for OpenAI and Anthropic; [`BatchJob`] drives any from start to end.
pub trait BatchModel: Send + Sync + 'static {
    /// Hands in the requests. Two calls hand them in twice.
    ///
    /// # Errors
    /// Whatever the provider reports of the whole, or any request holds that it does not support.
    fn submit(&self, requests: &[Request])
    -> impl Future<Output = Result<BatchId, LmError>> + Send;

    /// How far a batch has come.
    ///
    /// # Errors
    /// Whatever the provider reports.
    fn poll(&self, id: &BatchId) -> impl Future<Output = Result<BatchStatus, LmError>> + Send;

    /// The answers of a batch that is over, in the order of its requests. A request without an
    /// answer has an error in its place.
    ///
    /// # Errors
    /// Whatever the provider reports of the whole; and [`LmError::Config`] while the batch runs.
    fn fetch(
        &self,
        id: &BatchId,
    ) -> impl Future<Output = Result<Vec<Result<Response, LmError>>, LmError>> + Send;

    /// Asks the provider to stop. What is answered by then can be fetched.
    ///
    /// # Errors
    /// Whatever the provider reports.
    fn cancel(&self, id: &BatchId) -> impl Future<Output = Result<(), LmError>> + Send;

    /// The model's name, for reports.
    fn name(&self) -> &str;

    /// What beside the requests decides the answers, without any credential: part of the identity
    /// of a [`BatchJob`].
    fn fingerprint(&self) -> &str {
        self.name()
    }
}
