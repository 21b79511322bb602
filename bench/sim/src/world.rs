//! A world: what its words mean and what its model believes before it is told anything.

use crate::calibrate;
use crate::draw::Draw;
use crate::evidence::{Rule, Sign};
use crate::phrases::Effects;
use crate::vocabulary::{CUES, TOPICS, Vocabulary, Word};

/// What may differ between worlds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Which world: its words, labels, beliefs and data.
    pub seed: u64,
    /// What is hard about it.
    pub variant: Variant,
    /// How well the proposer tells words that matter from others, from 0 to 1.
    pub proposer_quality: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, variant: Variant::Single, proposer_quality: 0.7 }
    }
}

/// What is hard about a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// `text -> label`.
    Single,
    /// `text -> topic`, then `text, topic -> label`; a wrong topic misleads the second stage.
    TwoStage,
    /// 15 % of the labels of train and validation rows are wrong.
    Noisy,
    /// The instructions to start from hold wrong rules and lean to one label.
    Defective,
}

impl Variant {
    /// `single`, `two-stage`, `noisy` or `defective`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "single" => Some(Self::Single),
            "two-stage" => Some(Self::TwoStage),
            "noisy" => Some(Self::Noisy),
            "defective" => Some(Self::Defective),
            _ => None,
        }
    }
}

/// Words, labels, beliefs and data of one seed.
#[derive(Debug)]
pub struct World {
    settings: Settings,
    vocabulary: Vocabulary,
    effects: Effects,
    pub(crate) beliefs: Beliefs,
}

/// What the model thinks without help, as scores of answers.
#[derive(Debug)]
pub(crate) struct Beliefs {
    /// By the item's topic and the answer.
    pub(crate) prior: [[f64; TOPICS]; TOPICS],
    /// What the right label has on top.
    pub(crate) label: f64,
    /// What the right name of a topic has on top.
    pub(crate) topic: f64,
}

impl World {
    /// Makes a world; its model is right about 36 to 44 % of the time before it is told anything.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let draw = Draw::new(settings.seed, "beliefs");
        let mut place = 0;
        let prior = [[0.0; TOPICS]; TOPICS].map(|row: [f64; TOPICS]| {
            row.map(|_| {
                place += 1;
                1.2 * draw.number(place).normal()
            })
        });
        let mut world = Self {
            settings,
            vocabulary: Vocabulary::new(settings.seed),
            effects: Effects::new(settings.seed),
            beliefs: Beliefs { prior, label: 0.0, topic: 0.0 },
        };
        calibrate::calibrate(&mut world);
        world
    }

    /// What it was made from.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// The instructions to start from, for `text -> label` and for the last of two stages.
    #[must_use]
    pub fn instructions(&self) -> String {
        let seed = "Route the ticket to its queue.".to_owned();
        if self.settings.variant != Variant::Defective {
            return seed;
        }
        let draw = Draw::new(self.settings.seed, "defects");
        let vocabulary = &self.vocabulary;
        let mut text =
            format!("{seed} When unsure, answer {}.", vocabulary.label(draw.below(TOPICS)));
        for rule in self.wrong_rules() {
            if let Sign::Word(word) = rule.sign {
                let (word, label) = (vocabulary.word(word), vocabulary.label(rule.answer));
                text.push_str(&format!("\n- Texts that mention '{word}' go to {label}."));
            }
        }
        text
    }

    /// The instructions to start from of the first of two stages.
    #[must_use]
    pub fn topic_instructions(&self) -> String {
        "Name the topic of the ticket.".to_owned()
    }

    /// Rules on the words that are used most, each with the label of another topic.
    fn wrong_rules(&self) -> Vec<Rule> {
        let draw = Draw::new(self.settings.seed, "wrong rules");
        let mut topics: Vec<usize> = (0..TOPICS).collect();
        draw.shuffle(&mut topics);
        let rule = |topic: usize| {
            let away = 1 + draw.number(topic as u64).below(TOPICS - 1);
            let sign = Sign::Word(Word::try_from(topic * CUES).unwrap_or_default());
            Rule { sign, answer: (topic + away) % TOPICS }
        };
        topics.into_iter().take(6).map(rule).collect()
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(crate) fn effects(&self) -> &Effects {
        &self.effects
    }
}
