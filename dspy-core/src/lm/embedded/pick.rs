//! Picks: the option chosen for a closed set, and why.

use super::chance::Chance;
use super::evidence::{Evidence, probabilities};
use super::field::Choice;

/// What a repeated answer must be ahead by, after it was found wanting.
const REPEATED: f64 = 30.0;

/// A chosen option.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// Its place among the choices.
    pub(super) option: usize,
    pub(super) name: String,
    /// The probability the evidence gives it.
    pub(super) probability: f64,
    /// Words of the question that speak for it.
    pub(super) words: Vec<String>,
    /// The demonstration of the same answer that is nearest to the question.
    pub(super) example: Option<usize>,
    /// Whether there was any evidence at all.
    pub(super) informed: bool,
}

/// Chooses among options for the field `name`; `None` if there are none.
///
/// `labels` pairs demonstrations with the option they answer with, `about` is the field's
/// description, `past` an earlier answer that was found wanting.
pub(super) fn pick(
    evidence: &Evidence<'_>,
    chance: &Chance,
    (name, about): (&str, &str),
    choices: &[Choice],
    labels: &[(usize, usize)],
    past: Option<usize>,
) -> Option<Pick> {
    let weighed = evidence.weigh(choices, labels, about);
    let mut scores = weighed.scores;
    if let Some(score) = past.and_then(|past| scores.get_mut(past)).filter(|_| weighed.informed) {
        *score -= REPEATED;
    }
    let chances = probabilities(&scores);
    let noisy = scores
        .iter()
        .zip(choices)
        .map(|(score, choice)| score + chance.gumbel(name, &choice.name))
        .enumerate();
    let (option, _) = noisy.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let choice = choices.get(option)?;
    let words = evidence.telling(choice, option, labels, &weighed.hints);
    Some(Pick {
        option,
        name: choice.name.clone(),
        probability: chances.get(option).copied().unwrap_or_default(),
        words: words.into_iter().map(str::to_owned).collect(),
        example: evidence.closest(labels, option),
        informed: weighed.informed,
    })
}

/// The option a text stands for, if any.
pub(super) fn option_of(text: &str, choices: &[Choice]) -> Option<usize> {
    let text = text.trim();
    choices
        .iter()
        .position(|choice| choice.name == text)
        .or_else(|| choices.iter().position(|choice| choice.name.eq_ignore_ascii_case(text)))
}
