//! Colours, where there is a terminal that wants them.

use std::collections::BTreeMap;

/// Whether text may be coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    is_on: bool,
}

impl Style {
    /// Colours on terminals, unless `NO_COLOR` is set to anything or the terminal is `dumb`.
    pub(crate) fn of(is_terminal: bool, env: &BTreeMap<String, String>) -> Self {
        let refused = env.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = env.get("TERM").is_some_and(|value| value == "dumb");
        Self { is_on: is_terminal && !refused && !is_dumb }
    }

    pub(crate) fn is_on(self) -> bool {
        self.is_on
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.is_on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
