//! A progress bar over calls.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) struct Progress {
    bar: ProgressBar,
    failed: usize,
}

impl Progress {
    /// A bar on standard error, hidden where that is no terminal or no title was given.
    pub(super) fn new(title: Option<&str>, calls: usize) -> Self {
        let target = match title {
            Some(_) => ProgressDrawTarget::stderr(),
            None => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(u64::try_from(calls).ok(), target);
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg} {eta} left")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(title.unwrap_or_default().to_owned());
        Self { bar, failed: 0 }
    }

    pub(super) fn item(&mut self, failed: bool) {
        if failed {
            self.failed += 1;
            self.bar.set_message(format!("{} failed", self.failed));
        }
        self.bar.inc(1);
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
