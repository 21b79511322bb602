//! [`Answers`]: the lines of a batch's results, put into the order of its requests.

use serde_json::Value;

use super::super::error::LmError;
use super::super::response::Response;

const PREFIX: &str = "request-";

/// The name of the request at `place`, by which its answer is found again.
pub(super) fn custom_id(place: usize) -> String {
    format!("{PREFIX}{place}")
}

/// Answers in the order of their requests.
#[derive(Debug)]
pub(super) struct Answers {
    slots: Vec<Option<Result<Response, LmError>>>,
}

impl Answers {
    pub(super) fn of(total: usize) -> Self {
        Self { slots: vec![None; total] }
    }

    /// Puts what `read` makes of each line into its place. The first word on a request counts.
    pub(super) fn add(
        &mut self,
        lines: &[u8],
        read: impl Fn(&Value) -> Result<Response, LmError>,
    ) -> Result<(), String> {
        for (number, line) in (1..).zip(lines.split(|byte| *byte == b'\n')) {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let line: Value = serde_json::from_slice(line)
                .map_err(|error| format!("line {number} of the results is no JSON ({error})"))?;
            let place = line.get("custom_id").and_then(Value::as_str).and_then(place);
            let Some(place) = place else {
                return Err(format!("line {number} of the results belongs to no request of ours"));
            };
            // The provider's count can lag behind its results.
            if self.slots.len() <= place && place < MOST_REQUESTS {
                self.slots.resize_with(place + 1, || None);
            }
            if let Some(slot) = self.slots.get_mut(place).filter(|slot| slot.is_none()) {
                *slot = Some(read(&line));
            }
        }
        Ok(())
    }

    /// All of them. `missing` is what is said of a request without an answer.
    pub(super) fn finish(self, missing: &str) -> Vec<Result<Response, LmError>> {
        let none = || LmError::Other { message: missing.to_owned(), retryable: true };
        self.slots.into_iter().map(|slot| slot.unwrap_or_else(|| Err(none()))).collect()
    }
}

/// More requests than any provider takes: a place beyond it is a mistake.
const MOST_REQUESTS: usize = 1_000_000;

fn place(id: &str) -> Option<usize> {
    id.strip_prefix(PREFIX)?.parse().ok()
}
