//! [`Prices`]: what models cost.

mod label;
mod price;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::error::LmError;

pub use self::price::{LongPrompt, Price};

/// What models cost, by their labels `PROVIDER/MODEL`.
///
/// The built-in table holds what the providers publish, as of [`DATE`](Self::DATE); prices change, so
/// check what matters to you and set it yourself. Models that run on your own machine (`embedded`,
/// `vllm/…`, `llamacpp/…`, `lmstudio/…`, `ollama/…`) are free.
///
/// A model is looked up by its label as it is, whatever its case; then without the date, number or
/// `-latest` at its end; a fine-tuned `ft:BASE:…` by its base. What is not found then has no price, and
/// nothing is guessed.
///
/// ```
/// use dspy::lm::{Price, Prices};
///
/// let prices = Prices::builtin().with("openai/my-model", Price::per_million(0.5, 1.5));
/// assert!(prices.get("openai/gpt-4o-mini-2024-07-18").is_some());
/// assert_eq!(prices.get("openai/my-model").map(|price| price.input), Some(0.5));
/// assert_eq!(prices.get("openai/some-other-model"), None);
/// ```
#[derive(Clone, Debug)]
pub struct Prices {
    builtin: bool,
    own: Arc<BTreeMap<String, Price>>,
}

impl Default for Prices {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Prices {
    /// The day of the built-in table's figures.
    pub const DATE: &str = "2026-11-21";

    /// The built-in table.
    pub fn builtin() -> Self {
        Self { builtin: true, own: Arc::default() }
    }

    /// No prices at all, not even those of models on your own machine.
    pub fn empty() -> Self {
        Self { builtin: false, own: Arc::default() }
    }

    /// The prices in a JSON file: labels, each with an object of prices in US dollars per million
    /// tokens. Add them to the built-in ones with [`with_all`](Self::with_all).
    ///
    /// ```json
    /// {"openai/my-model": {"input": 0.5, "output": 1.5, "cache_read": 0.05, "cache_write": 0.5}}
    /// ```
    ///
    /// # Errors
    /// [`LmError::Config`] for a file that cannot be read, or says something else.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LmError> {
        let path = path.as_ref();
        let fault = |fault: String| LmError::Config {
            message: format!("cannot take prices from {}: {fault}", path.display()),
        };
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let prices: BTreeMap<String, Price> =
            serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
        if let Some((label, _)) = prices.iter().find(|(_, price)| !price.is_sound()) {
            return Err(fault(format!("a price of `{label}` is negative or no number")));
        }
        let own = prices.into_iter().map(|(label, price)| (label.to_lowercase(), price));
        Ok(Self { builtin: false, own: Arc::new(own.collect()) })
    }

    /// The same prices, with this one for `label`.
    #[must_use]
    pub fn with(mut self, label: impl AsRef<str>, price: Price) -> Self {
        Arc::make_mut(&mut self.own).insert(label.as_ref().to_lowercase(), price);
        self
    }

    /// The same prices, with those of `others` in place of older ones.
    #[must_use]
    pub fn with_all(mut self, others: &Self) -> Self {
        self.builtin |= others.builtin;
        let own = others.own.iter().map(|(label, price)| (label.clone(), *price));
        Arc::make_mut(&mut self.own).extend(own);
        self
    }

    /// The price of a model; `None` where it is not known.
    pub fn get(&self, label: &str) -> Option<Price> {
        let label = label.to_lowercase();
        let spellings = || label::spellings(&label);
        spellings()
            .find_map(|spelling| self.own.get(spelling).copied())
            .or_else(|| self.builtin.then(|| spellings().find_map(table::price)).flatten())
    }
}
