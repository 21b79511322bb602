//! The repairs that fitting took, and what they cost.

use crate::parse::repair::{Level, Repair, RepairKind};

/// More repairs than this are counted, and told of in one.
const MOST_TOLD: usize = 1000;

/// What repairs cost: things lost, things changed, things spelled differently.
pub(crate) type Cost = (usize, usize, usize);

/// The repairs so far.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    told: Vec<Repair>,
    /// The kinds among them, a bit for each.
    kinds: u64,
    /// What those cost that are not told one by one.
    untold: Cost,
    /// How many of them are to be told of in the end.
    dropped: usize,
}

/// A state that can be returned to.
#[derive(Debug)]
pub(super) struct Mark {
    told: usize,
    kinds: u64,
    untold: Cost,
    dropped: usize,
}

/// Repairs that were taken out, to be put back if what they belong to is chosen.
#[derive(Debug)]
pub(super) struct Taken {
    told: Vec<Repair>,
    untold: Cost,
    dropped: usize,
}

impl Repairs {
    pub(super) fn add(&mut self, repair: Repair) {
        self.kinds |= repair.kind.bit();
        self.told.push(repair);
    }

    /// Whether another repair of this kind is told of. If not, it has been counted.
    pub(super) fn tells(&mut self, kind: RepairKind) -> bool {
        // Of each kind at least one is told, so that the gravest is among them.
        let tells = self.told.len() < MOST_TOLD || self.kinds & kind.bit() == 0;
        if !tells {
            self.dropped += 1;
            self.add_untold(cost_of(kind));
        }
        tells
    }

    pub(super) fn add_untold(&mut self, cost: Cost) {
        self.untold = sum(self.untold, cost);
    }

    pub(super) fn mark(&self) -> Mark {
        let Self { told, kinds, untold, dropped } = self;
        Mark { told: told.len(), kinds: *kinds, untold: *untold, dropped: *dropped }
    }

    pub(super) fn reset(&mut self, mark: &Mark) {
        self.told.truncate(mark.told);
        self.kinds = mark.kinds;
        self.untold = mark.untold;
        self.dropped = mark.dropped;
    }

    /// What the repairs since then cost.
    pub(super) fn cost_since(&self, mark: &Mark) -> Cost {
        let told = cost(self.told.get(mark.told..).unwrap_or_default());
        sum(told, difference(self.untold, mark.untold))
    }

    pub(super) fn take_since(&mut self, mark: &Mark) -> Taken {
        let taken = Taken {
            told: self.told.split_off(mark.told.min(self.told.len())),
            untold: difference(self.untold, mark.untold),
            dropped: self.dropped - mark.dropped,
        };
        self.reset(mark);
        taken
    }

    pub(super) fn put_back(&mut self, taken: Taken) {
        taken.told.into_iter().for_each(|repair| self.add(repair));
        self.add_untold(taken.untold);
        self.dropped += taken.dropped;
    }

    /// All that is told.
    pub(super) fn into_told(mut self) -> Vec<Repair> {
        if self.dropped > 0 {
            self.told.push(Repair {
                path: String::new(),
                kind: RepairKind::Syntax,
                from: format!("and {} more repairs", self.dropped),
                to: String::new(),
            });
        }
        self.told
    }
}

/// What repairs cost.
pub(crate) fn cost(repairs: &[Repair]) -> Cost {
    repairs.iter().map(|repair| cost_of(repair.kind)).fold((0, 0, 0), sum)
}

pub(super) fn cost_of(kind: RepairKind) -> Cost {
    if kind.level() == Level::Lossy {
        (1, 0, 0)
    } else if kind.is_cosmetic() {
        (0, 0, 1)
    } else {
        (0, 1, 0)
    }
}

fn sum(left: Cost, right: Cost) -> Cost {
    (left.0 + right.0, left.1 + right.1, left.2 + right.2)
}

fn difference(left: Cost, right: Cost) -> Cost {
    (left.0 - right.0, left.1 - right.1, left.2 - right.2)
}
