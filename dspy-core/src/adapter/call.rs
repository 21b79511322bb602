//! One call as an adapter sees it.

use std::sync::Arc;

use crate::lm::{Lm, Message};
use crate::run::Feedback;
use crate::signature::{Fields, SignatureSchema};

/// Everything an adapter may use to build a request and to read the answer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AdapterCall<'a> {
    /// The task, with the instructions and descriptions in force.
    pub schema: &'a SignatureSchema,
    /// The adapter's own [`prelude`](super::Adapter::prelude): task and demonstrations as messages.
    pub prelude: &'a [Arc<Message>],
    /// The inputs.
    pub inputs: &'a Fields,
    /// A past answer to the same inputs and what was wrong with it.
    pub feedback: Option<&'a Feedback>,
    /// The model that is called.
    pub lm: &'a Lm,
}

impl<'a> AdapterCall<'a> {
    /// A call after this prelude.
    pub fn new(
        schema: &'a SignatureSchema,
        prelude: &'a [Arc<Message>],
        inputs: &'a Fields,
        lm: &'a Lm,
    ) -> Self {
        Self { schema, prelude, inputs, feedback: None, lm }
    }

    /// The same call with feedback on a past answer.
    #[must_use]
    pub fn with_feedback(mut self, feedback: Option<&'a Feedback>) -> Self {
        self.feedback = feedback;
        self
    }
}
