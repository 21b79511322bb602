//! What a run reports while it goes on.

use serde_json::Value;

use crate::signature::BrokenRule;

/// Something that happened in a run.
///
/// All events have the path of what they are about, the invocation it belongs to (counted within the
/// run), and `attempts`: which attempts of [`BestOfN`](crate::predict::BestOfN) or
/// [`Refine`](crate::predict::Refine) it is part of, the outermost first, each counted from 0; none
/// outside of any. Calls of predictors are numbered within the run, so that what comes from
/// concurrent calls can be told apart. An end is told of all that began, also where it failed or was
/// given up (`ok` is then false).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A module began an invocation.
    #[non_exhaustive]
    ModuleStarted {
        /// The module's path; `self` is the whole program.
        path: String,
        /// The invocation, within which the module's own events are.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The invocation it was made from.
        parent: Option<u64>,
        /// The name of the module's type.
        name: String,
    },
    /// A module ended an invocation.
    #[non_exhaustive]
    ModuleEnded {
        /// The module's path.
        path: String,
        /// The invocation.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// Whether it gave an output.
        ok: bool,
    },
    /// A predictor began a call.
    #[non_exhaustive]
    CallStarted {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The call's number.
        call: u64,
    },
    /// More text of an output field arrived.
    #[non_exhaustive]
    FieldDelta {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The call's number.
        call: u64,
        /// The field.
        field: String,
        /// The new text, as the model wrote it.
        delta: String,
    },
    /// An assertion sent a predictor's answer back: it is asked again, with the answer and the message
    /// shown. Deltas of that call no longer count. Where the assertion stands in a `forward`, that
    /// runs anew: its calls begin and end again under new numbers, but those that are paid for tell
    /// no fields again.
    #[non_exhaustive]
    Backtracked {
        /// The predictor's path.
        path: String,
        /// The invocation that the assertion judges in.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The number of the call that gave the answer.
        call: u64,
        /// What the answer breaks: hard or soft, the rule, and the message.
        broken: BrokenRule,
        /// How many answers of this call were sent back, this one included.
        retries: u32,
    },
    /// Deltas of a call no longer count for another reason: the answer could not be read and the model
    /// is asked again, or what was read in the end is not what was told. What counts follows.
    #[non_exhaustive]
    Discarded {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The call's number.
        call: u64,
        /// Why.
        reason: String,
    },
    /// A predictor ended a call. Where it gave no outputs, its deltas do not count.
    #[non_exhaustive]
    CallEnded {
        /// The predictor's path.
        path: String,
        /// The invocation it belongs to.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The call's number.
        call: u64,
        /// Whether it gave outputs.
        ok: bool,
    },
    /// An agent began to call a tool.
    #[non_exhaustive]
    ToolStarted {
        /// The tool's path, such as `tools['search']`.
        path: String,
        /// The invocation of the agent.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The tool's name, as the model wrote it.
        name: String,
        /// Its arguments, as the model wrote them.
        arguments: Value,
    },
    /// A tool is done.
    #[non_exhaustive]
    ToolEnded {
        /// The tool's path.
        path: String,
        /// The invocation of the agent.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// The tool's name.
        name: String,
        /// Whether it gave a value.
        ok: bool,
        /// What the model is told of it: the value, or what went wrong.
        observation: String,
    },
    /// What a program says of itself, by [`Module::status`](crate::module::Module::status).
    #[non_exhaustive]
    Status {
        /// The path of the module that says it.
        path: String,
        /// Its invocation.
        invocation: u64,
        /// The attempts around it.
        attempts: Vec<u32>,
        /// What it says.
        text: String,
    },
}

/// What all events have.
macro_rules! of_all {
    ($event:expr, $name:ident) => {
        match $event {
            Event::ModuleStarted { $name, .. }
            | Event::ModuleEnded { $name, .. }
            | Event::CallStarted { $name, .. }
            | Event::FieldDelta { $name, .. }
            | Event::Backtracked { $name, .. }
            | Event::Discarded { $name, .. }
            | Event::CallEnded { $name, .. }
            | Event::ToolStarted { $name, .. }
            | Event::ToolEnded { $name, .. }
            | Event::Status { $name, .. } => $name,
        }
    };
}

impl Event {
    /// The path of what it is about.
    pub fn path(&self) -> &str {
        of_all!(self, path)
    }

    /// The invocation it belongs to.
    pub fn invocation(&self) -> u64 {
        *of_all!(self, invocation)
    }

    /// The attempts of strategies it is part of, the outermost first.
    pub fn attempts(&self) -> &[u32] {
        of_all!(self, attempts)
    }

    /// The number of the predictor's call, where it is about one.
    pub fn call(&self) -> Option<u64> {
        match self {
            Self::CallStarted { call, .. }
            | Self::FieldDelta { call, .. }
            | Self::Backtracked { call, .. }
            | Self::Discarded { call, .. }
            | Self::CallEnded { call, .. } => Some(*call),
            _ => None,
        }
    }

    /// The number of the call whose deltas so far no longer count, where it says that of one.
    pub fn voids(&self) -> Option<u64> {
        match self {
            Self::Backtracked { call, .. }
            | Self::Discarded { call, .. }
            | Self::CallEnded { call, ok: false, .. } => Some(*call),
            _ => None,
        }
    }
}
