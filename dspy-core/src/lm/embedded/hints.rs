//! Hints: statements of the prompt that tie words to one option.

use super::field::Choice;
use super::words::{Sort, Word, words};

/// A word that speaks for an option.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hint {
    /// The option's place among the choices.
    pub(super) choice: usize,
    pub(super) stem: String,
    /// Whether the word is set in quotation marks or backticks, as a word talked about.
    pub(super) quoted: bool,
    /// How many options the word is said of.
    pub(super) holders: usize,
}

/// Joins the hints of several texts: each word once per option.
pub(super) fn merged(mut hints: Vec<Hint>) -> Vec<Hint> {
    hints.sort_by(|a, b| (&a.stem, a.choice, !a.quoted).cmp(&(&b.stem, b.choice, !b.quoted)));
    hints.dedup_by(|later, kept| later.stem == kept.stem && later.choice == kept.choice);
    for run in hints.chunk_by_mut(|a, b| a.stem == b.stem) {
        let holders = run.len();
        run.iter_mut().for_each(|hint| hint.holders = holders);
    }
    hints
}

/// A line longer than this in words is read sentence by sentence.
const LONG: usize = 60;

/// Finds the hints of a text: every line, or sentence of a line, that names exactly one option.
///
/// A statement with a negation is passed over: what it denies cannot be told from its words.
pub(super) fn read(text: &str, choices: &[Choice]) -> Vec<Hint> {
    let mut names: Vec<(usize, Vec<String>)> = choices
        .iter()
        .map(|choice| words(&choice.name).into_iter().map(|word| word.folded).collect())
        .enumerate()
        .filter(|(_, name): &(usize, Vec<String>)| !name.is_empty())
        .collect();
    names.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
    let mut hints = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let all = Statement::read(line, &names);
        let subject = all.only_choice().filter(|_| all.words.len() <= LONG);
        for sentence in sentences(line) {
            let statement = Statement::read(sentence, &names);
            if let Some(choice) = subject.or_else(|| statement.only_choice()) {
                statement.hints(choice, &mut hints);
            }
        }
    }
    hints
}

struct Statement<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
    /// The option each word belongs to the name of.
    named: Vec<Option<usize>>,
}

impl<'a> Statement<'a> {
    fn read(text: &'a str, names: &[(usize, Vec<String>)]) -> Self {
        let words = words(text);
        let mut named: Vec<Option<usize>> = Vec::with_capacity(words.len());
        while let Some(rest) = words.get(named.len()..).filter(|rest| !rest.is_empty()) {
            let found = names.iter().find(|(_, name)| starts_with(rest, name, text));
            match found {
                Some((choice, name)) => named.extend(name.iter().map(|_| Some(*choice))),
                None => named.push(None),
            }
        }
        Self { text, words, named }
    }

    fn only_choice(&self) -> Option<usize> {
        let mut found = self.named.iter().flatten();
        let first = *found.next()?;
        found.all(|choice| *choice == first).then_some(first)
    }

    fn hints(&self, choice: usize, into: &mut Vec<Hint>) {
        let negated = |word: &Word<'_>| {
            matches!(word.folded.as_str(), "not" | "never" | "avoid" | "except" | "cannot")
                || word.folded.ends_with("n't")
                || word.folded.ends_with("n’t")
        };
        if self.words.iter().any(negated) {
            return;
        }
        let quotes = quotations(self.text);
        let told: Vec<(&Word<'_>, bool)> = self
            .words
            .iter()
            .zip(&self.named)
            .filter(|(word, named)| named.is_none() && word.is_content())
            .map(|(word, _)| {
                (word, quotes.iter().any(|(from, to)| (*from..*to).contains(&word.at)))
            })
            .collect();
        let any_quoted = told.iter().any(|(_, quoted)| *quoted);
        for (word, quoted) in told.into_iter().filter(|(_, quoted)| *quoted || !any_quoted) {
            into.push(Hint { choice, stem: word.stem().to_owned(), quoted, holders: 1 });
        }
    }
}

/// Whether the words start with an option's name. A name that is an everyday word, such as `A` or
/// `no`, counts only where it is set apart by quotation marks or brackets.
fn starts_with(words: &[Word<'_>], name: &[String], text: &str) -> bool {
    let same = words.len() >= name.len() && words.iter().zip(name).all(|(w, n)| w.folded == *n);
    let Some(first) = words.first().filter(|_| same) else {
        return false;
    };
    let everyday = name.len() == 1 && (first.sort == Sort::Stop || first.folded.len() <= 2);
    let before = text.get(..first.at).and_then(|text| text.chars().next_back());
    !everyday || matches!(before, Some('`' | '"' | '\'' | '“' | '‘' | '(' | '['))
}

/// The parts of a line that end with a full stop, a semicolon, or the like.
pub(super) fn sentences(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let spaced = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        if matches!(c, '.' | '!' | '?' | ';') && spaced {
            let end = at + c.len_utf8();
            parts.extend(line.get(start..end));
            start = end;
        }
    }
    parts.extend(line.get(start..));
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The byte ranges of a text that stand between quotation marks or backticks.
pub(super) fn quotations(text: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        match open {
            Some((from, end)) if c == end => {
                ranges.push((from, at));
                open = None;
            }
            None => {
                let end = match c {
                    '`' => '`',
                    '"' => '"',
                    '“' => '”',
                    _ => continue,
                };
                open = Some((at + c.len_utf8(), end));
            }
            _ => {}
        }
    }
    ranges
}
