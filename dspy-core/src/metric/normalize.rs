//! Answers in the form in which questions about facts compare them.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The text in lower case, without ASCII punctuation, English articles and needless white space: how
/// SQuAD, HotPotQA and DSPy compare answers. Letters with accents are taken apart (form NFD).
///
/// ```
/// assert_eq!(dspy::metric::normalize_text("The,  Eiffel  Tower!"), "eiffel tower");
/// ```
pub fn normalize_text(text: &str) -> String {
    let text = DecomposingNormalizerBorrowed::new_nfd().normalize(text).to_lowercase();
    let bare: Vec<char> = text.chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let mut kept = String::with_capacity(bare.len());
    // A word is what Python's `\b` bounds: marks that NFD has cut off letters are outside of it.
    for run in bare.chunk_by(|a, b| a.is_alphanumeric() == b.is_alphanumeric()) {
        match run {
            ['a'] | ['a', 'n'] | ['t', 'h', 'e'] => kept.push(' '),
            other => kept.extend(other),
        }
    }
    kept.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// White space as Python's `split` sees it: four separators of ASCII more than Unicode's property.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}
