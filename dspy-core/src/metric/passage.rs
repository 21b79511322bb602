//! Whether what was retrieved holds the answer.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use super::Score;
use super::normalize::normalize_text;
use super::references::{References, shown};

/// 1 where a passage holds one of the answers, word by word after [`normalize_text`]; else 0. DSPy's
/// `answer_passage_match`, but that an answer without words is in no passage.
///
/// ```
/// use dspy::metric::answer_in_passage;
///
/// let passages = ["The Eiffel Tower is in Paris.", "It was built in 1889."];
/// let found = answer_in_passage(&passages, "Paris");
/// assert_eq!((found.value, found.feedback.as_deref()), (1.0, Some("passage 1 holds `Paris`")));
/// assert_eq!(answer_in_passage(&passages, "Par").value, 0.0);
/// ```
pub fn answer_in_passage(
    passages: &(impl References + ?Sized),
    answers: &(impl References + ?Sized),
) -> Score {
    let wanted: Vec<(Vec<String>, &str)> = answers
        .texts()
        .into_iter()
        .map(|answer| (words(&normalize_text(answer)), answer))
        .filter(|(words, _)| !words.is_empty())
        .collect();
    for (number, passage) in passages.texts().into_iter().enumerate() {
        let text = words(&normalize_text(passage));
        let found =
            wanted.iter().find(|(answer, _)| text.windows(answer.len()).any(|w| w == answer));
        if let Some((_, answer)) = found {
            let message = format!("passage {} holds {}", number + 1, shown(answer));
            return Score::new(1.0).with_feedback(message);
        }
    }
    let all: Vec<String> = answers.texts().into_iter().map(shown).collect();
    Score::new(0.0).with_feedback(format!("no passage holds {}", all.join(" or ")))
}

/// Runs of letters, digits and marks, and every other visible character by itself, in lower case.
fn words(text: &str) -> Vec<String> {
    let text = DecomposingNormalizerBorrowed::new_nfd().normalize(text).to_lowercase();
    let marks = CanonicalCombiningClassMapBorrowed::new();
    let is_word = |c: char| c.is_alphanumeric() || marks.get_u8(c) != 0;
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for c in text.chars() {
        let joins = is_word(c);
        match words.last_mut() {
            Some(last) if inside && joins => last.push(c),
            _ if joins || is_visible(c) => words.push(c.to_string()),
            _ => {}
        }
        inside = joins;
    }
    words
}

fn is_visible(c: char) -> bool {
    let formats = matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
    );
    !c.is_whitespace() && !c.is_control() && !formats
}
