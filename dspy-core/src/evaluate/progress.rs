//! A progress bar with the running score.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) struct Progress {
    bar: ProgressBar,
    sum: f64,
    done: u32,
    failed: u32,
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
        Self { bar, sum: 0.0, done: 0, failed: 0 }
    }

    pub(super) fn item(&mut self, score: f64, failed: bool) {
        self.sum += score;
        self.done += 1;
        self.failed += u32::from(failed);
        if !self.bar.is_hidden() {
            let score = self.sum / f64::from(self.done);
            self.bar.set_message(match self.failed {
                0 => format!("score {score:.3}"),
                failed => format!("score {score:.3}, {failed} failed"),
            });
        }
        self.bar.inc(1);
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
