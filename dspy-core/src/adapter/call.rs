//! One call as an adapter sees it.

use super::prelude::Prelude;
use crate::lm::{Lm, LmError, Request, Response};
use crate::run::{Feedback, SideCalls};
use crate::signature::{Fields, SignatureSchema};

/// Everything an adapter may use to build a request and to read the answer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AdapterCall<'a> {
    /// The task, with the instructions and descriptions in force.
    pub schema: &'a SignatureSchema,
    /// The adapter's own [`prelude`](super::Adapter::prelude): task and demonstrations as messages.
    pub prelude: &'a Prelude,
    /// The inputs, a [`History`](crate::signature::History) among them.
    pub inputs: &'a Fields,
    /// A past answer to the same inputs and what was wrong with it.
    pub feedback: Option<&'a Feedback>,
    /// The model that is called; its capabilities say what the request may use.
    pub lm: &'a Lm,
    /// The request that the completion answers; `None` before one was sent.
    pub request: Option<&'a Request>,
    side_calls: Option<&'a SideCalls<'a>>,
}

impl<'a> AdapterCall<'a> {
    /// A call after this prelude.
    pub fn new(
        schema: &'a SignatureSchema,
        prelude: &'a Prelude,
        inputs: &'a Fields,
        lm: &'a Lm,
    ) -> Self {
        Self { schema, prelude, inputs, feedback: None, lm, request: None, side_calls: None }
    }

    /// The same call with feedback on a past answer.
    #[must_use]
    pub fn with_feedback(mut self, feedback: Option<&'a Feedback>) -> Self {
        self.feedback = feedback;
        self
    }

    /// The same call, once this request was sent for it.
    #[must_use]
    pub fn with_request(mut self, request: &'a Request) -> Self {
        self.request = Some(request);
        self
    }

    /// The same call with another adapter's prelude.
    #[must_use]
    pub fn with_prelude(mut self, prelude: &'a Prelude) -> Self {
        self.prelude = prelude;
        self
    }

    pub(crate) fn with_side_calls(mut self, side_calls: &'a SideCalls<'a>) -> Self {
        self.side_calls = Some(side_calls);
        self
    }

    /// Asks another model, so that the call is counted and recorded with this one and a run that
    /// was paid before is not paid again.
    ///
    /// # Errors
    /// What the model reports.
    pub async fn ask(&self, lm: &Lm, request: Request) -> Result<Response, LmError> {
        match self.side_calls {
            Some(side_calls) => side_calls.ask(lm, request).await,
            None => lm.generate(&request).await,
        }
    }
}
