//! When two texts are the same answer.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// What is left of an answer when case, punctuation, articles and spaces do not count, as DSPy
/// compares answers; `None` where nothing is left. A text that is a number is that number: its
/// point and its sign count.
///
/// ```
/// use dspy::predict::normalize_answer;
///
/// assert_eq!(normalize_answer(" The  Eiffel Tower! ").as_deref(), Some("eiffel tower"));
/// assert_eq!(normalize_answer("-3.50"), normalize_answer("-3.5"));
/// assert_ne!(normalize_answer("3.5"), normalize_answer("35"));
/// assert_eq!(normalize_answer("(A)").as_deref(), Some("a"), "of a multiple choice");
/// assert_eq!(normalize_answer("…").as_deref(), Some("…"), "ASCII punctuation alone is left out");
/// assert_eq!(normalize_answer("?!"), None);
/// ```
pub fn normalize_answer(text: &str) -> Option<String> {
    if let Some(number) = text.trim().parse::<f64>().ok().filter(|number| number.is_finite()) {
        return Some(number.to_string());
    }
    let text = DecomposingNormalizerBorrowed::new_nfd().normalize(text).to_lowercase();
    let text: String = text.chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let all: Vec<&str> = text.split_whitespace().collect();
    let is_article = |word: &&str| matches!(*word, "a" | "an" | "the");
    // An answer that is nothing but an article is a letter of a multiple choice, or a word in question.
    let words: Vec<&str> = match all.iter().all(is_article) {
        true => all,
        false => all.into_iter().filter(|word| !is_article(word)).collect(),
    };
    (!words.is_empty()).then(|| words.join(" "))
}
