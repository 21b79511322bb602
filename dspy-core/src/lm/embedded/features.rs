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
#[derive(Clone, Debug, Default)]
pub(super) struct Features {
    entries: Vec<(u64, f64)>,
}

impl Features {
    /// The features of named field values.
    pub(super) fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut entries = Vec::new();
        for (name, value) in fields {
            let count = add_text(&mut entries, value);
            if (1..=4).contains(&count) {
                let value = value.trim().to_lowercase();
                entries.push((hash(b'=', &[name.as_bytes(), b"=", value.as_bytes()]), VALUE));
            }
        }
        entries.sort_unstable_by_key(|(key, _)| *key);
        entries.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        Self { entries }
    }

    /// Distinct features with their weights, sorted.
    pub(super) fn entries(&self) -> &[(u64, f64)] {
        &self.entries
    }

    /// Where a feature stands among the entries.
    pub(super) fn place(&self, key: u64) -> Option<usize> {
        self.entries.binary_search_by_key(&key, |(own, _)| *own).ok()
    }

    /// The features shared with `other`: their places there, ascending, and their weights here.
    pub(super) fn shared(&self, other: &Self) -> Vec<(usize, f64)> {
        let place = |(key, weight): &(u64, f64)| Some((other.place(*key)?, *weight));
        self.entries.iter().filter_map(place).collect()
    }

    /// The sum of all weights.
    pub(super) fn mass(&self) -> f64 {
        self.entries.iter().map(|(_, weight)| weight).sum()
    }
}

/// Adds the features of a text; returns how many words it has.
fn add_text(entries: &mut Vec<(u64, f64)>, text: &str) -> usize {
    let words = words(text);
    let mut padded = Vec::new();
    for word in &words {
        match word.sort {
            Sort::Content => {
                entries.push((hash(b'w', &[word.stem().as_bytes()]), STEM));
                padded.clear();
                padded.push(b'<');
                padded.extend_from_slice(word.folded.as_bytes());
                padded.push(b'>');
                entries.extend(padded.windows(4).map(|run| (hash(b'l', &[run]), LETTERS)));
            }
            Sort::Stop => entries.push((hash(b'f', &[word.folded.as_bytes()]), FUNCTION)),
            Sort::Number => entries.push((hash(b'n', &[number_kind(word.raw)]), NUMBER)),
        }
    }
    words.len()
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
