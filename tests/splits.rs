//! Splits of shared rows, folds, and rows that leak from one set to another.

use std::collections::BTreeSet;

use dspy::prelude::*;
use dspy::row::{OverlapKind, Row, Rows, folds, label_key, overlaps, split_rows, stratified_split};

#[derive(Signature, Clone)]
struct Mail {
    #[input]
    text: String,
    #[output]
    queue: String,
}

fn mail(text: &str, queue: &str) -> Mail {
    Mail { text: text.to_owned(), queue: queue.to_owned() }
}

fn places(rows: &Rows<u32>) -> Vec<u32> {
    rows.iter().copied().collect()
}

fn all(parts: &[&Rows<u32>]) -> Vec<u32> {
    let mut all: Vec<u32> = parts.iter().flat_map(|part| places(part)).collect();
    all.sort_unstable();
    all
}

#[test]
fn every_row_is_in_one_part_and_labels_are_spread() {
    let rows = Rows::from((0..200).collect::<Vec<u32>>());
    // One label in ten rows, the other in the rest.
    let key = |n: &u32| n.is_multiple_of(10);
    let split = |seed| split_rows(&rows, [0.5, 0.3, 0.2], key, seed).unwrap();
    let [train, validation, holdout] = split(1);
    assert_eq!(all(&[&train, &validation, &holdout]), (0..200).collect::<Vec<_>>());
    let rare = |part: &Rows<u32>| part.iter().filter(|n| key(n)).count();
    assert_eq!((rare(&train), rare(&validation), rare(&holdout)), (10, 6, 4));
    assert_eq!(places(&split(1)[2]), places(&holdout), "the same seed, the same split");
    assert_ne!(places(&split(2)[2]), places(&holdout));
}

#[test]
fn shared_rows_are_split_as_owned_ones_are() {
    let owned = stratified_split((0..50).collect(), [0.6, 0.4], |n: &u32| n % 3, 5).unwrap();
    let rows = Rows::from((0..50).collect::<Vec<u32>>());
    let shared = split_rows(&rows, [0.6, 0.4], |n| n % 3, 5).unwrap();
    assert_eq!(owned.map(|part| part.to_vec()), shared.map(|part| places(&part)));
}

#[test]
fn labels_that_occur_once_are_split_at_random_too() {
    let rows = Rows::from((0..60).collect::<Vec<u32>>());
    let holdout = |seed| -> BTreeSet<u32> {
        let [_, holdout] = split_rows(&rows, [0.7, 0.3], |n| *n, seed).unwrap();
        places(&holdout).into_iter().collect()
    };
    assert_ne!(holdout(1), holdout(2));
    assert_eq!(holdout(1).len(), 18);
}

#[test]
fn folds_hold_out_every_row_once() {
    let rows = Rows::from((0..53).collect::<Vec<u32>>());
    let folds = folds(&rows, 5, |n| n % 2, 3).unwrap();
    let tests: Vec<&Rows<u32>> = folds.iter().map(|fold| &fold.test).collect();
    assert_eq!(all(&tests), (0..53).collect::<Vec<_>>());
    for fold in &folds {
        assert_eq!(all(&[&fold.train, &fold.test]), (0..53).collect::<Vec<_>>());
        assert!((10..=11).contains(&fold.test.len()));
        let even = fold.test.iter().filter(|n| *n % 2 == 0).count();
        assert!((5..=6).contains(&even), "{even} of {}", fold.test.len());
    }
}

#[test]
fn folds_that_cannot_be_are_refused() {
    let rows = Rows::from(vec![1, 2, 3]);
    for count in [0, 1, 4] {
        let error = folds(&rows, count, |n| *n, 0).unwrap_err().to_string();
        assert!(error.contains("3 rows cannot be held out"), "{error}");
    }
    assert!(folds(&rows, 3, |n| *n, 0).is_ok());
    assert!(split_rows(&rows, [0.5, 0.4], |n| *n, 0).is_err());
}

#[test]
fn the_key_of_labels_does_not_see_the_inputs() {
    let key = |row: &Mail| label_key::<MailInput>(row).unwrap();
    assert_eq!(key(&mail("a", "x")), key(&mail("b", "x")));
    assert_ne!(key(&mail("a", "x")), key(&mail("a", "y")));
}

