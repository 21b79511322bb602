//! The task model: it adds up what speaks for each answer.

use crate::draw::Draw;
use crate::evidence::{Rule, Sign};
use crate::scan::Item;
use crate::vocabulary::TOPICS;
use crate::world::World;

/// What a request asks the task model for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Label,
    Topic,
}

/// All of a prompt that the answer depends on.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    pub(crate) stage: Stage,
    pub(crate) item: Item,
    /// The topic named among the inputs.
    pub(crate) given: Option<usize>,
    /// Items and answers, in order.
    pub(crate) demos: Vec<(Item, usize)>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) lean: Option<usize>,
    pub(crate) phrases: Vec<usize>,
    /// Of the whole prompt and the number of the sample.
    pub(crate) noise: Draw,
    pub(crate) temperature: f64,
}

const GIVEN_TOPIC: f64 = 1.3;
const LEAN: f64 = 1.4;
const RULE: f64 = 3.2;
const SHARED_CUE: f64 = 0.75;
const SAME_TOPIC: f64 = 0.5;
/// The item's own answer, shown to it.
const LEAK: f64 = 6.0;
const PROMPT_NOISE: f64 = 0.55;

impl World {
    /// The answer, as the topic it is right for.
    pub(crate) fn choose(&self, prompt: &Prompt) -> usize {
        let mut scores = self.believed(prompt);
        let mut add = |answer: usize, weight: f64| {
            if let Some(score) = scores.get_mut(answer) {
                *score += weight;
            }
        };
        if let Some(answer) = prompt.lean {
            add(answer, LEAN);
        }
        let attention = 1.0 / (1.0 + 0.02 * prompt.rules.len() as f64);
        for rule in prompt.rules.iter().filter(|rule| applies(rule, prompt)) {
            add(rule.answer, RULE * attention);
        }
        let attention = 1.0 / (1.0 + 0.03 * prompt.demos.len() as f64);
        let count = prompt.demos.len() as f64;
        for ((item, answer), place) in prompt.demos.iter().zip(1..) {
            if item.number == prompt.item.number {
                add(*answer, LEAK);
                continue;
            }
            let late = 0.9 + 0.2 * f64::from(place) / count;
            add(*answer, likeness(item, &prompt.item) * attention * late);
        }
        let own = Draw::new(self.settings().seed, "item")
            .number(u64::from(prompt.item.number))
            .number(prompt.stage as u64);
        let noise = PROMPT_NOISE + 0.4 * prompt.temperature.clamp(0.0, 2.0);
        let mut best = (0, f64::NEG_INFINITY);
        for (answer, score) in scores.into_iter().enumerate() {
            let place = answer as u64;
            let total =
                score + own.number(place).gumbel() + noise * prompt.noise.number(place).gumbel();
            if total > best.1 {
                best = (answer, total);
            }
        }
        best.0
    }

    /// What speaks for each answer without rules and demonstrations.
    fn believed(&self, prompt: &Prompt) -> [f64; TOPICS] {
        let mut scores = [0.0; TOPICS];
        let Some(topic) = prompt.item.topic() else { return scores };
        if let Some(prior) = self.beliefs.prior.get(topic) {
            scores = *prior;
        }
        let own = match prompt.stage {
            Stage::Label => self.beliefs.label,
            Stage::Topic => self.beliefs.topic,
        };
        let phrases = self.effects().sum(&prompt.phrases, topic);
        if let Some(score) = scores.get_mut(topic) {
            *score += own + phrases;
        }
        if let Some(score) = prompt.given.and_then(|topic| scores.get_mut(topic)) {
            *score += GIVEN_TOPIC;
        }
        scores
    }
}

fn applies(rule: &Rule, prompt: &Prompt) -> bool {
    match rule.sign {
        Sign::Word(word) => prompt.item.words.contains(&word),
        Sign::Topic(topic) => prompt.given == Some(topic),
    }
}

fn likeness(demo: &Item, item: &Item) -> f64 {
    let cue = |word| crate::vocabulary::topic_of_cue(word).is_some();
    let shared = demo.words.iter().filter(|word| cue(**word) && item.words.contains(word)).count();
    let same = demo.topic().is_some() && demo.topic() == item.topic();
    SHARED_CUE * shared as f64 + if same { SAME_TOPIC } else { 0.0 }
}
