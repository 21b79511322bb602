//! BLEU: runs of words in common.

mod words;

use std::collections::HashMap;

use super::Score;
use super::references::{References, without_reference};
use words::words;

/// Runs of up to so many words are compared.
const ORDER: usize = 4;

/// BLEU (Papineni 2002) of one answer, between 0 and 1: what `sacrebleu.sentence_bleu` gives as 0 to
/// 100. Words by `13a`, capitals matter, exponential smoothing, and orders that the answer is too
/// short for are left out.
///
/// ```
/// let score = dspy::metric::bleu("The cat sat on the mat.", "The cat sat on a mat.");
/// assert!((score.value - 0.488923).abs() < 1e-6);
/// ```
pub fn bleu(answer: &str, references: &(impl References + ?Sized)) -> Score {
    match Counts::of(answer, references) {
        None => without_reference(),
        Some(counts) => {
            let matches: Vec<String> = (0..ORDER)
                .map(|order| counts.correct_and_total(order))
                .enumerate()
                .filter(|(_, (_, total))| *total > 0)
                .map(|(order, (correct, total))| format!("{correct}/{total} of {}", order + 1))
                .collect();
            Score::new(counts.value(true)).with_feedback(format!(
                "runs of words found in a reference: {}; {} words, a reference has {}",
                if matches.is_empty() { "none".to_owned() } else { matches.join(", ") },
                counts.length,
                counts.reference_length
            ))
        }
    }
}

/// BLEU of a whole corpus, which is not the mean of its sentences': what `sacrebleu.corpus_bleu`
/// gives, between 0 and 1. Each pair is an answer and its references; those without are left out.
///
/// ```
/// let pairs = [("The cat sat on the mat.", ["The cat sat on a mat."])];
/// assert!((dspy::metric::corpus_bleu(pairs) - 0.488923).abs() < 1e-6);
/// ```
pub fn corpus_bleu<A: AsRef<str>, R: References>(pairs: impl IntoIterator<Item = (A, R)>) -> f64 {
    let mut all = Counts::default();
    for (answer, references) in pairs {
        all.add(&Counts::of(answer.as_ref(), &references).unwrap_or_default());
    }
    all.value(false)
}

/// What BLEU is computed from; adds up over sentences.
#[derive(Default)]
struct Counts {
    correct: [usize; ORDER],
    total: [usize; ORDER],
    length: usize,
    reference_length: usize,
}

impl Counts {
    fn of(answer: &str, references: &(impl References + ?Sized)) -> Option<Self> {
        let given = words(answer);
        let references: Vec<Vec<String>> = references.texts().into_iter().map(words).collect();
        let lengths = references.iter().map(Vec::len);
        let reference_length =
            lengths.min_by_key(|length| (length.abs_diff(given.len()), *length))?;
        let mut counts = Self { length: given.len(), reference_length, ..Self::default() };
        for (order, (correct, total)) in
            counts.correct.iter_mut().zip(&mut counts.total).enumerate()
        {
            let mut allowed: HashMap<&[String], usize> = HashMap::new();
            for reference in &references {
                for (run, count) in runs(reference, order + 1) {
                    let most = allowed.entry(run).or_default();
                    *most = (*most).max(count);
                }
            }
            for (run, count) in runs(&given, order + 1) {
                *total += count;
                *correct += count.min(allowed.get(run).copied().unwrap_or_default());
            }
        }
        Some(counts)
    }

    fn add(&mut self, other: &Self) {
        for (all, one) in self.correct.iter_mut().zip(other.correct) {
            *all += one;
        }
        for (all, one) in self.total.iter_mut().zip(other.total) {
            *all += one;
        }
        self.length += other.length;
        self.reference_length += other.reference_length;
    }

    fn correct_and_total(&self, order: usize) -> (usize, usize) {
        let at = |counts: &[usize; ORDER]| counts.get(order).copied().unwrap_or_default();
        (at(&self.correct), at(&self.total))
    }

    /// `short` leaves out the orders that the text is too short for.
    fn value(&self, short: bool) -> f64 {
        if self.correct.iter().all(|correct| *correct == 0) {
            return 0.0;
        }
        let mut logs = 0.0;
        let mut orders = 0_u32;
        let mut smoothing = 1.0;
        for order in 0..ORDER {
            let (correct, total) = self.correct_and_total(order);
            if total == 0 {
                break;
            }
            orders += 1;
            // Each order without a match counts half of what the one before did.
            logs += if correct == 0 {
                smoothing *= 2.0;
                (1.0 / (smoothing * total as f64)).ln()
            } else {
                (correct as f64 / total as f64).ln()
            };
        }
        if !short && (orders as usize) < ORDER {
            return 0.0;
        }
        let (length, reference) = (self.length as f64, self.reference_length as f64);
        let brevity = if length < reference { (1.0 - reference / length).exp() } else { 1.0 };
        brevity * (logs / f64::from(orders)).exp()
    }
}

fn runs(words: &[String], length: usize) -> HashMap<&[String], usize> {
    let mut runs: HashMap<&[String], usize> = HashMap::new();
    for run in words.windows(length) {
        *runs.entry(run).or_default() += 1;
    }
    runs
}
