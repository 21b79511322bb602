//! What a run reports while it goes on.

use crate::signature::BrokenRule;

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
    /// An assertion sent a predictor's answer back: it is asked again, with the answer and the message
    /// shown. Deltas of that answer no longer count. Where the assertion stands in a `forward`, that
    /// runs anew: its calls begin and end again, but those that are paid for tell no fields again.
    Backtracked {
        /// The predictor's path.
        path: String,
        /// The invocation that the assertion judges in.
        invocation: u64,
        /// What the answer breaks: hard or soft, the rule, and the message.
        broken: BrokenRule,
        /// How many answers of this call were sent back, this one included.
        retries: u32,
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
