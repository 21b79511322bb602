//! The shipped data set: enough rows, balanced, clean, and no row twice.

use std::collections::{BTreeMap, BTreeSet};

use dspy::prelude::*;
use dspy::row::read_csv;

#[derive(Signature, Clone)]
struct Event {
    #[input]
    event: String,
    #[output]
    category: String,
}

const CATEGORIES: [&str; 11] = [
    "Wars and Conflicts",
    "Politics and Governance",
    "Science and Innovation",
    "Cultural and Artistic Movements",
    "Exploration and Discovery",
    "Economic Events",
    "Social Movements",
    "Man-Made Disasters and Accidents",
    "Natural Disasters and Climate",
    "Sports and Entertainment",
    "Famous Personalities and Achievements",
];

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/historic_events.csv");

fn rows() -> Vec<Event> {
    read_csv(FILE).unwrap()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[test]
fn there_are_enough_rows_of_each_category_and_of_no_other() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows() {
        *counts.entry(row.category).or_default() += 1;
    }
    assert!(counts.values().sum::<usize>() >= 660, "{counts:?}");
    assert_eq!(
        counts.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(CATEGORIES)
    );
    assert!(counts.values().all(|count| *count >= 40), "{counts:?}");
}

#[test]
fn the_text_is_clean() {
    let bytes = std::fs::read(FILE).unwrap();
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(!text.starts_with('\u{feff}') && !text.contains('\r') && !text.contains('\u{fffd}'));
    for row in rows() {
        let event = &row.event;
        assert_eq!(event.trim(), event, "space around {event:?}");
        assert!(!event.contains("  ") && !event.chars().any(char::is_control), "{event:?}");
        assert!(event.ends_with('.'), "{event:?} is no sentence");
        let count = event.split_whitespace().count();
        assert!((6..=32).contains(&count), "{count} words: {event:?}");
    }
}

#[test]
fn no_event_stands_there_twice() {
    let all: Vec<_> = rows().into_iter().map(|row| (words(&row.event), row.event)).collect();
    for (index, (some, text)) in all.iter().enumerate() {
        for (other, other_text) in &all[index + 1..] {
            let shared = some.intersection(other).count() as f64;
            let either = some.union(other).count() as f64;
            assert!(shared / either < 0.6, "near-duplicates:\n  {text}\n  {other_text}");
        }
    }
}

#[test]
fn the_wording_varies() {
    let rows = rows();
    let mut openings: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *openings.entry(row.event.split_whitespace().next().unwrap()).or_default() += 1;
    }
    let most = openings.values().max().unwrap();
    assert!(*most * 5 <= rows.len(), "one opening word begins {most} of {} rows", rows.len());
    let beyond_ascii = rows.iter().filter(|row| !row.event.is_ascii()).count();
    assert!(beyond_ascii >= 20, "only {beyond_ascii} rows have letters beyond ASCII");
}
