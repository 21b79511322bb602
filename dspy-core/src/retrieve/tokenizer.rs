//! [`Tokenizer`]: a text as the words it is searched by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How texts and queries are taken apart for [`Bm25Index`](super::Bm25Index).
///
/// ```
/// use dspy::retrieve::Tokenizer;
///
/// let words = Tokenizer::words().with_stop_words(["the", "in"]);
/// assert_eq!(words.tokens("The tea-house in Assam"), ["tea", "house", "assam"]);
/// assert_eq!(Tokenizer::whitespace().tokens("The tea-house"), ["The", "tea-house"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokenizer {
    split: Split,
    lower_case: bool,
    stop_words: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Split {
    Words,
    Whitespace,
}

impl Default for Tokenizer {
    fn default() -> Self {
        Self::words()
    }
}

impl Tokenizer {
    /// Runs of letters and digits in lower case. A character of a script that is written without
    /// spaces (Chinese, Japanese) is a word by itself.
    pub fn words() -> Self {
        Self { split: Split::Words, lower_case: true, stop_words: BTreeSet::new() }
    }

    /// What stands between white space, as it is.
    pub fn whitespace() -> Self {
        Self { split: Split::Whitespace, lower_case: false, stop_words: BTreeSet::new() }
    }

    /// Whether words are turned into lower case.
    #[must_use]
    pub fn with_lower_case(mut self, lower_case: bool) -> Self {
        self.lower_case = lower_case;
        self
    }

    /// Words that are left out of texts and queries, spelled as the tokens are.
    #[must_use]
    pub fn with_stop_words<T: Into<String>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.stop_words = words.into_iter().map(Into::into).collect();
        self
    }

    /// The words of a text, in order.
    pub fn tokens(&self, text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        self.each(text, &mut |token| tokens.push(token.to_owned()));
        tokens
    }

    /// Shows every word of a text, in order. Takes no memory for each of them.
    pub(super) fn each(&self, text: &str, take: &mut impl FnMut(&str)) {
        let mut lowered = String::new();
        let mut give = |token: &str| {
            let token = if self.lower_case { lower(token, &mut lowered) } else { token };
            if self.stop_words.is_empty() || !self.stop_words.contains(token) {
                take(token);
            }
        };
        match self.split {
            Split::Whitespace => text.split_whitespace().for_each(give),
            Split::Words => {
                for run in text.split(|c: char| !c.is_alphanumeric()) {
                    if run.is_ascii() {
                        if !run.is_empty() {
                            give(run);
                        }
                        continue;
                    }
                    split_alone(run, &mut give);
                }
            }
        }
    }
}

/// The token in lower case, written into `buffer`.
fn lower<'a>(token: &str, buffer: &'a mut String) -> &'a str {
    buffer.clear();
    if token.is_ascii() {
        buffer.push_str(token);
        buffer.make_ascii_lowercase();
    } else {
        buffer.extend(token.chars().flat_map(char::to_lowercase));
    }
    buffer
}

/// Gives the characters that are words by themselves, and what stands between them.
fn split_alone(run: &str, give: &mut impl FnMut(&str)) {
    for piece in run.split_inclusive(is_alone) {
        let last = piece.chars().next_back().filter(|c| is_alone(*c));
        let (before, alone) = piece.split_at(piece.len() - last.map_or(0, char::len_utf8));
        [before, alone].into_iter().filter(|token| !token.is_empty()).for_each(&mut *give);
    }
}

/// Kana and ideographs.
fn is_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
