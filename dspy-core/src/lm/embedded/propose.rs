//! Proposals: instructions written from examples, in words that this model itself can use.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::{Chance, coin};
use super::examples::{Labelled, labelled};
use super::field::{Field, name_has};
use super::hints::quotations;
use super::prompt::Prompt;
use super::words::words;

/// Beginnings of words that name a field for guidance.
pub(super) const NAMES: &[&str] =
    &["instruction", "rule", "advice", "prompt", "tip", "hypothes", "guideline"];

/// Of these, the ones that ask for a whole instruction and not for an addition to one.
const WHOLE: &[&str] = &["instruction", "prompt"];

/// Inputs that hold examples or earlier attempts and not the instruction to start from.
const ATTEMPTS: &[&str] =
    &["previous", "attempt", "history", "past", "example", "demo", "data", "input", "output"];

/// Words named per label, before noise.
const WORDS: usize = 8;
/// Most words kept per label over several rounds.
const MOST_WORDS: usize = 14;
/// Most labels: where answers differ from example to example no word points to one.
const MOST_LABELS: usize = 50;
/// What a name counts for, compared with a common noun seen as often: names seldom come again.
const PROPER_NAME: f64 = 0.5;

/// General advice for where there are no examples to learn from.
const GENERAL: &[&str] = &[
    "Read the whole input before you answer.",
    "Let the words of the input decide, and nothing else.",
    "Find the deciding words first, then answer.",
    "Compare the input with each possible answer before you choose one.",
    "Answer only what is asked for.",
];

/// A label with the words that point to it, strongest first.
type Pointers = Vec<(String, Vec<String>)>;

/// Writes the lines of an instruction, or of an addition to one, for the inputs of a prompt.
pub(super) fn propose(field: &Field, prompt: &Prompt, chance: &Chance) -> Vec<String> {
    let base = base(prompt);
    let (mut lines, earlier) = split_pointers(base.unwrap_or_default());
    if !field.is_named(WHOLE) {
        lines.clear();
    }
    let found = prompt.question.iter().filter(|(_, value)| Some(*value) != base);
    let examples: Vec<Labelled> = found.flat_map(|(_, value)| labelled(value)).collect();
    let mut pointers = earlier;
    for (label, words) in learned(&examples, chance) {
        match pointers.iter_mut().find(|(known, _)| *known == label) {
            Some((_, known)) => {
                let new: Vec<String> = words.into_iter().filter(|w| !known.contains(w)).collect();
                known.extend(new);
                known.truncate(MOST_WORDS);
            }
            None => pointers.push((label, words)),
        }
    }
    if lines.is_empty() && (pointers.is_empty() || field.is_named(WHOLE)) {
        lines.push("Work out the answer from the inputs given.".to_owned());
    }
    if examples.is_empty() {
        let text = prompt.question.joined();
        let rated = GENERAL.iter().map(|it| (coin(&text, it) + chance.gumbel("advice", it), it));
        let best = rated.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, it)| (*it).to_owned());
        lines.extend(best.filter(|best| !lines.contains(best)));
    }
    lines.extend(pointers.iter().map(|(label, words)| pointer_line(label, words)));
    lines
}

/// The instruction to start from.
fn base(prompt: &Prompt) -> Option<&str> {
    let usable = |wanted: &[&str]| {
        let mut inputs = prompt.question.iter();
        inputs.find(|(name, _)| name_has(name, wanted) && !name_has(name, ATTEMPTS))
    };
    usable(WHOLE).or_else(|| usable(&["objective", "task"])).map(|(_, value)| value)
}

