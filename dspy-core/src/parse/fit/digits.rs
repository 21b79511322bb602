//! Finding the one number in a text.

use std::borrow::Cow;

use crate::parse::words::{negated, sentence_words, undressed};

/// What a text says about numbers.
#[derive(Debug, PartialEq)]
pub(super) enum Digits {
    /// One number, as JSON writes it.
    One(String),
    /// Several readings.
    Several(Vec<String>),
    /// Nothing that is safely a number.
    Nothing,
}

/// Words after a number that make it another number.
const SCALES: &[&str] = &[
    "k",
    "e",
    "m",
    "mn",
    "mio",
    "mm",
    "b",
    "bn",
    "t",
    "tn",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "trillion",
    "trillions",
    "lakh",
    "mil",
    "mill",
    "mln",
    "mrd",
    "bil",
    "tsd",
    "crore",
    "dozen",
    "dozens",
    "score",
    "half",
    "halves",
    "quarter",
    "quarters",
    "third",
    "thirds",
    "fifths",
    "tenths",
    "hundredths",
    "and a half",
];

/// Words that make a number in the same text a bound, a part, or something to calculate.
const UNCLEAR: &[&str] = &[
    "or",
    "least",
    "most",
    "over",
    "under",
    "below",
    "above",
    "minus",
    "negative",
    "plus",
    "times",
    "squared",
    "cubed",
    "point",
    "divided",
    "multiplied",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
];

/// Longer texts are not searched.
const LONGEST: usize = 4000;

/// The one number of a text, undressed: `$1,234.50` is `1234.50`, `**42**` is `42`.
pub(super) fn find(text: &str) -> Digits {
    if text.len() > LONGEST {
        return Digits::Nothing;
    }
    let narrow = narrow(text);
    let text: &str = &narrow;
    let foreign = |c: char| c.is_numeric() && !c.is_ascii_digit();
    if (!text.is_ascii() && text.contains(foreign)) || in_brackets(text) {
        return Digits::Nothing;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<Result<String, String>> = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if !c.is_ascii_digit() {
            at += 1;
            continue;
        }
        let (end, number) = token(&chars, at);
        let raw = || chars.get(at..end).unwrap_or_default().iter().collect();
        let entry = number.ok_or_else(raw);
        // `It is 42. Yes, 42.` says it twice; `4 2` and `2 2` are unclear.
        if !found.contains(&entry) || !text.contains(char::is_alphabetic) {
            found.push(entry);
        }
        at = end;
    }
    match found.as_slice() {
        [] => Digits::Nothing,
        [Ok(one)] if !is_denied(text) => Digits::One(one.clone()),
        [Ok(one)] => Digits::Several(vec![one.clone()]),
        [Err(_)] => Digits::Nothing,
        several => Digits::Several(
            several.iter().take(8).map(|entry| entry.clone().unwrap_or_else(|raw| raw)).collect(),
        ),
    }
}

/// The quotient, if the text is a fraction of two whole numbers and nothing else: `3/4`.
pub(super) fn fraction(text: &str) -> Option<f64> {
    let plain = undressed(text);
    let (above, below) = plain.split_once(['/', '⁄'])?;
    let whole = |text: &str| {
        let short = (1..=9).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
        short.then(|| text.parse::<f64>().ok())?
    };
    let (sign, above) = match above.trim().strip_prefix(['-', '−']) {
        Some(above) => (-1.0, above),
        None => (1.0, above.trim()),
    };
    let below = whole(below.trim()).filter(|below| *below != 0.0)?;
    Some(sign * whole(above)? / below)
}

/// Digits, signs and points of full width as those of ASCII.
fn narrow(text: &str) -> Cow<'_, str> {
    let wide = |c: char| ('\u{ff01}'..='\u{ff5e}').contains(&c);
    if text.is_ascii() || !text.contains(wide) {
        return Cow::Borrowed(text);
    }
    let narrowed = |c: char| match wide(c) {
        true => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        false => c,
    };
    Cow::Owned(text.chars().map(narrowed).collect())
}

/// Whether the whole text stands in brackets, as bookkeepers write what is negative.
fn in_brackets(text: &str) -> bool {
    let text = text.trim();
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| !inner.contains(|c: char| c.is_alphabetic() || c == ','))
}

/// The number whose first digit is at `start`: where it ends, and its JSON form if it is clear.
fn token(chars: &[char], start: usize) -> (usize, Option<String>) {
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut end = start;
    let mark = |at: usize| matches!(chars.get(at), Some('.' | ',' | '_' | '\'' | '’'));
    while digit(end) || (mark(end) && digit(end + 1)) {
        end += 1;
    }
    let mut body: String = chars.get(start..end).unwrap_or_default().iter().collect();
    let mut before = start;
    if before.checked_sub(1).and_then(|at| chars.get(at)) == Some(&'.') {
        before -= 1;
        body.insert_str(0, "0.");
    }
    let mantissa = plain(&body);
    // 1e5
    let mut exponent = String::new();
    if matches!(chars.get(end), Some('e' | 'E')) {
        let signed = usize::from(matches!(chars.get(end + 1), Some('+' | '-')));
        if digit(end + 1 + signed) {
            let from = end;
            end += 1 + signed;
            while digit(end) {
                end += 1;
            }
            exponent = chars.get(from..end).unwrap_or_default().iter().collect();
        }
    }
    // 0x1F, 0b1
    let radix = body == "0" && matches!(chars.get(end), Some('x' | 'X' | 'b' | 'o'));
    let clear = !radix && clear_after(chars, end);
    match (mantissa, sign(chars, before), clear) {
        (Some(mantissa), Some(""), true) if exponent.is_empty() => (end, Some(mantissa)),
        (Some(mantissa), Some(sign), true) => (end, Some(format!("{sign}{mantissa}{exponent}"))),
        _ => (end, None),
    }
}

