//! ROUGE-L: the longest common subsequence of words.

use super::Score;
use super::references::{References, best, shown, without_reference};
use super::token_f1::harmonic;

/// ROUGE-L (Lin 2004) of the answer and the closest reference: the F1 of their longest common
/// subsequence of words. Words are runs of ASCII letters and digits in lower case, without stemming,
/// as in Google's `rouge-score`; text in another alphabet has none.
///
/// ```
/// let score = dspy::metric::rouge_l("the cat sat on the mat", "the cat is on the mat");
/// assert!((score.value - 5.0 / 6.0).abs() < 1e-9);
/// ```
pub fn rouge_l(answer: &str, references: &(impl References + ?Sized)) -> Score {
    let given = tokens(answer);
    let shares = |reference: &str| {
        let expected = tokens(reference);
        let common = common_subsequence(&given, &expected) as f64;
        let share = |of: usize| if of == 0 { 0.0 } else { common / of as f64 };
        (share(given.len()), share(expected.len()))
    };
    match best(references, shares, |(precision, recall)| harmonic(*precision, *recall)) {
        None => without_reference(),
        Some(((precision, recall), reference)) => Score::new(harmonic(precision, recall))
            .with_feedback(format!(
                "in the order of {}: {:.0} % of the answer's words, {:.0} % of the reference's",
                shown(reference),
                100.0 * precision,
                100.0 * recall
            )),
    }
}

fn tokens(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The length of the longest common subsequence: quadratic time, linear memory.
fn common_subsequence(a: &[String], b: &[String]) -> usize {
    let mut lengths = vec![0_usize; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        let mut left = 0;
        for (other, length) in b.iter().zip(lengths.iter_mut().skip(1)) {
            let above = *length;
            *length = if word == other { diagonal + 1 } else { above.max(left) };
            diagonal = above;
            left = *length;
        }
    }
    lengths.last().copied().unwrap_or_default()
}
