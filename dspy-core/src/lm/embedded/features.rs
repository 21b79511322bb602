//! Features: what of a text counts when two texts are compared.

use super::words::{Sort, words};

/// Weight of a content word's stem; the other weights are relative to it.
const STEM: f64 = 1.0;
/// Function words tell a little about the kind of a sentence.
const FUNCTION: f64 = 0.4;
/// Runs of four letters connect words that the stemmer keeps apart.
const LETTERS: f64 = 0.15;
/// The kind of a number counts, not its value.
const NUMBER: f64 = 0.5;
/// A short field value as a whole.
const VALUE: f64 = 1.0;

/// A text as weighted features, each a hash.
#[derive(Clone, Debug)]
pub(super) struct Features {
    /// Sorted, each once.
    entries: Vec<(u64, f64)>,
    /// A bit for the low part of every feature: most foreign features are turned away by it.
    sieve: [u64; SIEVE],
}

const SIEVE: usize = 64;

/// What another text shares with some features.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlap {
    /// Places of shared features, ascending, with their weight in the other text.
    pub(super) shared: Vec<(usize, f64)>,
    /// The sum of all weights of the other text.
    pub(super) mass: f64,
    /// The sum of the squared weights of what is not shared.
    pub(super) other_squares: f64,
}

impl Features {
    /// The features of named field values.
    pub(super) fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut entries = Vec::new();
        each(fields, |key, weight| entries.push((key, weight)));
        merge(&mut entries);
        let mut sieve = [0; SIEVE];
        for (key, _) in &entries {
            let (word, bit) = sieve_bit(*key);
            if let Some(bits) = sieve.get_mut(word) {
                *bits |= bit;
            }
        }
        Self { entries, sieve }
    }

    /// Distinct features with their weights, sorted.
    pub(super) fn entries(&self) -> &[(u64, f64)] {
        &self.entries
    }

    /// The sum of all weights.
    pub(super) fn mass(&self) -> f64 {
        self.entries.iter().map(|(_, weight)| weight).sum()
    }

    /// Where a feature stands among the entries.
    pub(super) fn place(&self, key: u64) -> Option<usize> {
        let (word, bit) = sieve_bit(key);
        self.sieve.get(word).filter(|bits| *bits & bit != 0)?;
        self.entries.binary_search_by_key(&key, |(own, _)| *own).ok()
    }

    /// Compares these features with those of other field values.
    pub(super) fn overlap<'a>(
        &self,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Overlap {
        let mut overlap = Overlap::default();
        each(fields, |key, weight| {
            overlap.mass += weight;
            match self.place(key) {
                Some(place) => overlap.shared.push((place, weight)),
                None => overlap.other_squares += weight * weight,
            }
        });
        merge(&mut overlap.shared);
        overlap
    }
}

fn sieve_bit(key: u64) -> (usize, u64) {
    let low = key as usize % (SIEVE * 64);
    (low / 64, 1 << (low % 64))
}

/// Sorts, and adds the weights of equal keys.
fn merge<K: Ord + Copy>(entries: &mut Vec<(K, f64)>) {
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 += later.1;
        }
        same
    });
}

/// Visits the features of named field values, equal ones as often as they occur.
fn each<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>, mut visit: impl FnMut(u64, f64)) {
    let mut padded = Vec::new();
    for (name, value) in fields {
        let words = words(value);
        for word in &words {
            match word.sort {
                Sort::Content => {
                    visit(hash(b'w', &[word.stem().as_bytes()]), STEM);
                    padded.clear();
                    padded.push(b'<');
                    padded.extend_from_slice(word.folded.as_bytes());
                    padded.push(b'>');
                    for run in padded.windows(4) {
                        visit(hash(b'l', &[run]), LETTERS);
                    }
                }
                Sort::Stop => visit(hash(b'f', &[word.folded.as_bytes()]), FUNCTION),
                Sort::Number => visit(hash(b'n', &[number_kind(word.raw)]), NUMBER),
            }
        }
        if (1..=4).contains(&words.len()) {
            let value = value.trim().to_lowercase();
            visit(hash(b'=', &[name.as_bytes(), b"=", value.as_bytes()]), VALUE);
        }
    }
}

fn number_kind(raw: &str) -> &'static [u8] {
    if raw.contains(',') {
        b"grouped"
    } else if raw.len() == 4 && raw.bytes().all(|b| b.is_ascii_digit()) {
        b"four digits"
    } else {
        b"other"
    }
}

/// The hash of a content word's stem, as it occurs among a text's features.
pub(super) fn stem_key(stem: &str) -> u64 {
    hash(b'w', &[stem.as_bytes()])
}

/// FNV-1a: short inputs, no adversary, and the same on every platform.
fn hash(kind: u8, pieces: &[&[u8]]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in std::iter::once(&kind).chain(pieces.iter().copied().flatten()) {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state
}
