//! Runs inside a run: one part of a program, several times.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use super::{Inner, Run, Scope};

impl Run {
    /// A run for one of several attempts inside this one, as an invocation within `scope`.
    ///
    /// What happens in it is counted, numbered, recorded and reported here, too. Its rollout number
    /// is its own, made of this run's and the attempt's, so that attempts share no cached answer and
    /// the same attempt of a later run does. With `record` it keeps records of its own, to look at
    /// the attempt alone.
    pub(crate) fn attempt(
        &self,
        scope: &Arc<Scope>,
        index: usize,
        hints: BTreeMap<String, String>,
        record: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            root: self.child_scope(scope, None),
            next_invocation: AtomicU64::new(1),
            next_sequence: AtomicU64::new(0),
            records: record.then(Mutex::default),
            events: self.0.events.clone(),
            feedback: self.0.feedback.clone(),
            memo: None,
            rollout: rollout(self.0.rollout, index),
            cache: self.0.cache,
            account: self.0.account.clone(),
            outer: Some(self.clone()),
            teller: None,
            index: Some(u32::try_from(index).unwrap_or(u32::MAX)),
            hints,
        }))
    }

    /// What the predictor at this path is told in this attempt, or in one around it.
    pub(crate) fn hint(&self, path: &str) -> Option<&str> {
        let own = self.0.hints.get(path).map(String::as_str);
        own.or_else(|| self.0.outer.as_ref()?.hint(path))
    }

    pub(super) fn outermost(&self) -> &Self {
        self.0.outer.as_ref().or(self.0.teller.as_ref()).map_or(self, Self::outermost)
    }
}

/// The rollout number of an attempt. It fits a double, in which some readers keep JSON numbers.
fn rollout(outer: u64, index: usize) -> u64 {
    let hash = blake3::hash(format!("attempt {index} in rollout {outer}").as_bytes());
    u64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default()) >> 11
}
