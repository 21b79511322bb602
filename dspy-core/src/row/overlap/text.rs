//! Texts, compared by their pieces.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::signature::Fields;

/// From this similarity on texts count as nearly the same.
pub(super) const CLOSE: f64 = 0.8;

const PIECE: usize = 5;

/// A piece that so many texts share is boilerplate, and finds no more of them.
const COMMON: usize = 32;

/// The text of all values of a row's inputs, without capitals and punctuation.
#[derive(Debug)]
pub(super) struct Text {
    /// Hashes of all runs of five characters, sorted.
    pieces: Vec<u64>,
    /// The digits: texts that differ in a number say something else.
    digits: String,
}

impl Text {
    pub(super) fn of(inputs: &Fields) -> Self {
        let mut words = String::new();
        for value in inputs.values() {
            collect(value, &mut words);
        }
        let characters: Vec<char> = words.chars().collect();
        let hashed = |piece: &[char]| {
            // FNV-1a.
            piece.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, character| {
                (hash ^ u64::from(u32::from(*character))).wrapping_mul(0x0100_0000_01b3)
            })
        };
        let mut pieces: Vec<u64> = if characters.len() < PIECE {
            vec![hashed(&characters)]
        } else {
            characters.windows(PIECE).map(hashed).collect()
        };
        pieces.sort_unstable();
        pieces.dedup();
        let digits = words.chars().filter(char::is_ascii_digit).collect();
        Self { pieces, digits }
    }

    /// The share of pieces in either text that are in both; 0 where numbers differ.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        if self.digits != other.digits {
            return 0.0;
        }
        let (mut a, mut b) = (self.pieces.iter().peekable(), other.pieces.iter().peekable());
        let mut both = 0_usize;
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            match x.cmp(y) {
                Ordering::Less => drop(a.next()),
                Ordering::Greater => drop(b.next()),
                Ordering::Equal => {
                    both += 1;
                    a.next();
                    b.next();
                }
            }
        }
        both as f64 / (self.pieces.len() + other.pieces.len() - both) as f64
    }
}

/// Adds the words of a value, each after a space.
fn collect(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => add(text, words),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, words)),
        Value::Null => {}
        scalar => add(&scalar.to_string(), words),
    }
}

fn add(text: &str, words: &mut String) {
    for word in text.split(|character: char| !character.is_alphanumeric()) {
        if !word.is_empty() {
            words.push(' ');
            words.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
}

/// An index of texts by their rarest pieces.
///
/// Two texts as similar as [`CLOSE`] share one of their rarest 20 % of pieces, so only these are
/// looked up ("prefix filtering", Chaudhuri, Ganti and Kaushik 2006).
#[derive(Debug)]
pub(super) struct Corpus {
    /// In how many texts a piece occurs.
    frequencies: HashMap<u64, u32>,
    index: HashMap<u64, Vec<usize>>,
}

impl Corpus {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a Text>) -> Self {
        let mut frequencies: HashMap<u64, u32> = HashMap::new();
        for text in texts {
            for piece in &text.pieces {
                *frequencies.entry(*piece).or_default() += 1;
            }
        }
        Self { frequencies, index: HashMap::new() }
    }

    /// The texts added that may be close to this one, in the order added.
    pub(super) fn candidates(&self, text: &Text) -> BTreeSet<usize> {
        let lists = self.rarest(text).into_iter().filter_map(|piece| self.index.get(&piece));
        lists.flatten().copied().collect()
    }

    pub(super) fn add(&mut self, place: usize, text: &Text) {
        for piece in self.rarest(text) {
            let places = self.index.entry(piece).or_default();
            if places.len() < COMMON {
                places.push(place);
            }
        }
    }

    fn rarest(&self, text: &Text) -> Vec<u64> {
        let frequency = |piece: &u64| self.frequencies.get(piece).copied().unwrap_or_default();
        let mut pieces = text.pieces.clone();
        pieces.sort_by_key(|piece| (frequency(piece), *piece));
        let shared = (CLOSE * pieces.len() as f64).ceil() as usize;
        pieces.truncate(pieces.len() - shared.min(pieces.len()) + 1);
        pieces
    }
}