#[test]
fn what_leaks_is_found_and_told_apart() {
    let train = Rows::from(vec![
        mail("My invoice from March is wrong, please correct it soon", "billing"),
        mail("The app crashes when I open the settings page", "technical"),
        mail("How do I cancel my subscription?", "sales"),
        mail("Please send 12 boxes to our office in Rome", "sales"),
    ]);
    let test = Rows::from(vec![
        mail("My invoice from March is wrong, please correct it soon", "billing"),
        mail("the app crashes, when I open the settings page!", "technical"),
        mail("How do I cancel my subscription?", "billing"),
        mail("Please send 13 boxes to our office in Rome", "sales"),
        mail("Something else entirely", "sales"),
    ]);
    let found = overlaps::<MailInput, Mail>(&[("train", &train), ("test", &test)]).unwrap();
    let seen: Vec<_> =
        found.pairs.iter().map(|pair| (pair.kind, pair.first.row, pair.second.row)).collect();
    assert_eq!(
        seen,
        [
            (OverlapKind::SameRow, 0, 0),
            (OverlapKind::NearDuplicate, 1, 1),
            (OverlapKind::OtherLabel, 2, 2),
        ]
    );
    assert!(found.across().count() == 3 && found.pairs.iter().all(|pair| pair.similarity == 1.0));
    assert_eq!(found.warnings().len(), 3);
    assert!(
        found.to_string().lines().next().unwrap().starts_with("1 row of `test` is the same as")
    );
}

#[test]
fn a_few_words_more_are_still_nearly_the_same() {
    let long = "the customer writes that the parcel arrived late and that the box was damaged on \
                one side so that two of the glasses inside were broken when it was opened";
    let rows = Rows::from(vec![
        mail(long, "a"),
        mail(&format!("{long} yesterday"), "a"),
        mail(&long.replace("glasses", "cups"), "a"),
        mail(&long[..long.len() / 2], "a"),
    ]);
    let found = overlaps::<MailInput, Mail>(&[("rows", &rows)]).unwrap();
    let seen: Vec<_> = found.pairs.iter().map(|pair| (pair.first.row, pair.second.row)).collect();
    assert_eq!(seen, [(0, 1), (0, 2)]);
    assert!(found.pairs.iter().all(|pair| (0.8..1.0).contains(&pair.similarity)), "{found:?}");
    assert_eq!(found.across().count(), 0);
    assert!(found.warnings()[0].contains("2 rows of `rows` are nearly the same as another row"));
}

#[test]
fn unlike_rows_and_no_rows_give_no_warnings() {
    let rows = Rows::from((0..30).map(|n| mail(&format!("w{n}"), "x")).collect::<Vec<_>>());
    let empty: Rows<Mail> = Rows::from(Vec::new());
    let found = overlaps::<MailInput, Mail>(&[("train", &rows), ("test", &empty)]).unwrap();
    assert!(found.is_empty() && found.warnings().is_empty(), "{found}");
    assert_eq!(found.to_string(), "");
}

#[test]
fn rows_with_ids_of_their_own_are_the_same_by_id() {
    #[derive(Clone)]
    struct Named(u32, Mail);
    impl Row<MailInput> for Named {
        fn input(&self) -> MailInput {
            self.1.input()
        }
        fn fields(&self) -> Result<dspy::signature::Fields, dspy::row::DataError> {
            Row::<MailInput>::fields(&self.1)
        }
        fn id(&self) -> Result<String, dspy::row::DataError> {
            Ok(self.0.to_string())
        }
    }
    let train = Rows::from(vec![Named(7, mail("old wording", "x")), Named(8, mail("same", "x"))]);
    let test =
        Rows::from(vec![Named(7, mail("quite another text", "x")), Named(9, mail("same", "x"))]);
    let found = overlaps::<MailInput, Named>(&[("train", &train), ("test", &test)]).unwrap();
    let seen: Vec<_> = found.pairs.iter().map(|pair| (pair.kind, pair.second.row)).collect();
    assert_eq!(seen, [(OverlapKind::SameRow, 0), (OverlapKind::SameRow, 1)]);
}

#[test]
fn rows_made_of_the_same_few_words_are_compared_in_time() {
    // The worst case: every piece is shared by many rows.
    let words =
        ["order", "parcel", "invoice", "refund", "address", "password", "delivery", "price"];
    let sentence = |n: usize| -> String {
        let word = |place: usize| words[(n.wrapping_mul(7919) >> (place % 11)) % 8];
        (0..14).map(word).collect::<Vec<_>>().join(" ")
    };
    let rows = Rows::from((0..500).map(|n| mail(&sentence(n), "x")).collect::<Vec<_>>());
    let started = std::time::Instant::now();
    overlaps::<MailInput, Mail>(&[("rows", &rows)]).unwrap();
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_secs(30), "{took:?}");
}
