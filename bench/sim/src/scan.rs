//! What of a world occurs in a text, in order, whatever the format around it.

use crate::vocabulary::{Term, Vocabulary, Word, topic_of_cue};

/// A ticket as it stands in a prompt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) number: u32,
    pub(crate) words: Vec<Word>,
}

impl Item {
    /// The topic that most of its words give away, the first of several.
    pub(crate) fn topic(&self) -> Option<usize> {
        let mut counts = [0; crate::vocabulary::TOPICS];
        for topic in self.words.iter().filter_map(|word| topic_of_cue(*word)) {
            if let Some(count) = counts.get_mut(topic) {
                *count += 1;
            }
        }
        let most = *counts.iter().max()?;
        counts.iter().position(|count| *count == most && most > 0)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    Item(Item),
    /// A word of the vocabulary in quotes.
    Quoted(Word),
    /// A label, as the topic it is right for.
    Label(usize),
    /// The name of a topic.
    Topic(usize),
    /// A word that says the answer to come is right.
    Expected,
    /// A word that says what to answer where nothing else helps.
    Doubt,
    /// The end of a line, also where it is written as `\n`.
    Line,
}

pub(crate) fn scan(text: &str, vocabulary: &Vocabulary) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(sign) = rest.chars().next() {
        let mut length = sign.len_utf8();
        if sign == '\n' || rest.starts_with("\\n") {
            marks.push(Mark::Line);
            length = if sign == '\n' { 1 } else { 2 };
        } else if let Some((item, taken)) = item(rest, vocabulary) {
            marks.push(Mark::Item(item));
            length = taken;
        } else if sign.is_ascii_alphabetic() {
            length = run(rest);
            let (name, after) = rest.split_at(length);
            let quoted =
                is_quote(before) && after.chars().find(|c| *c != '\\').is_some_and(is_quote);
            if let Some(topic) = label(name, after, vocabulary) {
                marks.push(Mark::Label(topic));
                length += 2;
            } else {
                marks.extend(mark(name, quoted, vocabulary));
            }
        }
        let (done, left) = rest.split_at(length);
        before = done.chars().next_back().unwrap_or(before);
        rest = left;
    }
    marks
}

fn run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_alphabetic).count()
}

/// Quotes of all kinds, and what is left of one that was written as an entity.
fn is_quote(sign: char) -> bool {
    matches!(sign, '\'' | '"' | '`' | '“' | '”' | '‘' | '’' | '«' | '»' | '*' | ';' | '&')
}

fn mark(name: &str, quoted: bool, vocabulary: &Vocabulary) -> Option<Mark> {
    match vocabulary.term(name) {
        Some(Term::Word(word)) => quoted.then_some(Mark::Quoted(word)),
        Some(Term::Topic(topic)) => Some(Mark::Topic(topic)),
        None => {
            let is = |words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word));
            if is(&["expected", "correct", "should", "gold"]) {
                Some(Mark::Expected)
            } else {
                is(&["unsure", "doubt", "otherwise", "default"]).then_some(Mark::Doubt)
            }
        }
    }
}

/// The topic of a label whose letter comes after its name.
fn label(name: &str, after: &str, vocabulary: &Vocabulary) -> Option<usize> {
    let mut signs = after.chars();
    if name != "QUEUE" || signs.next() != Some('-') {
        return None;
    }
    let topic = vocabulary.topic_of(signs.next()?)?;
    let ends = signs.next().is_none_or(|sign| !sign.is_alphanumeric());
    ends.then_some(topic)
}

/// An item at the start of a text, and how long it is.
fn item(text: &str, vocabulary: &Vocabulary) -> Option<(Item, usize)> {
    let digits = text.strip_prefix("#T")?.get(..6)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut item = Item { number: digits.parse().ok()?, words: Vec::new() };
    let mut length = 8;
    while let Some(rest) = text.get(length..).and_then(|rest| rest.strip_prefix(' ')) {
        let end = run(rest);
        match rest.get(..end).and_then(|name| vocabulary.term(name)) {
            Some(Term::Word(word)) => item.words.push(word),
            _ => break,
        }
        length += 1 + end;
    }
    Some((item, length))
}
