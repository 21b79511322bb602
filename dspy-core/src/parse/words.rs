//! Comparing what a model wrote with what was asked for: dressing, words, negation.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Words that turn what follows around, or compare with it.
const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "neither",
    "nor",
    "without",
    "except",
    "excluding",
    "unlike",
    "instead",
    "rather",
    "than",
    "hardly",
    "barely",
    "cannot",
    "non",
    "isn",
    "wrong",
    "incorrect",
    "untrue",
    "against",
    "nothing",
    "none",
    "few",
    "unless",
    "lacks",
];

/// The most layers of dressing that are removed.
const LAYERS: usize = 12;

/// Removes white space, Markdown marks, quotes, brackets around the whole, and final punctuation.
pub(crate) fn undressed(text: &str) -> &str {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return text;
    }
    let mut current = text;
    for _ in 0..LAYERS {
        let mut next = current.trim_matches(super::reader::is_space);
        next =
            next.trim_matches(['*', '`', '"', '“', '”', '„', '‘', '’', '\'', '«', '»', '「', '」']);
        next = next.trim_end_matches(['.', ',', ';', ':', '!']);
        for (open, close) in [('(', ')'), ('[', ']'), ('_', '_'), ('~', '~'), ('<', '>')] {
            if let Some(inner) = next.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
                next = inner;
            }
        }
        // `B)` and `(see` have lost their other half.
        if !next.contains('(') {
            next = next.trim_end_matches(')');
        }
        if !next.contains(')') {
            next = next.trim_start_matches('(');
        }
        let heading = next.trim_start_matches('#');
        if heading.len() < next.len() && heading.starts_with(' ') {
            next = heading;
        }
        for bullet in ["- ", "* ", "• ", "> "] {
            let rest = next.strip_prefix(bullet).map(str::trim_start);
            // `- 5` may be a bullet or a negative number, and stays as it is.
            if let Some(rest) = rest.filter(|rest| rest.starts_with(char::is_alphabetic)) {
                next = rest;
            }
        }
        if next.len() == current.len() {
            return next;
        }
        current = next;
    }
    current
}

/// The words of an identifier or phrase, in lower case: `inProgress`, `IN_PROGRESS` and
/// `in progress` are the same words. Symbols stay, so that `C`, `C++` and `-1` do not meet.
pub(crate) fn words(text: &str) -> Vec<String> {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    }
    let chars: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    let mut previous: Option<char> = None;
    for (index, &c) in chars.iter().enumerate() {
        let next = chars.get(index + 1).copied();
        let joins = matches!(c, '_' | '-' | '\u{2010}' | '\u{2011}')
            && previous.is_some_and(char::is_alphanumeric)
            && next.is_some_and(char::is_alphanumeric);
        let starts = c.is_uppercase()
            && previous.is_some_and(|p| {
                p.is_lowercase() || (p.is_uppercase() && next.is_some_and(char::is_lowercase))
            });
        if joins || super::reader::is_space(c) || starts {
            words.push(String::new());
        }
        if !joins
            && !super::reader::is_space(c)
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase().map(|c| if c == '’' { '\'' } else { c }));
        }
        previous = Some(c);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A form in which spellings of the same name are equal. Words run together, except digits.
pub(crate) fn same_form(text: &str) -> String {
    let text = composed(text);
    let mut form = String::new();
    for word in words(undressed(&text)) {
        let digits = form.ends_with(|c: char| c.is_ascii_digit())
            && word.starts_with(|c: char| c.is_ascii_digit());
        if digits {
            form.push(' ');
        }
        form.push_str(&word);
    }
    form
}

/// The text in Unicode's form KC: letters and digits of full width, ligatures and accents apart
/// become the ordinary ones.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// Whether a text is one of the words for null.
pub(crate) fn is_null_word(text: &str) -> bool {
    matches!(text.trim(), "null" | "Null" | "NULL" | "None" | "none" | "N/A" | "n/a")
}

/// Whether more of the text may make it one of the words for null.
pub(crate) fn may_become_null(text: &str) -> bool {
    let words = ["null", "Null", "NULL", "None", "none", "N/A", "n/a"];
    let text = text.trim();
    words.iter().any(|word| word.starts_with(text))
}

/// A word of a sentence, with where it came from.
#[derive(Debug)]
pub(crate) struct Word<'t> {
    pub(crate) text: String,
    /// The chunk between spaces that it is part of, as written.
    pub(crate) chunk: &'t str,
    pub(crate) first_of_chunk: bool,
    pub(crate) last_of_chunk: bool,
    pub(crate) sentence: usize,
}

/// A text as words with their sentences.
pub(crate) fn sentence_words(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut sentence = 0;
    for line in text.lines() {
        for chunk in line.split(|c| c == '—' || super::reader::is_space(c)).flat_map(halves) {
            let parts = words(undressed(chunk));
            let count = parts.len();
            for (index, part) in parts.into_iter().enumerate() {
                out.push(Word {
                    text: part,
                    chunk,
                    first_of_chunk: index == 0,
                    last_of_chunk: index + 1 == count,
                    sentence,
                });
            }
            let end = chunk.trim_end_matches(['*', '`', '"', '\'', ')', '”', '_']);
            sentence += usize::from(end.ends_with(['.', '!', '?', ';']));
        }
        sentence += 1;
    }
    out
}

/// `high/low` are two words, `3/4` and `n/a` are one.
fn halves(chunk: &str) -> impl Iterator<Item = &str> {
    let one = chunk.len() < 4 || chunk.contains(|c: char| c.is_numeric());
    chunk.split(move |c| c == '/' && !one).filter(move |half| one || !half.is_empty())
}

/// Whether a word negates.
pub(crate) fn negates(word: &str) -> bool {
    word.len() > 1 && NEGATIONS.contains(&word)
        || word.ends_with("n't")
        || word.ends_with("nt") && is_contraction(word)
}

fn is_contraction(word: &str) -> bool {
    matches!(word, "isnt" | "wasnt" | "doesnt" | "dont" | "cant" | "arent" | "wont" | "didnt")
}

/// Whether the words `from..to` are negated: before them in their sentence, or right after them.
pub(crate) fn negated(words: &[Word<'_>], from: usize, to: usize) -> bool {
    let Some(sentence) = words.get(from).map(|word| word.sentence) else {
        return false;
    };
    let same = |word: &&Word<'_>| word.sentence == sentence && negates(&word.text);
    let before = words.iter().take(from).rev().take_while(|word| word.sentence == sentence);
    before.filter(|word| negates(&word.text)).count() > 0
        || words.iter().skip(to).take(3).any(|word| same(&word))
}
