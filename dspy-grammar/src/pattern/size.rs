//! How large a pattern is once compiled, for the engine refuses what takes too much memory.

use super::{NESTING, TOO_DEEP};

/// The engine's limit, in bytes.
const LIMIT: u64 = 10 * 1024 * 1024;
const TOO_LARGE: &str =
    "the pattern is too large: it repeats too much; lower its counts, or use `max_length`";

// Bytes that the engine takes on a 64-bit machine.
const STATE: u64 = 32;
const TARGET: u64 = 4;
const RANGE: u64 = 8;
const GROUP: u64 = 16;
const NAME: u64 = 4;

/// What a part of a pattern takes.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    states: u64,
    /// Bytes beside the states themselves.
    extra: u64,
    /// How many constructs stand one inside the other.
    height: u32,
    matches_empty: bool,
    /// Whether it ends in a state with several targets, which grows when it is linked on.
    ends_open: bool,
    /// The highest number of a group inside.
    groups: u32,
    /// Bytes of the names of the groups inside.
    names: u64,
}

impl Size {
    fn empty() -> Self {
        Self { states: 1, matches_empty: true, ..Self::default() }
    }

    pub(super) fn place() -> Self {
        Self::empty()
    }

    pub(super) fn char() -> Self {
        Self { states: 1, ..Self::default() }
    }

    pub(super) fn class(ranges: usize) -> Self {
        let extra = RANGE.saturating_mul(u64::try_from(ranges).unwrap_or(u64::MAX));
        Self { states: 1, extra, ..Self::default() }
    }

    /// What it takes to link something on.
    fn link(self) -> u64 {
        if self.ends_open { TARGET } else { 0 }
    }

    fn and(mut self, states: u64, extra: u64) -> Self {
        self.states = self.states.saturating_add(states);
        self.extra = self.extra.saturating_add(extra);
        self
    }

    fn times(mut self, count: u64) -> Self {
        self.states = self.states.saturating_mul(count);
        self.extra = self.extra.saturating_mul(count);
        self
    }

    /// Both, one after the other or one beside the other.
    fn with(mut self, other: Self) -> Self {
        self.height = self.height.max(other.height);
        self.groups = self.groups.max(other.groups);
        self.names = self.names.saturating_add(other.names);
        self.and(other.states, other.extra)
    }

    pub(super) fn sequence(parts: Vec<Self>) -> Self {
        let several = u32::from(parts.len() > 1);
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return Self::empty() };
        let mut whole = parts.fold(first, |whole, part| {
            let link = whole.link();
            Self {
                matches_empty: whole.matches_empty && part.matches_empty,
                ends_open: part.ends_open,
                ..whole.with(part).and(0, link)
            }
        });
        whole.height += several;
        whole
    }

    pub(super) fn alternatives(parts: Vec<Self>) -> Self {
        if let [only] = parts.as_slice() {
            return *only;
        }
        let mut whole = parts.into_iter().fold(Self::default(), |whole, part| Self {
            matches_empty: whole.matches_empty || part.matches_empty,
            ..whole.with(part).and(0, TARGET + part.link())
        });
        whole.height += 1;
        whole.and(2, 0)
    }

    pub(super) fn captured(mut self, index: u32, name: Option<usize>) -> Self {
        let name = name.and_then(|length| u64::try_from(length).ok()).map(|length| length + NAME);
        let link = self.link();
        self.groups = self.groups.max(index);
        self.names = self.names.saturating_add(name.unwrap_or_default());
        self.height += 1;
        self.ends_open = false;
        self.and(2, link)
    }

    pub(super) fn repeated(self, min: u32, max: Option<u32>) -> Self {
        let link = self.link();
        let mut repeated = match (min, max) {
            (0, Some(0)) => return Self::empty(),
            (1, Some(1)) => return self,
            (0, Some(1)) => self.and(2, 2 * TARGET + link).closed(),
            (0, None) if self.matches_empty => self.and(3, 4 * TARGET + link).closed(),
            (0 | 1, None) => self.and(1, TARGET + link).open(),
            (min, None) => self.exactly(min).and(1, TARGET + link).open(),
            (min, Some(max)) if min == max => self.exactly(min),
            (min, Some(max)) => {
                let more = u64::from(max.saturating_sub(min));
                let prefix = self.exactly(min);
                prefix
                    .and(1, prefix.link())
                    .and(self.states.saturating_add(1).saturating_mul(more), 0)
                    .and(0, (self.extra.saturating_add(2 * TARGET + link)).saturating_mul(more))
                    .closed()
            }
        };
        repeated.matches_empty = min == 0 || self.matches_empty;
        repeated.height += 1;
        repeated
    }

    /// So many copies, each linked to the one before.
    fn exactly(self, count: u32) -> Self {
        let Some(links) = count.checked_sub(1) else {
            let inside = Self { states: 1, extra: 0, ..self };
            return inside.closed();
        };
        self.times(u64::from(count)).and(0, self.link().saturating_mul(u64::from(links)))
    }

    fn open(mut self) -> Self {
        self.ends_open = true;
        self
    }

    fn closed(mut self) -> Self {
        self.ends_open = false;
        self
    }

    /// What the engine would say against the whole pattern.
    pub(super) fn excess(self) -> Option<&'static str> {
        if self.height > NESTING {
            return Some(TOO_DEEP);
        }
        let whole = Self { height: 0, ..self }.captured(0, None).and(1, 0);
        let bytes = STATE
            .saturating_mul(whole.states)
            .saturating_add(GROUP * (u64::from(whole.groups) + 1))
            .saturating_add(whole.extra)
            .saturating_add(whole.names);
        (bytes > LIMIT).then_some(TOO_LARGE)
    }
}