/// The words whose presence tells most about each label.
fn learned(examples: &[Labelled], chance: &Chance) -> Pointers {
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        *labels.entry(&example.label).or_default() += 1;
    }
    if labels.len() < 2 || labels.len() > MOST_LABELS {
        return Vec::new();
    }
    let seen = Seen::all(examples);
    let mut pointers = Vec::new();
    for (label, count) in &labels {
        let noise = chance.gumbel("words", label).round().clamp(-3.0, 4.0);
        let rated = seen.iter().filter_map(|(stem, seen)| {
            let strength = seen.strength(label, *count, examples.len());
            let rating = strength + chance.gumbel(label, stem) + 1e-6 * coin(label, stem);
            (strength > 0.0).then_some((rating, seen.spelling()?))
        });
        let mut rated: Vec<(f64, &str)> = rated.collect();
        rated.sort_by(|a, b| b.0.total_cmp(&a.0));
        rated.truncate(WORDS.saturating_add_signed(noise as isize));
        if !rated.is_empty() {
            let words = rated.into_iter().map(|(_, word)| word.to_owned()).collect();
            pointers.push(((*label).to_owned(), words));
        }
    }
    pointers
}

/// Where a word occurs, counted in examples.
#[derive(Default)]
struct Seen<'a> {
    labels: BTreeMap<&'a str, usize>,
    spellings: BTreeMap<String, usize>,
    capitalized: usize,
}

impl<'a> Seen<'a> {
    /// The content words of all examples, by stem.
    fn all(examples: &'a [Labelled]) -> BTreeMap<String, Self> {
        let mut all: BTreeMap<String, Self> = BTreeMap::new();
        for example in examples {
            let mut own: BTreeSet<String> = BTreeSet::new();
            for word in words(&example.text).iter().filter(|word| word.is_content()) {
                if word.folded.len() < 3 || !own.insert(word.stem().to_owned()) {
                    continue;
                }
                let seen = all.entry(word.stem().to_owned()).or_default();
                *seen.labels.entry(&example.label).or_default() += 1;
                *seen.spellings.entry(word.raw.to_lowercase()).or_default() += 1;
                let name = word.at > 0 && word.raw.starts_with(char::is_uppercase);
                seen.capitalized += usize::from(name);
            }
        }
        all
    }

    /// The log-odds of the label given the word, times how often that was seen.
    fn strength(&self, label: &str, examples: usize, all: usize) -> f64 {
        let inside = self.labels.get(label).copied().unwrap_or_default();
        let occurrences: usize = self.labels.values().sum();
        let share = (inside as f64 + 0.5) / (examples as f64 + 1.0);
        let others = occurrences.saturating_sub(inside) as f64;
        let rest = (others + 0.5) / (all.saturating_sub(examples) as f64 + 1.0);
        let strength = (share / rest).ln() * inside as f64;
        if self.capitalized * 2 > occurrences { strength * PROPER_NAME } else { strength }
    }

    fn spelling(&self) -> Option<&str> {
        let most = self.spellings.iter().max_by_key(|(spelling, count)| (**count, spelling.len()));
        most.map(|(spelling, _)| spelling.as_str())
    }
}

const OPENING: &str = "Words such as ";
const MIDDLE: &str = " point to ";

fn pointer_line(label: &str, words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let listed = match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    };
    format!("{OPENING}{listed}{MIDDLE}`{}`.", label.replace('`', "'"))
}

/// Separates an instruction's own lines from the pointers that an earlier round added.
fn split_pointers(instruction: &str) -> (Vec<String>, Pointers) {
    let (mut lines, mut pointers) = (Vec::new(), Pointers::new());
    for line in instruction.trim().lines() {
        match pointer(line) {
            Some((label, words)) => pointers.push((label, words)),
            None => lines.push(line.to_owned()),
        }
    }
    (lines, pointers)
}

fn pointer(line: &str) -> Option<(String, Vec<String>)> {
    let (words, label) = line.trim().strip_prefix(OPENING)?.split_once(MIDDLE)?;
    let (from, to) = *quotations(label).first()?;
    let spans = quotations(words).into_iter();
    let words = spans.filter_map(|(from, to)| words.get(from..to).map(str::to_owned)).collect();
    Some((label.get(from..to)?.to_owned(), words))
}
