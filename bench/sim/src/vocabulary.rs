//! The words of a world, none of them of any language.

use std::collections::HashMap;

use crate::draw::Draw;

pub(crate) const TOPICS: usize = 12;
/// Words that give a topic away, for each topic.
pub(crate) const CUES: usize = 4;
const FILLERS: usize = 100;

/// A word that may stand in an item: first the cues of topic 0, then of topic 1, …, then fillers.
pub(crate) type Word = u16;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Term {
    Word(Word),
    /// The name of a topic.
    Topic(usize),
}

#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: Vec<String>,
    topics: Vec<String>,
    terms: HashMap<String, Term>,
    /// The letter of each topic's label.
    letters: Vec<char>,
}

impl Vocabulary {
    pub(crate) fn new(seed: u64) -> Self {
        let draw = Draw::new(seed, "words");
        let count = TOPICS * CUES + FILLERS;
        let mut terms = HashMap::new();
        let mut spelt = Vec::with_capacity(count + TOPICS);
        for attempt in 0.. {
            let word = spell(draw.number(attempt));
            let place = spelt.len();
            if place == count + TOPICS {
                break;
            }
            if !terms.contains_key(&word) {
                let term = match u16::try_from(place) {
                    Ok(word) if place < count => Term::Word(word),
                    _ => Term::Topic(place - count),
                };
                terms.insert(word.clone(), term);
                spelt.push(word);
            }
        }
        let topics = spelt.split_off(count);
        let mut letters: Vec<char> = ('A'..).take(TOPICS).collect();
        Draw::new(seed, "labels").shuffle(&mut letters);
        Self { words: spelt, topics, terms, letters }
    }

    pub(crate) fn term(&self, text: &str) -> Option<Term> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.terms.get(&text.to_ascii_lowercase()).copied();
        }
        self.terms.get(text).copied()
    }

    pub(crate) fn word(&self, word: Word) -> &str {
        self.words.get(usize::from(word)).map_or("", String::as_str)
    }

    pub(crate) fn fillers(&self) -> std::ops::Range<usize> {
        TOPICS * CUES..self.words.len()
    }

    pub(crate) fn topic(&self, topic: usize) -> &str {
        self.topics.get(topic).map_or("", String::as_str)
    }

    /// The label that is right for a topic; each topic has its own.
    pub(crate) fn label(&self, topic: usize) -> String {
        format!("QUEUE-{}", self.letters.get(topic).copied().unwrap_or('A'))
    }

    /// The topic of the label with a letter.
    pub(crate) fn topic_of(&self, letter: char) -> Option<usize> {
        self.letters.iter().position(|own| *own == letter)
    }
}

/// The topic that a word gives away.
pub(crate) fn topic_of_cue(word: Word) -> Option<usize> {
    let topic = usize::from(word) / CUES;
    (topic < TOPICS).then_some(topic)
}

/// Seven letters, with an end that keeps it from being a word.
fn spell(draw: Draw) -> String {
    const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    const ENDS: &[u8] = b"kvxz";
    [CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS, VOWELS, ENDS]
        .iter()
        .zip(0..)
        .filter_map(|(letters, place)| letters.get(draw.number(place).below(letters.len())))
        .map(|letter| char::from(*letter))
        .collect()
}
