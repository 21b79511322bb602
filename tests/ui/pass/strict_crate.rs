//! Nothing generated trips the strictest lints, nor needs more than `dspy`.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, nonstandard_style, future_incompatible)]

use dspy::module::Module as _;
use dspy::predict::Predict;
use dspy::{Parameters, Signature, data, module};

/// How it ends.
#[data]
pub enum End {
    /// Well.
    Well,
    /// Badly.
    Badly,
}

/// Tell how the story ends.
#[derive(Debug, Signature)]
pub struct Story {
    /// The story.
    #[input]
    pub story: String,
    /// How it ends.
    #[output]
    pub end: End,
}

/// A part.
#[derive(Clone, Debug, Default, Parameters)]
pub struct Part {
    /// Its predictor.
    pub tell: Predict<Story>,
}

/// A program.
#[derive(Clone, Debug, Default)]
pub struct Tale {
    part: Part,
}

#[module]
impl Tale {
    /// Tells the end.
    ///
    /// # Errors
    /// Those of the model.
    pub async fn forward(&self, story: String) -> dspy::Result<End> {
        Ok(self.part.tell.call(story).await?.end)
    }
}

fn main() {
    let _ = Tale::default();
}
