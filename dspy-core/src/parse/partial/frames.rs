//! The lists and objects that are open while a text is scanned.

use super::plan::PartId;
use super::tree::NodeId;

/// What is open around the present place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// The part of the plan, unless nothing in here is shown.
    pub(super) part: Option<PartId>,
    /// Where it is shown; the root is shown with the first key or item that is known.
    pub(super) node: Option<NodeId>,
    /// Whether the value that is being read takes this place.
    pub(super) slot: Slot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Object,
    List,
}

/// Where the next value goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub(super) part: Option<PartId>,
    pub(super) node: Option<NodeId>,
}

/// A value that is shown only when it is complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) start: usize,
    /// How many frames are open around it.
    pub(super) depth: usize,
    pub(super) slot: Slot,
}
