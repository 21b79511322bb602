//! [`Wire`]: what a provider's API is to the client: how a request is written and an answer read.

use serde_json::Value;
use url::Url;

use super::super::error::LmError;
use super::super::model::Capabilities;
use super::super::request::{Request, Settings};
use super::super::response::Response;
use super::assembly::Assembly;
use super::model_name::ModelName;
use super::reading::Reading;
use super::service::Service;

/// A wire format. [`Client`](super::Client) does everything else: addresses, keys, time limits,
/// failures, fan-out, streams.
pub trait Wire: Send + Sync + Sized + 'static {
    /// The client's name in `Debug`.
    const NAME: &'static str;
    /// The service that is called unless the builder names another.
    const SERVICE: Service;
    /// How the pieces of a streamed answer are told apart.
    const FRAMING: Framing;
    /// Reads the pieces of one streamed answer.
    type Pieces: Pieces;

    /// The format for one model.
    fn new(model: ModelName) -> Self;

    /// The model.
    fn model(&self) -> &ModelName;

    /// What the format can carry and the model's name does not rule out.
    fn capabilities(&self) -> Capabilities;

    /// Whether one call can ask for several completions; otherwise the client asks once for each.
    fn native_n(&self) -> bool;

    /// The address to call, under the api base, which never ends in `/`.
    fn address(&self, base: Url, stream: bool) -> Url;

    /// Headers beside the key and the content type.
    fn headers(&self) -> &[(&'static str, &'static str)] {
        &[]
    }

    /// The body of a call. `settings` are the request's own laid over the client's.
    fn encode(
        &self,
        request: &Request,
        settings: &Settings,
        stream: bool,
    ) -> Result<Vec<u8>, LmError>;

    /// Reads an answer whose status says success.
    fn decode(&self, reading: &Reading<'_>) -> Result<Response, LmError>;

    /// A reader of one streamed answer.
    fn pieces(&self) -> Self::Pieces;
}

/// How the pieces of a streamed answer are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON value a line.
    Lines,
}

/// Reads the pieces of one streamed answer.
pub trait Pieces: Send + 'static {
    /// Reads one piece. `event` is its name, where it has one.
    fn take(&mut self, event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault>;

    /// Whether a stream that ends here, without a closing piece, is whole all the same.
    fn whole_without_end(&self, _so_far: &Assembly) -> bool {
        false
    }
}

/// Why a piece cannot be taken.
#[derive(Debug)]
pub enum Fault {
    /// The provider reports a failure in mid-stream.
    Reported(Value),
    /// The piece is not what it should be.
    Unreadable(String),
}
