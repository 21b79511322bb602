//! [`Ring`]: the last calls, and room for no more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::entry::{Call, HistoryEntry};
use super::options::HistoryOptions;

#[derive(Debug)]
pub(in crate::lm) struct Ring {
    pub(in crate::lm) options: HistoryOptions,
    entries: Mutex<VecDeque<HistoryEntry>>,
}

impl Ring {
    /// `None` for options that keep nothing.
    pub(in crate::lm) fn new(options: HistoryOptions) -> Option<Self> {
        (options.calls > 0).then(|| Self { options, entries: Mutex::default() })
    }

    pub(in crate::lm) fn push(&self, mut call: Call) {
        if let Some(redaction) = &self.options.redaction {
            redaction.request(Arc::make_mut(&mut call.request));
            call.result = match call.result {
                Ok(mut response) => {
                    redaction.response(Arc::make_mut(&mut response));
                    Ok(response)
                }
                Err(error) => Err(redaction.error(&error)),
            };
        }
        let entry = HistoryEntry::new(call);
        let mut entries = self.entries();
        self.forget_old(&mut entries);
        let oldest = if entries.len() >= self.options.calls { entries.pop_front() } else { None };
        entries.push_back(entry);
        drop(entries);
        // What it holds is freed while nobody waits for the lock.
        drop(oldest);
    }

    pub(in crate::lm) fn all(&self) -> Vec<HistoryEntry> {
        let mut entries = self.entries();
        self.forget_old(&mut entries);
        entries.iter().cloned().collect()
    }

    pub(in crate::lm) fn clear(&self) {
        self.entries().clear();
    }

    fn forget_old(&self, entries: &mut VecDeque<HistoryEntry>) {
        let Some(age) = self.options.max_age else { return };
        let is_old = |entry: &HistoryEntry| entry.at().elapsed().is_ok_and(|elapsed| elapsed > age);
        while entries.front().is_some_and(is_old) {
            entries.pop_front();
        }
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<HistoryEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
