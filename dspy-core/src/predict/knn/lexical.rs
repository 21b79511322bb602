//! Texts compared by their words and parts of words.

use std::collections::{BTreeMap, HashMap};

/// Letters of a part of a word: enough to mean something, few enough to survive an ending.
const PART: usize = 4;

/// How much a part counts beside a whole word.
const PART_WEIGHT: f64 = 0.3;

/// Texts as vectors over their features, each weighted by how rare it is among them.
#[derive(Debug)]
pub(in crate::predict) struct Lexicon {
    /// How many of the texts have a feature.
    frequency: HashMap<String, f64>,
    texts: f64,
    vectors: Vec<BTreeMap<String, f64>>,
}

impl Lexicon {
    pub(super) fn new(texts: &[String]) -> Self {
        let all: Vec<_> = texts.iter().map(|text| features(text)).collect();
        let mut frequency = HashMap::new();
        for feature in all.iter().flat_map(BTreeMap::keys) {
            *frequency.entry(feature.clone()).or_insert(0.0) += 1.0;
        }
        let mut lexicon = Self { frequency, texts: texts.len() as f64, vectors: Vec::new() };
        lexicon.vectors = all.into_iter().map(|found| lexicon.vector(found)).collect();
        lexicon
    }

    /// How like each of the texts this one is, from 0 to 1.
    pub(super) fn similarities(&self, text: &str) -> Vec<f64> {
        let query = self.vector(features(text));
        let likeness = |vector: &BTreeMap<String, f64>| {
            query.iter().filter_map(|(feature, weight)| Some(weight * vector.get(feature)?)).sum()
        };
        self.vectors.iter().map(likeness).collect()
    }

    /// Weighted by rarity, and of length 1.
    fn vector(&self, mut found: BTreeMap<String, f64>) -> BTreeMap<String, f64> {
        for (feature, count) in &mut found {
            let with = self.frequency.get(feature).copied().unwrap_or_default();
            let rarity = (1.0 + (self.texts - with + 0.5) / (with + 0.5)).ln();
            *count = (1.0 + count.ln()) * rarity;
            if feature.starts_with(PART_MARK) {
                *count *= PART_WEIGHT;
            }
        }
        let length = found.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        if length > 0.0 {
            found.values_mut().for_each(|weight| *weight /= length);
        }
        found
    }
}

/// Tells parts from whole words; no word begins with it.
const PART_MARK: char = '~';

/// How often each word and each part of a longer word occurs.
fn features(text: &str) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *found.entry(word.to_owned()).or_insert(0.0) += 1.0;
        let letters: Vec<char> = word.chars().collect();
        for part in letters.windows(PART).filter(|_| letters.len() > PART) {
            let part: String = std::iter::once(PART_MARK).chain(part.iter().copied()).collect();
            *found.entry(part).or_insert(0.0) += 1.0;
        }
    }
    found
}
