//! Sentences that a proposer uses, each a little better or worse for a world's model.

use crate::draw::Draw;
use crate::vocabulary::TOPICS;

const OPENINGS: [&str; 20] = [
    "Work like a dispatcher who knows every desk.",
    "Take the view of the person who wrote in.",
    "Read the ticket twice before you decide.",
    "Look for the words that carry the meaning.",
    "Treat every ticket as urgent.",
    "Be exact and brief.",
    "Sort tickets as the night shift would.",
    "Think of what the ticket is about, not how it sounds.",
    "A wrong queue costs a day, so take care.",
    "Ignore filler and find the subject.",
    "Use what you know of similar tickets.",
    "Weigh all words alike at first.",
    "Begin with the rarest word.",
    "Imagine explaining your choice to a colleague.",
    "Keep the twelve queues in mind.",
    "Let the first strong sign decide.",
    "Consider each queue in turn.",
    "You have done this for years.",
    "Find the topic first and the queue after it.",
    "Trust the text more than your habits.",
];

const CLOSINGS: [&str; 20] = [
    "Name exactly one queue.",
    "Write the queue's name and nothing else.",
    "Never leave the queue open.",
    "Choose the single best queue.",
    "The queue's name must be spelt as usual.",
    "Do not explain the queue.",
    "Give the queue that would answer fastest.",
    "Prefer the queue with the closest subject.",
    "One ticket has one queue.",
    "The answer is a queue.",
    "Double-check the queue before you write it.",
    "A queue is better than a guess about the sender.",
    "Do not invent queues.",
    "Settle on a queue even if the ticket is short.",
    "State the queue at once.",
    "Use the queue's full name.",
    "Be consistent from ticket to ticket.",
    "Stay with the facts of the ticket.",
    "Leave out everything but the queue.",
    "Similar tickets share a queue.",
];

/// The sentences of [`OPENINGS`] and [`CLOSINGS`] that occur in a text, by number.
pub(crate) fn in_text(text: &str) -> Vec<usize> {
    let all = OPENINGS.iter().chain(&CLOSINGS).enumerate();
    all.filter(|(_, phrase)| text.contains(**phrase)).map(|(number, _)| number).collect()
}

pub(crate) fn is_opening(number: usize) -> bool {
    number < OPENINGS.len()
}

pub(crate) fn text(number: usize) -> &'static str {
    let closing = number.wrapping_sub(OPENINGS.len());
    OPENINGS.get(number).or_else(|| CLOSINGS.get(closing)).copied().unwrap_or("")
}

pub(crate) fn opening(draw: Draw) -> usize {
    draw.below(OPENINGS.len())
}

pub(crate) fn closing(draw: Draw) -> usize {
    OPENINGS.len() + draw.below(CLOSINGS.len())
}

/// How much each sentence helps with each topic.
#[derive(Debug)]
pub(crate) struct Effects(Vec<[f64; TOPICS]>);

impl Effects {
    pub(crate) fn new(seed: u64) -> Self {
        let draw = Draw::new(seed, "phrases");
        let effects = (0..OPENINGS.len() + CLOSINGS.len()).map(|phrase| {
            let draw = draw.number(phrase as u64);
            let overall = 0.22 * draw.normal();
            let mut topic = 0;
            [0.0; TOPICS].map(|_| {
                topic += 1;
                overall + 0.3 * draw.text("topic").number(topic).normal()
            })
        });
        Self(effects.collect())
    }

    pub(crate) fn sum(&self, phrases: &[usize], topic: usize) -> f64 {
        let found = phrases.iter().filter_map(|phrase| self.0.get(*phrase)?.get(topic));
        found.sum::<f64>().clamp(-1.2, 1.2)
    }
}
