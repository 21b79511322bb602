//! A line with the running score, the money spent and the time left.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal::{ProgressLine, WIDTH};

pub(super) struct Progress {
    bar: ProgressBar,
    title: String,
    rows: u64,
    started: Instant,
    sum: f64,
    done: u32,
    failed: u32,
    usd: f64,
}

impl Progress {
    /// A line on standard error, hidden where that is no terminal or no title was given.
    pub(super) fn new(title: Option<&str>, rows: usize) -> Self {
        let target = match title {
            Some(_) => ProgressDrawTarget::stderr(),
            None => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(rows as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        let (title, started) = (title.unwrap_or_default().to_owned(), Instant::now());
        Self { bar, title, rows: rows as u64, started, sum: 0.0, done: 0, failed: 0, usd: 0.0 }
    }

    /// Counts one more item, and what it spent in US dollars.
    pub(super) fn item(&mut self, score: f64, failed: bool, usd: f64) {
        self.sum += score;
        self.usd += usd;
        self.done += 1;
        self.failed += u32::from(failed);
        if !self.bar.is_hidden() {
            let score = self.sum / f64::from(self.done);
            let mut line = ProgressLine::new(&*self.title, u64::from(self.done), self.rows)
                .with(format!("score {score:.3}"));
            if self.failed > 0 {
                line = line.with(format!("{} failed", self.failed));
            }
            if self.usd > 0.0 {
                line = line.with(format!("${:.4}", self.usd));
            }
            self.bar.set_message(line.after(self.started.elapsed()).to_text(WIDTH));
        }
        self.bar.inc(1);
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
