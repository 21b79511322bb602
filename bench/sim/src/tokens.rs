//! How many tokens a text has, about as tokenizers count.

/// A word is a token for every five letters or digits, and every other sign is one.
///
/// ```
/// assert_eq!(dspy_sim::count_tokens("Paris, the capital"), 5);
/// ```
#[must_use]
pub fn count_tokens(text: &str) -> u64 {
    let (mut tokens, mut run) = (0, 0);
    for sign in text.chars() {
        if sign.is_alphanumeric() {
            run += 1;
            continue;
        }
        tokens += u64::div_ceil(run, 5) + u64::from(!sign.is_whitespace());
        run = 0;
    }
    tokens + u64::div_ceil(run, 5)
}
