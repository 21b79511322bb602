//! The rows that everybody optimizes and tests on.

use serde_json::{Value, json};

use crate::draw::Draw;
use crate::vocabulary::{CUES, TOPICS, Vocabulary, Word};
use crate::world::{Variant, World};

/// A ticket and the queue it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `#T000123` and the ticket's words.
    pub text: String,
    /// Its queue; in the variant with noise, sometimes a wrong one.
    pub label: String,
}

impl Row {
    /// The row as an object with `text` and `label`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"text": self.text, "label": self.label})
    }
}

/// A part of the data; no ticket is in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Val,
    /// To judge the result by; its labels are always right.
    Test,
}

impl Split {
    /// `train`, `val` or `test`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "train" => Some(Self::Train),
            "val" => Some(Self::Val),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// How often each cue of a topic is used, so that some are worth more than others.
const FREQUENCIES: [f64; CUES] = [0.42, 0.28, 0.18, 0.12];
const WRONG_LABELS: f64 = 0.15;

impl World {
    /// The first `count` rows of a part, in the order of a seed.
    #[must_use]
    pub fn rows(&self, split: Split, count: usize, seed: u64) -> Vec<Row> {
        let (first, purpose) = match split {
            Split::Train => (0, "train"),
            Split::Val => (300_000, "val"),
            Split::Test => (600_000, "test"),
        };
        let draw = Draw::new(self.settings().seed, "data").text(purpose).number(seed);
        let start = draw.text("start").below(300_000);
        (0..count)
            .map(|index| {
                let number = first + (start + index) % 300_000;
                let draw = draw.number(index as u64);
                let (topic, words) = words(self.vocabulary(), draw);
                let noisy = self.settings().variant == Variant::Noisy && split != Split::Test;
                let shown = if noisy && draw.text("noise").chance(WRONG_LABELS) {
                    (topic + 1 + draw.text("wrong").below(TOPICS - 1)) % TOPICS
                } else {
                    topic
                };
                let mut text = format!("#T{number:06}");
                for word in words {
                    text.push(' ');
                    text.push_str(self.vocabulary().word(word));
                }
                Row { text, label: self.vocabulary().label(shown) }
            })
            .collect()
    }
}

/// Two cues of one topic, six fillers and, in every other ticket, a cue of another topic.
pub(crate) fn words(vocabulary: &Vocabulary, draw: Draw) -> (usize, Vec<Word>) {
    let topic = draw.text("topic").below(TOPICS);
    let first = cue(draw.text("first"), None);
    let second = cue(draw.text("second"), Some(first));
    let mut words = vec![topic * CUES + first, topic * CUES + second];
    if draw.text("distract").chance(0.5) {
        let other = (topic + 1 + draw.text("other").below(TOPICS - 1)) % TOPICS;
        words.push(other * CUES + cue(draw.text("distractor"), None));
    }
    let fillers = vocabulary.fillers();
    words.extend(
        (0..6).map(|place| fillers.start + draw.text("filler").number(place).below(fillers.len())),
    );
    draw.text("order").shuffle(&mut words);
    (topic, words.into_iter().filter_map(|word| Word::try_from(word).ok()).collect())
}

/// A cue by how often it is used, other than `taken`.
fn cue(draw: Draw, taken: Option<usize>) -> usize {
    let weight = |place: usize| {
        if Some(place) == taken { 0.0 } else { FREQUENCIES.get(place).copied().unwrap_or(0.0) }
    };
    let mut left = draw.unit() * (0..CUES).map(weight).sum::<f64>();
    for place in 0..CUES {
        left -= weight(place);
        if left < 0.0 {
            return place;
        }
    }
    usize::from(taken == Some(0))
}
