//! Words as the WMT's scorer `mteval-v13a` cuts them.

/// The words of a text, punctuation apart; full stops and commas within numbers stay.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut text = text.trim_end().replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if text.contains('&') {
        for (entity, c) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            text = text.replace(entity, c);
        }
    }
    let mut chars = vec![' '];
    for c in text.chars() {
        if stands_alone(c) { chars.extend([' ', c, ' ']) } else { chars.push(c) }
    }
    chars.push(' ');
    let is_point = |c: char| matches!(c, '.' | ',');
    let chars =
        pairs(&chars, |a, b| !a.is_ascii_digit() && is_point(b), |a, b| vec![a, ' ', b, ' ']);
    let chars =
        pairs(&chars, |a, b| is_point(a) && !b.is_ascii_digit(), |a, b| vec![' ', a, ' ', b]);
    let chars = pairs(&chars, |a, b| a.is_ascii_digit() && b == '-', |a, b| vec![a, ' ', b, ' ']);
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}');
    let text: String = chars.into_iter().collect();
    text.split(is_space).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// ASCII punctuation but `'`, `,`, `-` and `.`.
fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '\'' | ',' | '-' | '.')
}

/// Replaces pairs of neighbours from the left; those that overlap with one replaced stay.
fn pairs(
    chars: &[char],
    matches: impl Fn(char, char) -> bool,
    replaced: impl Fn(char, char) -> Vec<char>,
) -> Vec<char> {
    let mut out = Vec::with_capacity(chars.len());
    let mut left = chars;
    loop {
        match left {
            [a, b, rest @ ..] if matches(*a, *b) => {
                out.extend(replaced(*a, *b));
                left = rest;
            }
            [a, rest @ ..] => {
                out.push(*a);
                left = rest;
            }
            [] => return out,
        }
    }
}
