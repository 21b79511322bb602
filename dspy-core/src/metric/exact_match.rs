//! Whether an answer is the reference.

use super::Score;
use super::normalize::normalize_text;
use super::references::{References, best, shown, without_reference};

/// 1 where the answer equals a reference after [`normalize_text`], else 0. DSPy's
/// `answer_exact_match`.
///
/// ```
/// use dspy::metric::exact_match;
///
/// assert_eq!(exact_match("The Eiffel Tower!", "eiffel tower").value, 1.0);
/// assert_eq!(exact_match("Paris", &["London", "Paris"]).value, 1.0);
/// let wrong = exact_match("Paris", "London");
/// assert_eq!(wrong.feedback.as_deref(), Some("expected `London`, got `Paris`"));
/// ```
pub fn exact_match(answer: &str, references: &(impl References + ?Sized)) -> Score {
    let given = normalize_text(answer);
    compare(answer, references, |reference| given == normalize_text(reference))
}

/// 1 where the answer is a reference to the last character, white space at the ends aside; else 0.
pub fn same_text(answer: &str, references: &(impl References + ?Sized)) -> Score {
    compare(answer, references, |reference| answer.trim() == reference.trim())
}

fn compare(
    answer: &str,
    references: &(impl References + ?Sized),
    equal: impl Fn(&str) -> bool,
) -> Score {
    match best(references, equal, |equal| f64::from(u8::from(*equal))) {
        None => without_reference(),
        Some((true, _)) => Score::new(1.0).with_feedback("the answer is right"),
        Some((false, expected)) => Score::new(0.0).with_feedback(format!(
            "expected {}, got {}",
            shown(expected),
            shown(answer)
        )),
    }
}
