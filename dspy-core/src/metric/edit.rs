//! How many characters it takes to make one text of another.

use super::Score;
use super::references::{References, best, shown, without_reference};

/// 1 minus the Levenshtein distance of answer and closest reference, as a share of the longer one's
/// characters. Two empty texts are the same.
///
/// ```
/// let score = dspy::metric::edit_similarity("kitten", "sitting");
/// assert!((score.value - 4.0 / 7.0).abs() < 1e-9);
/// ```
pub fn edit_similarity(answer: &str, references: &(impl References + ?Sized)) -> Score {
    let given: Vec<char> = answer.chars().collect();
    let measure = |reference: &str| {
        let expected: Vec<char> = reference.chars().collect();
        let distance = distance(&given, &expected);
        let longer = given.len().max(expected.len());
        let similarity = if longer == 0 { 1.0 } else { 1.0 - distance as f64 / longer as f64 };
        (similarity, distance)
    };
    match best(references, measure, |(similarity, _)| *similarity) {
        None => without_reference(),
        Some(((similarity, distance), reference)) => Score::new(similarity)
            .with_feedback(format!("{distance} edits away from {}", shown(reference))),
    }
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (removed, from) in a.iter().enumerate() {
        let mut diagonal = removed;
        let mut left = removed + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (to, place) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *place;
            *place = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            diagonal = above;
            left = *place;
        }
    }
    row.last().copied().unwrap_or_default()
}
