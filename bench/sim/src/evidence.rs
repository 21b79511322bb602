//! What a prompt says about the task: rules, demonstrations, answers that were right.

use crate::scan::{Item, Mark};
use crate::vocabulary::Word;

/// "Texts with this word get that answer."
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) sign: Sign,
    /// The answer, as the topic it is right for.
    pub(crate) answer: usize,
}

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Word(Word),
    /// The name of a topic among the inputs.
    Topic(usize),
}

/// An item and what stands after it, before the next one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) item: Option<Item>,
    /// The first label, and the first one said to be right.
    pub(crate) label: Option<usize>,
    pub(crate) expected: Option<usize>,
    /// The first name of a topic.
    pub(crate) topic: Option<usize>,
}

/// Cuts marks at their items; what stands before the first is left out.
pub(crate) fn shown(marks: &[Mark]) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut right = false;
    for mark in marks {
        if let Mark::Item(item) = mark {
            all.push(Shown { item: Some(item.clone()), ..Shown::default() });
            right = false;
            continue;
        }
        let Some(last) = all.last_mut() else { continue };
        match mark {
            Mark::Expected => right = true,
            Mark::Label(topic) => {
                last.label = last.label.or(Some(*topic));
                if right {
                    last.expected = last.expected.or(Some(*topic));
                }
                right = false;
            }
            Mark::Topic(topic) => last.topic = last.topic.or(Some(*topic)),
            _ => {}
        }
    }
    all
}

/// The rules in a text: a quoted word, or a topic's name, and a label on its line; the label after
/// it or, failing that, the one before.
pub(crate) fn rules(marks: &[Mark]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for line in marks.split(|mark| *mark == Mark::Line) {
        // What follows an item belongs to the item.
        let line = line.split(|mark| matches!(mark, Mark::Item(_))).next().unwrap_or(&[]);
        let (mut waiting, mut last) = (Vec::new(), None);
        for mark in line {
            match mark {
                Mark::Quoted(word) => waiting.push(Sign::Word(*word)),
                Mark::Topic(topic) => waiting.push(Sign::Topic(*topic)),
                Mark::Label(answer) => {
                    rules.extend(waiting.drain(..).map(|sign| Rule { sign, answer: *answer }));
                    last = Some(*answer);
                }
                _ => {}
            }
        }
        if let Some(answer) = last {
            rules.extend(waiting.into_iter().map(|sign| Rule { sign, answer }));
        } else if let [Sign::Word(word), Sign::Topic(answer)] = waiting.as_slice() {
            // In the first of two stages an answer is a topic's name.
            rules.push(Rule { sign: Sign::Word(*word), answer: *answer });
        }
    }
    // Who says it twice says it once.
    let mut once: Vec<Rule> = Vec::new();
    for rule in rules {
        if !once.contains(&rule) {
            once.push(rule);
        }
    }
    once
}

/// The answer to fall back to, on a line that names no word.
pub(crate) fn lean(marks: &[Mark]) -> Option<usize> {
    marks.split(|mark| *mark == Mark::Line).find_map(|line| {
        let doubt = line.iter().position(|mark| *mark == Mark::Doubt)?;
        match line.get(doubt + 1)? {
            Mark::Label(answer) => Some(*answer),
            _ => None,
        }
    })
}
