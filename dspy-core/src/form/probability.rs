//! Probabilities as models write them.

use std::ops::Range;

/// The first number in a text, as a probability: `0.8`, `.8`, `80%`.
///
/// # Errors
/// A number that is no probability, in words.
pub(super) fn first_in(text: &str) -> Result<Option<f64>, String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let digits = |start: usize| text.get(start..).unwrap_or_default();
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return Ok(None) };
    let before = text.get(..start).unwrap_or_default();
    let start = if before.ends_with('.') { start - 1 } else { start };
    let rest = digits(start);
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let number = rest.get(..end).unwrap_or_default().trim_end_matches('.');
    let wrong = || format!("`{number}` is no probability between 0 and 1");
    let value: f64 = number.parse().map_err(|_| wrong())?;
    let is_percent = digits(start + end).trim_start().starts_with('%');
    let value = if is_percent { value / 100.0 } else { value };
    let is_negative =
        before.ends_with('-') && !before.trim_end_matches('-').ends_with(char::is_alphanumeric);
    if is_negative || !(0.0..=1.0).contains(&value) {
        return Err(wrong());
    }
    Ok(Some(value))
}

/// A probability as prompts show it.
pub(super) fn shown(probability: f64) -> String {
    let text = format!("{probability:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where a word stands in a text as a word of its own, whatever its case.
pub(super) fn word_in(text: &str, word: &str) -> Option<Range<usize>> {
    let (text_lower, word_lower) = (text.to_lowercase(), word.to_lowercase());
    // Lower case may have another length, and then places do not agree.
    if word_lower.is_empty() || text_lower.len() != text.len() {
        return None;
    }
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text_lower.match_indices(&word_lower).find_map(|(at, _)| {
        let end = at + word_lower.len();
        let before = text_lower.get(..at)?.chars().next_back();
        let after = text_lower.get(end..)?.chars().next();
        (is_edge(before) && is_edge(after)).then_some(at..end)
    })
}
