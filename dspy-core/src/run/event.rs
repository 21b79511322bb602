//! What a run reports while it goes on.

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A predictor began a call.
    CallStarted {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
    },
    /// More text of an output field arrived.
    FieldDelta {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
        /// The field.
        field: String,
        /// The new text, as the model wrote it.
        delta: String,
    },
    /// A predictor ended a call.
    CallEnded {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
        /// Whether it gave outputs.
        ok: bool,
    },
}
