//! Texts for people: no wider than 80 columns, and in colour where somebody looks at them.

mod page;
mod progress_line;
mod wrap;

pub use progress_line::ProgressLine;
pub use wrap::wrapped;

pub(crate) use page::{Ink, Page};

use std::io::IsTerminal as _;

/// The most columns that a text takes.
pub const WIDTH: usize = 80;

/// Whether a text is in colour.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::terminal::Colour;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let before = Predict::<Qa>::new();
/// let after = before.clone().with_instructions("Answer briefly.");
/// let diff = dspy::module::diff(&before, &after);
/// println!("{}", diff.to_text(Colour::Auto));
/// assert_eq!(diff.to_text(Colour::Never), diff.to_string());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Where standard output is a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    Auto,
    /// Never, which is how everything is displayed.
    #[default]
    Never,
    /// In any case.
    Always,
}

impl Colour {
    /// Whether it comes to colour, here and now.
    pub fn is_on(self) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Auto => std::io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb(),
        }
    }
}
