//! [`History`]: the last calls of a handle.

mod entry;
mod options;
mod ring;
mod show;

use std::ops::Deref;
use std::path::Path;

use super::error::LmError;
use super::private_file;

pub use entry::HistoryEntry;
pub use options::HistoryOptions;

pub(super) use entry::Call;
pub(super) use ring::Ring;

/// The last calls of an [`Lm`](super::Lm), the oldest first. It prints as a person reads it.
///
/// ```
/// use dspy::lm::{Lm, Message, Request};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let lm = Lm::embedded();
/// lm.generate(&Request::new([Message::user("Say something.")])).await?;
/// let history = lm.history();
/// assert_eq!(history.len(), 1);
/// println!("{history}");
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct History(Vec<HistoryEntry>);

impl History {
    pub(super) fn new(entries: Vec<HistoryEntry>) -> Self {
        Self(entries)
    }

    /// The last `count` calls of these.
    #[must_use]
    pub fn last_calls(mut self, count: usize) -> Self {
        self.0.drain(..self.0.len().saturating_sub(count));
        self
    }

    /// Writes the calls as JSON Lines into a file that only its owner may read (mode 0600), in place
    /// of an older one.
    ///
    /// # Errors
    /// [`LmError::Storage`] where it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), LmError> {
        let path = path.as_ref();
        let mut text = String::new();
        for entry in &self.0 {
            text.push_str(&entry.to_json().to_string());
            text.push('\n');
        }
        private_file::replace(path, text.as_bytes()).map_err(|error| LmError::Storage {
            what: "history",
            path: path.display().to_string(),
            message: format!("cannot write it: {error}"),
        })
    }
}

impl Deref for History {
    type Target = [HistoryEntry];

    fn deref(&self) -> &[HistoryEntry] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a History {
    type Item = &'a HistoryEntry;
    type IntoIter = std::slice::Iter<'a, HistoryEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
