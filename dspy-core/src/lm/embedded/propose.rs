//! Proposals: instructions written from examples, in words that this model itself can use.

use std::collections::BTreeMap;

use super::chance::{Chance, coin};
use super::examples::{Labelled, labelled};
use super::field::{Field, name_has};
use super::hints::quotations;
use super::prompt::Prompt;
use super::words::content_words;

/// Beginnings of words that name a field for guidance.
pub(super) const NAMES: &[&str] =
    &["instruction", "rule", "advice", "prompt", "tip", "hypothes", "guideline"];

/// Of these, the ones that ask for a whole instruction and not for an addition to one.
const WHOLE: &[&str] = &["instruction", "prompt"];

/// Inputs that hold examples or earlier attempts and not the instruction to start from.
const ATTEMPTS: &[&str] =
    &["previous", "attempt", "history", "past", "example", "demo", "data", "input", "output"];

/// Words named per label, before noise.
const WORDS: usize = 6;
/// The same where labels have so few examples that a single occurrence has to do.
const FEW_WORDS: usize = 3;
const FEW_EXAMPLES: usize = 4;
/// Most words kept per label over several rounds.
const MOST_WORDS: usize = 12;

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
    if labels.len() < 2 {
        return Vec::new();
    }
    let mut words: BTreeMap<String, Seen> = BTreeMap::new();
    for example in examples {
        let mut own: BTreeMap<String, String> = BTreeMap::new();
        for word in content_words(&example.text).filter(|word| word.folded.len() > 2) {
            own.entry(word.stem().to_owned()).or_insert_with(|| word.raw.to_lowercase());
        }
        for (stem, spelling) in own {
            words.entry(stem).or_default().add(&example.label, spelling);
        }
    }
    let few = examples.len() < FEW_EXAMPLES * labels.len();
    let least = if few { 1 } else { 2 };
    let usual = if few { FEW_WORDS } else { WORDS };
    let mut pointers = Vec::new();
    for (label, count) in &labels {
        let noise = chance.gumbel("words", label).round().clamp(-2.0, 3.0);
        let most = usual.saturating_add_signed(noise as isize).max(2);
        let mut rated: Vec<(f64, &str)> = words
            .values()
            .filter(|seen| seen.with(label) >= least)
            .filter_map(|seen| {
                let strength = seen.strength(label, *count, examples.len());
                let spelling = seen.spelling()?;
                let noise = chance.gumbel(label, spelling);
                (strength > 0.0).then_some((strength + noise, spelling))
            })
            .collect();
        rated.sort_by(|a, b| b.0.total_cmp(&a.0));
        rated.truncate(most);
        if !rated.is_empty() {
            let words = rated.into_iter().map(|(_, word)| word.to_owned()).collect();
            pointers.push(((*label).to_owned(), words));
        }
    }
    pointers
}

/// Where a word occurs, counted in examples.
#[derive(Default)]
struct Seen {
    labels: BTreeMap<String, usize>,
    spellings: BTreeMap<String, usize>,
}

impl Seen {
    fn add(&mut self, label: &str, spelling: String) {
        *self.labels.entry(label.to_owned()).or_default() += 1;
        *self.spellings.entry(spelling).or_default() += 1;
    }

    fn with(&self, label: &str) -> usize {
        self.labels.get(label).copied().unwrap_or_default()
    }

    /// The log-odds of the label given the word, times how often that was seen.
    fn strength(&self, label: &str, examples: usize, all: usize) -> f64 {
        let inside = self.with(label) as f64;
        let outside = self.labels.values().sum::<usize>() as f64 - inside;
        let share = (inside + 0.5) / (examples as f64 + 1.0);
        let rest = (outside + 0.5) / ((all - examples.min(all)) as f64 + 1.0);
        (share / rest).ln() * inside
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
