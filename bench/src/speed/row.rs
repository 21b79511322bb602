//! One line of what was measured.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A measured figure beside what it is measured against, and how much it may be.
pub(super) struct Row {
    name: String,
    bytes: usize,
    micros: f64,
    against: Option<(String, f64)>,
    ratio: Option<f64>,
    most: Option<Most>,
    note: Option<String>,
}

enum Most {
    Ratio(f64),
    Micros(f64),
}

impl Row {
    /// A median of CPU microseconds for a text of so many bytes.
    pub(super) fn new(name: impl Into<String>, bytes: usize, micros: f64) -> Self {
        let name = name.into();
        Self { name, bytes, micros, against: None, ratio: None, most: None, note: None }
    }

    pub(super) fn against(mut self, what: &str, micros: f64, ratio: f64) -> Self {
        self.against = Some((what.to_owned(), micros));
        self.ratio = Some(ratio);
        self
    }

    pub(super) fn with_most_ratio(mut self, most: f64) -> Self {
        self.most = Some(Most::Ratio(most));
        self
    }

    pub(super) fn with_most_micros(mut self, most: f64) -> Self {
        self.most = Some(Most::Micros(most));
        self
    }

    pub(super) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    fn holds(&self) -> Option<bool> {
        match self.most.as_ref()? {
            Most::Ratio(most) => Some(self.ratio? <= *most),
            Most::Micros(most) => Some(self.micros <= *most),
        }
    }

    pub(super) fn json(&self) -> Value {
        let (against, other) = self.against.clone().unzip();
        let most = |wanted: fn(&Most) -> Option<f64>| self.most.as_ref().and_then(wanted);
        json!({
            "row": self.name,
            "bytes": self.bytes,
            "cpu_us": rounded(self.micros),
            "against": against,
            "against_cpu_us": other.map(rounded),
            "ratio": self.ratio.map(rounded),
            "most_ratio": most(|most| if let Most::Ratio(most) = most { Some(*most) } else { None }),
            "most_cpu_us": most(|most| if let Most::Micros(most) = most { Some(*most) } else { None }),
            "holds": self.holds(),
            "note": self.note,
        })
    }
}

/// All rows as a table in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| text | bytes | CPU ms | ratio | at most | holds | note |\n|---|--:|--:|--:|--:|---|---|\n",
    );
    for row in rows {
        let ratio = row.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let most = match row.most {
            Some(Most::Ratio(most)) => format!("{most} ×"),
            Some(Most::Micros(most)) => format!("{most} µs"),
            None => String::new(),
        };
        let holds = match row.holds() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let note = match (&row.note, &row.against) {
            (Some(note), _) => note.clone(),
            (None, Some((against, micros))) => format!("{against}: {:.3} ms", micros / 1e3),
            (None, None) => String::new(),
        };
        let (name, bytes, millis) = (&row.name, row.bytes, row.micros / 1e3);
        let _ = writeln!(
            text,
            "| {name} | {bytes} | {millis:.3} | {ratio} | {most} | {holds} | {note} |"
        );
    }
    text
}

/// Three decimals are more than the clock is good for.
fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
