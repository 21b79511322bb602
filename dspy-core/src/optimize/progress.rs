//! A line that says how a search goes.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::lm::{Amount, Spent};
use crate::terminal::{ProgressLine, WIDTH};

/// A line on standard error: the step, the best score, what was spent, the time left.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    title: String,
    started: Instant,
    steps: u64,
    done: u64,
    /// Runs since the last step.
    runs: u64,
    /// What the last step told.
    told: Vec<String>,
}

impl Progress {
    /// Hidden where it is not wanted or standard error is no terminal.
    pub(super) fn new(title: Option<&str>) -> Self {
        let target = match title {
            Some(_) => ProgressDrawTarget::stderr(),
            None => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        let title = title.unwrap_or_default().to_owned();
        let (started, told) = (Instant::now(), Vec::new());
        Self { bar, title, started, steps: 0, done: 0, runs: 0, told }
    }

    pub(super) fn begin(&mut self, steps: usize) {
        self.steps = steps as u64;
        self.show();
    }

    pub(super) fn item(&mut self) {
        self.runs += 1;
        self.show();
    }

    pub(super) fn step(&mut self, name: &str, best: f64, spent: &Spent, left: &[Amount]) {
        self.done += 1;
        self.runs = 0;
        if self.bar.is_hidden() {
            return;
        }
        // What matters most comes first: the end is cut where a terminal is narrow.
        self.told = vec![format!("best {best:.3}"), format!("{} calls", spent.calls)];
        if spent.usd > 0.0 {
            self.told.push(format!("${:.2}", spent.usd));
        }
        self.told.extend(left.iter().map(|amount| format!("{amount} left")));
        self.told.push(name.to_owned());
        self.show();
    }

    fn show(&self) {
        if self.bar.is_hidden() {
            return;
        }
        // A search may take more steps than it foresaw.
        let steps = if self.done > self.steps { 0 } else { self.steps };
        let mut line = ProgressLine::new(&*self.title, self.done, steps);
        for part in &self.told {
            line = line.with(&**part);
        }
        if self.runs > 0 {
            line = line.with(format!("{} runs since", self.runs));
        }
        self.bar.set_message(line.after(self.started.elapsed()).to_text(WIDTH));
        self.bar.tick();
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
