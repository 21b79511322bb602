//! How work goes on, in one line.

use std::time::Duration;

use super::wrap::columns;

/// Columns of the bar, where there is room for it.
const BAR: usize = 20;

/// How work goes on, in one line: what evaluations and searches show on a terminal.
///
/// ```
/// use std::time::Duration;
/// use dspy::terminal::ProgressLine;
///
/// let line = ProgressLine::new("Gepa", 5, 20)
///     .with("best 0.812")
///     .with("340 calls")
///     .with("$1.20 left")
///     .after(Duration::from_secs(80));
/// assert_eq!(
///     line.to_text(80),
///     "Gepa 5/20, best 0.812, 340 calls, $1.20 left, 1m20s gone, 4m00s left"
/// );
/// assert_eq!(line.to_text(40), "Gepa 5/20, best 0.812, 340 calls, $1.20…");
/// assert!(line.to_text(100).starts_with("Gepa [=====               ] 5/20, best"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a line shows nothing by itself"]
pub struct ProgressLine {
    title: String,
    done: u64,
    total: u64,
    parts: Vec<String>,
    elapsed: Duration,
}

impl ProgressLine {
    /// So many steps of so many are done; of 0 where nobody knows how many there are.
    pub fn new(title: impl Into<String>, done: u64, total: u64) -> Self {
        Self { title: title.into(), done, total, ..Self::default() }
    }

    /// Says something more; what comes first is cut last.
    pub fn with(mut self, part: impl Into<String>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// Says how long it took so far, and about how long it will take yet.
    pub fn after(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// How long the rest will take, if it goes on like this.
    pub fn left(&self) -> Option<Duration> {
        let share = self.done as f64 / self.total as f64;
        let whole = self.elapsed.as_secs_f64() / share;
        let left = whole - self.elapsed.as_secs_f64();
        (self.done > 0 && self.done <= self.total && left.is_finite())
            .then(|| Duration::from_secs_f64(left.max(0.0)))
    }

    /// The line, in so many columns at most. Where there is room, it has a bar.
    pub fn to_text(&self, width: usize) -> String {
        let count = match self.total {
            0 => self.done.to_string(),
            total => format!("{}/{total}", self.done),
        };
        let mut text = count;
        for part in &self.parts {
            text.push_str(", ");
            text.push_str(part);
        }
        if !self.elapsed.is_zero() {
            text.push_str(&format!(", {} gone", short(self.elapsed)));
            if let Some(left) = self.left() {
                text.push_str(&format!(", {} left", short(left)));
            }
        }
        let title = &self.title;
        let plain = format!("{title} {text}");
        let with_bar = format!("{title} [{}] {text}", self.bar());
        let fits = |line: &str| line.chars().map(columns).sum::<usize>() <= width;
        match (fits(&with_bar), fits(&plain)) {
            (true, _) if self.total > 0 => with_bar,
            (_, true) => plain,
            _ => cut(&plain, width),
        }
    }

    fn bar(&self) -> String {
        let share = self.done.min(self.total) as f64 / self.total.max(1) as f64;
        let full = (share * BAR as f64).floor() as usize;
        format!("{}{}", "=".repeat(full), " ".repeat(BAR.saturating_sub(full)))
    }
}

fn cut(line: &str, width: usize) -> String {
    let mut used = 0;
    let mut text: String = line
        .chars()
        .take_while(|c| {
            used += columns(*c);
            used < width
        })
        .collect();
    text.truncate(text.trim_end_matches([' ', ',']).len());
    text.push('…');
    text
}

/// A time as a person says it.
fn short(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}
