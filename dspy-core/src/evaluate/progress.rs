//! A progress bar with the running score, the money spent and the time left.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) struct Progress {
    bar: ProgressBar,
    sum: f64,
    done: u32,
    failed: u32,
    usd: f64,
}

impl Progress {
    /// A bar on standard error, hidden where that is no terminal or no title was given.
    pub(super) fn new(title: Option<&str>, rows: usize) -> Self {
        let target = match title {
            Some(_) => ProgressDrawTarget::stderr(),
            None => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(rows as u64), target);
        let style = "{prefix} [{bar:30}] {pos}/{len} {msg} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(title.unwrap_or_default().to_owned());
        Self { bar, sum: 0.0, done: 0, failed: 0, usd: 0.0 }
    }

    /// Counts one more item, and what it spent in US dollars.
    pub(super) fn item(&mut self, score: f64, failed: bool, usd: f64) {
        self.sum += score;
        self.usd += usd;
        self.done += 1;
        self.failed += u32::from(failed);
        if !self.bar.is_hidden() {
            let mut message = format!("score {:.3}", self.sum / f64::from(self.done));
            if self.failed > 0 {
                message.push_str(&format!(", {} failed", self.failed));
            }
            if self.usd > 0.0 {
                message.push_str(&format!(", ${:.4}", self.usd));
            }
            self.bar.set_message(message);
        }
        self.bar.inc(1);
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
