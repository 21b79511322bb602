//! How many words answer and reference have in common.

use std::collections::HashMap;

use super::Score;
use super::normalize::normalize_text;
use super::references::{References, best, shown, without_reference};

/// The F1 of the words of answer and closest reference after [`normalize_text`]: DSPy's `F1`. Two
/// texts without words have 0, as there.
///
/// ```
/// use dspy::metric::token_f1;
///
/// let score = token_f1("Eiffel Tower is in Paris", "Paris");
/// assert!((score.value - 1.0 / 3.0).abs() < 1e-9);
/// ```
pub fn token_f1(answer: &str, references: &(impl References + ?Sized)) -> Score {
    let answer_words = normalize_text(answer);
    let f1 = |reference: &str| Overlap::new(&answer_words, &normalize_text(reference));
    scored(best(references, f1, Overlap::f1))
}

/// [`token_f1`] as HotPotQA has it: `yes`, `no` and `noanswer` are right or wrong as a whole. DSPy's
/// `HotPotF1`.
pub fn hotpot_f1(answer: &str, references: &(impl References + ?Sized)) -> Score {
    let given = normalize_text(answer);
    let is_closed = |text: &str| matches!(text, "yes" | "no" | "noanswer");
    let f1 = |reference: &str| {
        let expected = normalize_text(reference);
        if given != expected && (is_closed(&given) || is_closed(&expected)) {
            return Overlap::default();
        }
        Overlap::new(&given, &expected)
    };
    scored(best(references, f1, Overlap::f1))
}

fn scored(best: Option<(Overlap, &str)>) -> Score {
    let Some((overlap, reference)) = best else { return without_reference() };
    let (precision, recall) = (overlap.precision, overlap.recall);
    Score::new(overlap.f1()).with_feedback(format!(
        "{:.0} % of the answer's words are in {}, {:.0} % of its words are in the answer",
        100.0 * precision,
        shown(reference),
        100.0 * recall
    ))
}

/// Shares of words in common.
#[derive(Default)]
struct Overlap {
    precision: f64,
    recall: f64,
}

impl Overlap {
    fn new(answer: &str, reference: &str) -> Self {
        let mut left: HashMap<&str, usize> = HashMap::new();
        let mut expected = 0_usize;
        for word in reference.split_whitespace() {
            *left.entry(word).or_default() += 1;
            expected += 1;
        }
        let (mut given, mut common) = (0_usize, 0_usize);
        for word in answer.split_whitespace() {
            given += 1;
            if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
                *count -= 1;
                common += 1;
            }
        }
        let share = |of: usize| if of == 0 { 0.0 } else { common as f64 / of as f64 };
        Self { precision: share(given), recall: share(expected) }
    }

    fn f1(&self) -> f64 {
        harmonic(self.precision, self.recall)
    }
}

/// The harmonic mean of two shares; 0 where both are.
pub(crate) fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}
