//! A line that says how a search goes.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::lm::{Amount, Spent};

/// A line on standard error: the step, the best score, what was spent, the time left.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    runs: u64,
}

impl Progress {
    /// Hidden where it is not wanted or standard error is no terminal.
    pub(super) fn new(title: Option<&str>) -> Self {
        let target = match title {
            Some(_) => ProgressDrawTarget::stderr(),
            None => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_prefix(title.unwrap_or_default().to_owned());
        Self { bar, runs: 0 }
    }

    pub(super) fn begin(&mut self, steps: usize) {
        self.bar.set_length(steps as u64);
        let style = "{prefix} [{bar:24}] {pos}/{len} {msg}, {elapsed} gone, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style.progress_chars("=> "));
        }
    }

    pub(super) fn item(&mut self) {
        self.runs += 1;
        self.bar.tick();
    }

    pub(super) fn step(&mut self, name: &str, best: f64, spent: &Spent, left: &[Amount]) {
        if !self.bar.is_hidden() {
            let mut message = format!("{name}, best {best:.3}, {} calls", spent.calls);
            if spent.usd > 0.0 {
                message.push_str(&format!(", ${:.2}", spent.usd));
            }
            for amount in left {
                message.push_str(&format!(", {amount} left"));
            }
            self.bar.set_message(message);
        }
        self.bar.inc(1);
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
