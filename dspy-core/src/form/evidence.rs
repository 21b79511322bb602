//! Probabilities of a closed set of answers, from the log-probabilities of an answer's tokens.

use super::NativeAnswer;
use crate::lm::TokenLogprob;

/// The probability of each option, from the token with which the answer decides between them.
/// `labels` has the words that stand for each option. `None` where the tokens do not tell.
pub(super) fn probabilities(answer: &NativeAnswer<'_>, labels: &[Vec<String>]) -> Option<Vec<f64>> {
    let tokens = answer.completion.logprobs.as_deref()?;
    let labels: Vec<Vec<String>> =
        labels.iter().map(|all| all.iter().map(|label| plain(label)).collect()).collect();
    let text: String = tokens.iter().map(|token| token.token.as_str()).collect();
    let token = deciding(tokens, decision_in(&text, answer.field, &labels)?)?;
    let mut mass = vec![0.0; labels.len()];
    let mut unclear = 0.0;
    let mut seen = 0.0;
    let own = (token.token.clone(), token.logprob);
    let is_listed = token.top.iter().any(|(text, _)| *text == token.token);
    for (text, logprob) in token.top.iter().chain((!is_listed).then_some(&own)) {
        let probability = logprob.exp().clamp(0.0, 1.0);
        seen += probability;
        let text = plain(text);
        let fits = |all: &Vec<String>| {
            all.iter().any(|label| {
                !text.is_empty() && (label.starts_with(&text) || text.starts_with(label.as_str()))
            })
        };
        let mut fitting = labels.iter().enumerate().filter(|(_, all)| fits(all));
        match (fitting.next(), fitting.next()) {
            (Some((at, _)), None) => *mass.get_mut(at)? += probability,
            (Some(_), Some(_)) => unclear += probability,
            (None, _) => {}
        }
    }
    // A token that begins several options decides nothing.
    let clear: f64 = mass.iter().sum();
    if clear <= 0.0 || unclear > clear {
        return None;
    }
    // What was not listed may belong to the options that were not.
    let missing = mass.iter().filter(|mass| **mass == 0.0).count();
    if missing > 0 {
        let share = (1.0 - seen).max(0.0) / f64::from(u32::try_from(missing).ok()?);
        mass.iter_mut().filter(|mass| **mass == 0.0).for_each(|mass| *mass = share);
    }
    let total: f64 = mass.iter().sum();
    Some(mass.into_iter().map(|mass| mass / total).collect())
}

/// The letters and digits of a text, in lower case, without what surrounds them.
fn plain(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Where the answer names an option: behind the field's name, or, where that is not said, at its
/// beginning.
fn decision_in(text: &str, field: &str, labels: &[Vec<String>]) -> Option<usize> {
    let names_one = |from: usize| {
        let rest = text.get(from..)?;
        let at = from + rest.find(char::is_alphanumeric)?;
        let word = text.get(at..)?.to_lowercase();
        labels.iter().flatten().any(|label| word.starts_with(label.as_str())).then_some(at)
    };
    let mut behind = text.match_indices(field).map(|(at, name)| at + name.len());
    behind.find_map(names_one).or_else(|| names_one(0).filter(|_| !text.contains(field)))
}

/// The token in which the text at this place begins.
fn deciding(tokens: &[TokenLogprob], place: usize) -> Option<&TokenLogprob> {
    let mut start = 0;
    for token in tokens {
        let end = start + token.token.len();
        if place < end {
            let before = token.token.get(..place.checked_sub(start)?)?;
            return (!before.contains(char::is_alphanumeric)).then_some(token);
        }
        start = end;
    }
    None
}
