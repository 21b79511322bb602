//! One line of what was measured.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// What a call costs, and the most that it may.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// A median of CPU microseconds.
    pub(super) micros: f64,
    /// Those of the fastest round: what neighbours on the machine took nothing from.
    pub(super) least_micros: f64,
    /// Of each call, those of the model's answer and of the input included.
    pub(super) allocations: u64,
    pub(super) bytes: u64,
    pub(super) most_micros: Option<f64>,
    pub(super) most_allocations: Option<u64>,
}

impl Row {
    fn holds(&self) -> Option<bool> {
        let fast = self.most_micros.map(|most| self.micros <= most);
        let sparing = self.most_allocations.map(|most| self.allocations <= most);
        match (fast, sparing) {
            (None, None) => None,
            (fast, sparing) => Some(fast.unwrap_or(true) && sparing.unwrap_or(true)),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "row": self.name,
            "cpu_us": (self.micros * 1e3).round() / 1e3,
            "least_cpu_us": (self.least_micros * 1e3).round() / 1e3,
            "most_cpu_us": self.most_micros,
            "allocations": self.allocations,
            "most_allocations": self.most_allocations,
            "allocated_bytes": self.bytes,
            "holds": self.holds(),
        })
    }
}

/// All rows as a table in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| call | CPU µs | fastest round | at most | allocations | at most | bytes | holds |\n\
         |---|--:|--:|--:|--:|--:|--:|---|\n",
    );
    for row in rows {
        let holds = match row.holds() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let most_micros = row.most_micros.map(|most| most.to_string()).unwrap_or_default();
        let most_allocations = row.most_allocations.map(|most| most.to_string());
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {most_micros} | {} | {} | {} | {holds} |",
            row.name,
            row.micros,
            row.least_micros,
            row.allocations,
            most_allocations.unwrap_or_default(),
            row.bytes,
        );
    }
    text
}
