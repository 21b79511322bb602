//! What code prints, on its way to the host.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use monty_types::{ExcType, MontyException, PrintWriterCallback};

use super::talk::{Gone, tell};
use crate::frame::Report;

/// What is held back until there is more of it, or it has waited so long: should the worker be
/// killed, little is missing.
const HELD_BYTES: usize = 8 << 10;
const HELD_TIME: Duration = Duration::from_millis(100);

pub(super) struct Printer {
    held: String,
    since: Instant,
    /// How much may still be printed.
    left: usize,
    full: bool,
}

impl Printer {
    pub(super) fn new(limit: usize) -> Self {
        Self { held: String::new(), since: Instant::now(), left: limit, full: false }
    }

    /// Whether code printed more than it may.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn flush(&mut self) -> Result<(), Gone> {
        self.since = Instant::now();
        if self.held.is_empty() {
            return Ok(());
        }
        tell(&Report::Printed(std::mem::take(&mut self.held)))
    }

    fn write(&mut self, text: &str) -> Result<(), MontyException> {
        let mut end = text.len().min(self.left);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.held.push_str(text.get(..end).unwrap_or_default());
        self.left -= end;
        if end < text.len() {
            self.left = 0;
            self.full = true;
            let message = "more was printed than is allowed".to_owned();
            return Err(MontyException::new(ExcType::MemoryError, Some(message)));
        }
        if self.held.len() >= HELD_BYTES { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), MontyException> {
        self.flush().map_err(|Gone| MontyException::new(ExcType::SystemExit, None))
    }
}

impl PrintWriterCallback for Printer {
    fn stdout_write(&mut self, output: Cow<'_, str>) -> Result<(), MontyException> {
        self.write(&output)
    }

    fn stdout_push(&mut self, end: char) -> Result<(), MontyException> {
        self.write(end.encode_utf8(&mut [0; 4]))
    }

    fn poll_flush(&mut self) -> Result<(), MontyException> {
        if self.since.elapsed() >= HELD_TIME { self.send() } else { Ok(()) }
    }
}
