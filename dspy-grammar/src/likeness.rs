//! Which known word a misspelt one stands for.

/// The known word that a misspelt one most likely stands for, by Jaro-Winkler likeness.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    const LIKELY: f64 = 0.8;
    known
        .iter()
        .map(|known| (*known, likeness(word, known)))
        .filter(|(_, likeness)| *likeness >= LIKELY)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(known, _)| known)
}

/// How alike two words are, from 0 to 1: the Jaro-Winkler measure, which counts common characters
/// in about the same place, and rewards a common beginning of up to four.
pub fn likeness(a: &str, b: &str) -> f64 {
    const PREFIX_WEIGHT: f64 = 0.1;
    let jaro = jaro(a, b);
    let prefix = a.chars().zip(b.chars()).take(4).take_while(|(a, b)| a == b).count();
    jaro + as_f64(prefix) * PREFIX_WEIGHT * (1.0 - jaro)
}

fn jaro(a: &str, b: &str) -> f64 {
    let (a, mut b): (Vec<char>, Vec<Option<char>>) =
        (a.chars().collect(), b.chars().map(Some).collect());
    let in_order: Vec<char> = b.iter().flatten().copied().collect();
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut common = Vec::new();
    for (index, letter) in a.iter().enumerate() {
        let window = index.saturating_sub(reach)..(index + reach + 1).min(b.len());
        let Some(near) = b.get_mut(window) else { continue };
        if let Some(other) = near.iter_mut().find(|other| **other == Some(*letter)) {
            *other = None;
            common.push(*letter);
        }
    }
    if common.is_empty() {
        return if a.is_empty() && b.is_empty() { 1.0 } else { 0.0 };
    }
    let common_of_b = in_order.iter().zip(&b).filter(|(_, left)| left.is_none()).map(|(c, _)| c);
    let displaced = common.iter().zip(common_of_b).filter(|(a, b)| a != b).count();
    let matches = as_f64(common.len());
    let transposed = as_f64(displaced / 2);
    (matches / as_f64(a.len()) + matches / as_f64(b.len()) + (matches - transposed) / matches) / 3.0
}

#[allow(clippy::cast_precision_loss)] // lengths of words
fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_word_that_was_meant() {
        let known = ["desc", "rename", "default", "max_length"];
        assert_eq!(nearest("dsec", &known), Some("desc"));
        assert_eq!(nearest("defualt", &known), Some("default"));
        assert_eq!(nearest("maxlength", &known), Some("max_length"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("", &known), None);
    }
}
