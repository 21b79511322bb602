//! Rows that occur in several sets, or nearly so.

mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::DataError;
use super::{Row, Rows, object};
use crate::canonical;
use crate::signature::Data;
use text::{Corpus, Text};

/// So many rows with the same inputs are looked at one by one.
const ALIKE: usize = 16;

/// Pairs of rows that make a score look better than it is, or labels contradict each other. Prints
/// one line for each [warning](Self::warnings).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Overlaps {
    /// The pairs, in the order of the later row. For a row, at most one of a kind is kept for each
    /// set.
    pub pairs: Vec<Overlap>,
}

/// Two rows that have something in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Overlap {
    /// What they have in common.
    pub kind: OverlapKind,
    /// The row that comes first.
    pub first: RowPlace,
    /// The other one.
    pub second: RowPlace,
    /// How similar the texts of their inputs are: 1 where they are equal.
    pub similarity: f64,
}

/// A row of a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowPlace {
    /// The set's name.
    pub set: String,
    /// The row's place in it, counted from 0.
    pub row: usize,
}

/// What two rows have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OverlapKind {
    /// Id or all fields.
    SameRow,
    /// The inputs, but not the labels.
    OtherLabel,
    /// The inputs but for capitals, punctuation or a few words: of the pieces of five characters that
    /// occur in either, at least 80 % occur in both (Jaccard), and numbers are the same.
    NearDuplicate,
}

/// Looks for rows that occur twice, in different sets or in one: the same row, the same inputs with
/// other labels, inputs that are nearly the same. Takes time in proportion to the rows, as far as
/// their texts differ.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::row::{Rows, overlaps};
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let qa = |question: &str, answer: &str| Qa { question: question.into(), answer: answer.into() };
/// let train = Rows::from(vec![qa("Who wrote Faust?", "Goethe"), qa("Who wrote Emma?", "Austen")]);
/// let test = Rows::from(vec![qa("who wrote Faust", "Goethe"), qa("Who wrote Emma?", "Jane Austen")]);
/// let found = overlaps::<QaInput, Qa>(&[("train", &train), ("test", &test)])?;
/// assert_eq!(found.warnings(), [
///     "1 row of `test` has the inputs of a row of `train` but other labels \
///      (row 1 of `test`, row 1 of `train`): such a score cannot reach 1",
///     "1 row of `test` is nearly the same as a row of `train` \
///      (row 0 of `test`, row 0 of `train`): a score on `test` looks better than it is",
/// ]);
/// # Ok::<(), dspy::row::DataError>(())
/// ```
///
/// # Errors
/// As [`Row::fields`].
pub fn overlaps<I: Data, R: Row<I>>(sets: &[(&str, &Rows<R>)]) -> Result<Overlaps, DataError> {
    let mut search = Search::default();
    for (set, (_, rows)) in sets.iter().enumerate() {
        for (row, value) in rows.iter().enumerate() {
            search.entries.push(Entry::new::<I>(value, set, row)?);
        }
    }
    search.exact();
    search.near();
    let place = |entry: Option<&Entry>| {
        let entry = entry?;
        let (name, _) = sets.get(entry.set)?;
        Some(RowPlace { set: (*name).to_owned(), row: entry.row })
    };
    let pair = |(later, earlier, kind, similarity): (usize, usize, OverlapKind, f64)| {
        let first = place(search.entries.get(earlier))?;
        Some(Overlap { kind, first, second: place(search.entries.get(later))?, similarity })
    };
    let mut found = search.found.clone();
    found.sort_by_key(|(later, earlier, kind, _)| (*later, *kind, *earlier));
    Ok(Overlaps { pairs: found.into_iter().filter_map(pair).collect() })
}

impl Overlaps {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Those between different sets: what leaks from one to the other.
    pub fn across(&self) -> impl Iterator<Item = &Overlap> {
        self.pairs.iter().filter(|pair| pair.first.set != pair.second.set)
    }

    /// A sentence for each kind and pair of sets, with an example.
    pub fn warnings(&self) -> Vec<String> {
        let mut groups: BTreeMap<(OverlapKind, &str, &str), Vec<&Overlap>> = BTreeMap::new();
        for pair in &self.pairs {
            groups.entry((pair.kind, &pair.second.set, &pair.first.set)).or_default().push(pair);
        }
        groups.into_iter().filter_map(|(key, pairs)| warning(key, &pairs)).collect()
    }
}