/// The sign before a number, or nothing if what stands there makes it unclear.
fn sign(chars: &[char], start: usize) -> Option<&'static str> {
    let back = |steps: usize| start.checked_sub(steps).and_then(|at| chars.get(at)).copied();
    let mut steps = 1;
    let currency = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '₹');
    let money =
        back(1).is_some_and(currency) || (back(1) == Some(' ') && back(2).is_some_and(currency));
    if money {
        steps = if back(1) == Some(' ') { 3 } else { 2 };
        // `US$`
        let letters = (0..3).take_while(|more| back(steps + more).is_some_and(char::is_uppercase));
        let letters = letters.count();
        if (1..=2).contains(&letters) && !back(steps + letters).is_some_and(char::is_alphanumeric) {
            steps += letters;
        }
    }
    let Some(c) = back(steps) else {
        return Some("");
    };
    match c {
        '-' | '−' | '+' => {
            let joined = back(steps + 1)
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, ')' | '-' | '−' | '+' | '…'));
            match (joined, c) {
                (true, _) => None,
                (false, '+') => Some(""),
                (false, _) => Some("-"),
            }
        }
        '(' if money => None,
        '–' | '—' | '…' | '<' | '>' | '≤' | '≥' | '^' | '/' | '.' | ',' | '_' | '×' | '\\' => {
            None
        }
        c if c.is_alphanumeric() => None,
        c if c.is_whitespace() => {
            // `- 5` may be a bullet or a sign, `< 5` is no number.
            let earlier = (steps + 1..=steps + 7).map_while(back).find(|c| !c.is_whitespace());
            let unclear =
                earlier.is_some_and(|c| matches!(c, '-' | '−' | '…' | '<' | '>' | '≤' | '≥'));
            (!unclear).then_some("")
        }
        _ => Some(""),
    }
}

/// Whether nothing after a number changes what it says.
fn clear_after(chars: &[char], end: usize) -> bool {
    let rest = chars.get(end..).unwrap_or_default();
    if rest.is_empty() {
        return true;
    }
    let spaces = rest.iter().take_while(|c| c.is_whitespace() || **c == '-').count();
    let unit: String =
        rest.iter().skip(spaces).take_while(|c| c.is_alphanumeric()).take(16).collect();
    let next = rest.first();
    let glued_digit = spaces == 0 && unit.contains(|c: char| c.is_ascii_digit());
    let dash = matches!(next, Some('-' | '–' | '−'))
        && !rest.get(1).is_some_and(|c| c.is_alphabetic() || c.is_whitespace());
    let joined = dash || matches!(next, Some('…' | '/' | '^' | '×' | '\\' | '_'));
    let dots = matches!(rest, ['.', '.', ..]);
    let scaled = SCALES.contains(&unit.to_lowercase().as_str());
    let tail: String = rest.iter().take(12).collect();
    let fraction = tail.trim_start().to_lowercase();
    let mixed = fraction.starts_with("and a ") || fraction.starts_with("and one ");
    !(glued_digit || joined || dots || scaled || mixed)
}

/// Digits with separators as JSON writes them; nothing if the separators are unclear.
fn plain(body: &str) -> Option<String> {
    if body.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = body.trim_start_matches('0');
        return Some(if digits.is_empty() { "0" } else { digits }.to_owned());
    }
    let (dots, commas) = (body.matches('.').count(), body.matches(',').count());
    let grouped = |text: &str, mark: char| {
        let mut groups = text.split(mark);
        let head = groups.next().is_some_and(|head| (1..=3).contains(&head.len()) && head != "0");
        let mut rest = groups.peekable();
        head && rest.peek().is_some() && rest.all(|group| group.len() == 3)
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let body = &body.replace('’', "'");
    let number = if body.contains('\'') {
        let (whole, fraction) = body.split_once('.').map_or((&**body, ""), |parts| parts);
        let point = if fraction.is_empty() { "" } else { "." };
        (grouped(whole, '\'') && commas == 0 && dots <= 1 && digits(fraction))
            .then(|| format!("{}{point}{fraction}", whole.replace('\'', "")))
    } else if body.contains('_') {
        (grouped(body, '_') && dots + commas == 0).then(|| body.replace('_', ""))
    } else if commas == 0 {
        (dots <= 1).then(|| body.to_owned())
    } else if dots == 0 {
        grouped(body, ',').then(|| body.replace(',', ""))
    } else {
        // Both marks: the last one is the decimal mark.
        let comma_last = body.rfind(',') > body.rfind('.');
        let (group, decimal) = if comma_last { ('.', ',') } else { (',', '.') };
        let (whole, fraction) = body.rsplit_once(decimal)?;
        (grouped(whole, group) && digits(fraction))
            .then(|| format!("{}.{fraction}", whole.replace(group, "")))
    }?;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number.as_str(), None),
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(fraction.map_or_else(|| whole.to_owned(), |fraction| format!("{whole}.{fraction}")))
}

/// Whether a sentence says that the number is not the one, or not all of it.
fn is_denied(text: &str) -> bool {
    // No word that says so has a single letter.
    let mut letters = text.chars().map(char::is_alphabetic);
    let mut before = false;
    if !letters.any(|letter| std::mem::replace(&mut before, letter) && letter) {
        return false;
    }
    let words = sentence_words(text);
    let at = words.iter().position(|word| word.text.contains(|c: char| c.is_ascii_digit()));
    words.iter().any(|word| word.text.len() > 1 && UNCLEAR.contains(&word.text.as_str()))
        || at.is_some_and(|at| negated(&words, at, at + 1))
}
