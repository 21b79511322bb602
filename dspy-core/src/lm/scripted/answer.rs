//! [`ScriptedAnswer`]: one answer of a script.

use std::time::Duration;

use super::super::error::LmError;
use super::super::response::Response;

/// What a [`Scripted`](super::Scripted) model answers to one call: made from a text, a
/// [`Response`], an [`LmError`], or a result of the two.
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::{Scripted, ScriptedAnswer};
///
/// let model = Scripted::new([
///     ScriptedAnswer::from("at once"),
///     ScriptedAnswer::from("later").after(Duration::from_millis(20)),
/// ]);
/// assert_eq!(model.remaining(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct ScriptedAnswer {
    pub(super) result: Result<Box<Response>, Box<LmError>>,
    pub(super) delay: Duration,
}

impl ScriptedAnswer {
    /// The same, so much later. It needs tokio's timer.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl From<Result<Response, LmError>> for ScriptedAnswer {
    fn from(result: Result<Response, LmError>) -> Self {
        Self { result: result.map(Box::new).map_err(Box::new), delay: Duration::ZERO }
    }
}

impl From<Response> for ScriptedAnswer {
    fn from(response: Response) -> Self {
        Ok::<Response, LmError>(response).into()
    }
}

impl From<LmError> for ScriptedAnswer {
    fn from(error: LmError) -> Self {
        Err::<Response, LmError>(error).into()
    }
}

impl From<String> for ScriptedAnswer {
    fn from(text: String) -> Self {
        Response::text(text).into()
    }
}

impl From<&str> for ScriptedAnswer {
    fn from(text: &str) -> Self {
        Response::text(text).into()
    }
}

impl From<Result<String, LmError>> for ScriptedAnswer {
    fn from(result: Result<String, LmError>) -> Self {
        result.map(Response::text).into()
    }
}