fn warning(
    (kind, later, earlier): (OverlapKind, &str, &str),
    pairs: &[&Overlap],
) -> Option<String> {
    let example = pairs.first()?;
    let rows: BTreeSet<usize> = pairs.iter().map(|pair| pair.second.row).collect();
    let (count, is, has) = match rows.len() {
        1 => ("1 row".to_owned(), "is", "has"),
        many => (format!("{many} rows"), "are", "have"),
    };
    let within = later == earlier;
    let other = if within { "another row".to_owned() } else { format!("a row of `{earlier}`") };
    let what = match kind {
        OverlapKind::SameRow => format!("{is} the same as {other}"),
        OverlapKind::OtherLabel => {
            format!("{has} the inputs of {other} but other labels")
        }
        OverlapKind::NearDuplicate => format!("{is} nearly the same as {other}"),
    };
    let matters = match kind {
        OverlapKind::OtherLabel => "such a score cannot reach 1".to_owned(),
        _ if within => "parts of a random split will share them".to_owned(),
        _ => format!("a score on `{later}` looks better than it is"),
    };
    Some(format!(
        "{count} of `{later}` {what} (row {} of `{later}`, row {} of `{earlier}`): {matters}",
        example.second.row, example.first.row
    ))
}

impl fmt::Display for Overlaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, warning) in self.warnings().iter().enumerate() {
            let line_break = if place > 0 { "\n" } else { "" };
            write!(f, "{line_break}{warning}")?;
        }
        Ok(())
    }
}

/// A row as far as it is compared.
#[derive(Debug)]
struct Entry {
    set: usize,
    row: usize,
    id: String,
    inputs: String,
    fields: String,
    text: Text,
}

impl Entry {
    fn new<I: Data>(value: &impl Row<I>, set: usize, row: usize) -> Result<Self, DataError> {
        let inputs = object(&value.input())?;
        let text = Text::of(&inputs);
        Ok(Self {
            set,
            row,
            id: value.id()?,
            inputs: canonical::hash(&Value::Object(inputs)),
            fields: canonical::hash(&Value::Object(value.fields()?)),
            text,
        })
    }
}

/// Rows, and the pairs found so far: later, earlier, kind, similarity.
#[derive(Debug, Default)]
struct Search {
    entries: Vec<Entry>,
    found: Vec<(usize, usize, OverlapKind, f64)>,
}

impl Search {
    fn exact(&mut self) {
        let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_inputs: HashMap<&str, Vec<usize>> = HashMap::new();
        for (later, entry) in self.entries.iter().enumerate() {
            let same_id = by_id.entry(&entry.id).or_default();
            let alike = by_inputs.entry(&entry.inputs).or_default();
            let mut seen: BTreeSet<(OverlapKind, usize)> = BTreeSet::new();
            for earlier in same_id.iter().chain(alike.iter()) {
                let Some(other) = self.entries.get(*earlier) else { continue };
                let same = other.id == entry.id || other.fields == entry.fields;
                let kind = if same { OverlapKind::SameRow } else { OverlapKind::OtherLabel };
                if seen.insert((kind, other.set)) {
                    let similarity = entry.text.similarity(&other.text);
                    self.found.push((later, *earlier, kind, similarity));
                }
            }
            for places in [same_id, alike] {
                // One of each set is enough to find a later one by its id.
                if places.len() < ALIKE {
                    places.push(later);
                }
            }
        }
    }

    fn near(&mut self) {
        let mut corpus = Corpus::new(self.entries.iter().map(|entry| &entry.text));
        for (later, entry) in self.entries.iter().enumerate() {
            let mut best: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
            for earlier in corpus.candidates(&entry.text) {
                let Some(other) = self.entries.get(earlier) else { continue };
                if other.inputs == entry.inputs || other.id == entry.id {
                    continue;
                }
                let similarity = entry.text.similarity(&other.text);
                let known = best.entry(other.set).or_insert((0.0, earlier));
                if similarity > known.0 {
                    *known = (similarity, earlier);
                }
            }
            let close = best.into_values().filter(|(similarity, _)| *similarity >= text::CLOSE);
            self.found.extend(close.map(|(similarity, earlier)| {
                (later, earlier, OverlapKind::NearDuplicate, similarity)
            }));
            corpus.add(later, &entry.text);
        }
    }
}
