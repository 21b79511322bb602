//! Races and the anytime-valid test: what they promise about errors, cost and order.

#[path = "support/chance.rs"]
mod chance;

use chance::Chance;
use dspy::optimize::{BettingTest, Race, RaceStop};

const SEQUENCES: u32 = 2_000;
const ITEMS: usize = 300;
const ALPHA: f64 = 0.05;

/// The share of sequences in which a look after some item finds the challenger worse.
fn rejected(margin: f64, seed: u64, draw: impl Fn(&mut Chance) -> f64) -> f64 {
    let mut chance = Chance(seed);
    let mut count = 0_u32;
    for _ in 0..SEQUENCES {
        let mut test = BettingTest::with_margin(1.0, margin).unwrap();
        for _ in 0..ITEMS {
            test.observe(draw(&mut chance)).unwrap();
            if test.rejects(ALPHA) {
                count += 1;
                break;
            }
        }
    }
    f64::from(count) / f64::from(SEQUENCES)
}

/// 0 mostly; -1 and 1 with these probabilities.
fn flips(worse: f64, better: f64) -> impl Fn(&mut Chance) -> f64 {
    move |chance| match chance.uniform() {
        u if u < worse => -1.0,
        u if u < worse + better => 1.0,
        _ => 0.0,
    }
}

/// `ALPHA`, and what chance may add to it in so many sequences.
fn bound() -> f64 {
    ALPHA + 3.0 * (ALPHA * (1.0 - ALPHA) / f64::from(SEQUENCES)).sqrt()
}

#[test]
fn looking_after_every_item_wrongs_an_equal_challenger_as_rarely_as_promised() {
    let cases = [
        ("scores of 0 and 1", rejected(0.0, 1, flips(0.15, 0.15))),
        ("scores that often differ", rejected(0.0, 2, flips(0.4, 0.4))),
        ("small differences", rejected(0.0, 3, |chance| 0.2 * (2.0 * chance.uniform() - 1.0))),
        // Rarely much worse, else a little better: mean 0 and skewed.
        (
            "skewed differences",
            rejected(0.0, 4, |chance| if chance.uniform() < 0.1 { -0.9 } else { 0.1 }),
        ),
        ("worse by the margin", rejected(0.1, 5, flips(0.2, 0.1))),
        ("better by the margin asked for", rejected(-0.1, 6, flips(0.1, 0.2))),
    ];
    for (what, share) in cases {
        assert!(share <= bound(), "{what}: {share}");
    }
}

#[test]
fn a_worse_challenger_is_found_out() {
    let found = rejected(0.0, 7, flips(0.175, 0.075));
    assert!(found > 0.75, "10 points worse, a quarter of the items differ: {found}");
    let found = rejected(-0.1, 8, flips(0.1, 0.1));
    assert!(found > 0.6, "not better by the 10 points asked for: {found}");
}

#[test]
fn the_same_looks_with_an_ordinary_test_would_mislead() {
    // So the simulation above can tell a valid test from one that is not.
    let mut chance = Chance(9);
    let draw = flips(0.15, 0.15);
    let mut count = 0_u32;
    for _ in 0..SEQUENCES {
        let (mut better, mut worse) = (0.0_f64, 0.0_f64);
        for _ in 0..ITEMS {
            let difference = draw(&mut chance);
            better += difference.max(0.0);
            worse += (-difference).max(0.0);
            if better + worse > 9.0 && (worse - better) / (worse + better).sqrt() > 1.645 {
                count += 1;
                break;
            }
        }
    }
    assert!(f64::from(count) / f64::from(SEQUENCES) > 3.0 * bound());
}

#[test]
fn evidence_of_scores_of_0_and_1_is_that_of_the_flips_alone() {
    let mut with_ties = BettingTest::new(1.0).unwrap();
    let mut without = BettingTest::new(1.0).unwrap();
    for difference in [0.0, -1.0, 0.0, 0.0, -1.0, 1.0, 0.0, -1.0] {
        with_ties.observe(difference).unwrap();
        if difference != 0.0 {
            without.observe(difference).unwrap();
        }
    }
    assert_eq!(with_ties.evidence(), without.evidence());
    assert_eq!((with_ties.observed(), without.observed()), (8, 4));
    // The average of (1 + x)^3 (1 - x) over x from 0 to 1 is 1.3.
    assert!((without.evidence() - 1.3).abs() < 0.01, "{}", without.evidence());
}

#[test]
fn what_would_void_the_guarantee_is_refused() {
    let mut test = BettingTest::new(1.0).unwrap();
    let error = test.observe(1.5).unwrap_err().to_string();
    assert!(error.contains("outside the range 1"), "{error}");
    assert!(test.observe(f64::NAN).is_err());
    assert_eq!(test.observed(), 0);
    assert!(BettingTest::new(0.0).is_err());
    assert!(BettingTest::new(f64::INFINITY).is_err());
    assert!(BettingTest::with_margin(1.0, 1.0).is_err());
}

/// Runs a race to its end; in each round the scores come in the order that `turn` makes of it.
fn run(race: &mut Race, scores: &[Vec<f64>], turn: fn(&mut Vec<(usize, usize)>)) -> Vec<usize> {
    let mut rounds = Vec::new();
    loop {
        let round = race.round().unwrap();
        if round.is_empty() {
            return rounds;
        }
        assert_eq!(race.round().unwrap(), round, "a round stays until it is recorded");
        let mut cells: Vec<(usize, usize)> = round
            .into_iter()
            .flat_map(|batch| batch.items.map(move |item| (batch.candidate, item)))
            .collect();
        rounds.push(cells.len());
        turn(&mut cells);
        for (candidate, item) in cells {
            race.record(candidate, item, scores[candidate][item]).unwrap();
        }
    }
}

fn in_order(_: &mut Vec<(usize, usize)>) {}

/// A field of candidates around 0.55.
fn field(chance: &mut Chance, candidates: usize, spread: f64) -> Vec<f64> {
    (0..candidates).map(|_| (0.55 + spread * chance.normal()).clamp(0.02, 0.98)).collect()
}

#[test]
fn the_outcome_does_not_depend_on_the_order_of_scores() {
    let mut chance = Chance(10);
    let means = field(&mut chance, 8, 0.06);
    let scores = chance.scores(&means, 120, 0.7);
    let mut forward = Race::new(8, 120);
    let mut backward = Race::new(8, 120);
    let rounds = run(&mut forward, &scores, in_order);
    assert_eq!(rounds, run(&mut backward, &scores, |cells| cells.reverse()));
    assert!(rounds.len() > 2, "{rounds:?}");
    assert_eq!(forward.winner(), backward.winner());
    assert_eq!(forward.estimate().unwrap(), backward.estimate().unwrap());
    assert_eq!(rounds.iter().sum::<usize>(), forward.evaluations());
}

#[test]
fn a_race_picks_nearly_as_well_as_full_evaluation_for_a_third_of_it() {
    const REPEATS: usize = 30;
    let mut chance = Chance(11);
    let (mut lost, mut evaluations) = (0.0, 0);
    for _ in 0..REPEATS {
        let means = field(&mut chance, 16, 0.05);
        let scores = chance.scores(&means, 300, 0.7);
        let total = |row: &Vec<f64>| row.iter().sum::<f64>();
        let full = (0..16).max_by(|a, b| total(&scores[*a]).total_cmp(&total(&scores[*b])));
        let mut race = Race::new(16, 300);
        run(&mut race, &scores, in_order);
        lost += means[full.unwrap()] - means[race.winner().unwrap()];
        evaluations += race.evaluations();
    }
    let share = evaluations as f64 / (REPEATS * 16 * 300) as f64;
    assert!(share < 0.37, "{share}");
    assert!(lost / (REPEATS as f64) < 0.009, "{}", lost / REPEATS as f64);
}

#[test]
fn equals_are_rarely_eliminated_and_losers_are_with_proof() {
    let mut chance = Chance(12);
    let repeats = 150_u32;
    let mut wronged = 0_u32;
    for _ in 0..repeats {
        let scores = chance.scores(&[0.6; 3], 120, 0.5);
        let mut race = Race::new(3, 120).by_proof_alone();
        run(&mut race, &scores, in_order);
        wronged += u32::from(race.eliminated().iter().any(|gone| gone.candidate == 0));
    }
    let share = f64::from(wronged) / f64::from(repeats);
    assert!(share <= 0.05 + 3.0 * (0.05 * 0.95 / f64::from(repeats)).sqrt(), "{share}");

    let scores = chance.scores(&[0.3, 0.8, 0.5], 300, 0.5);
    let mut race = Race::new(3, 300).by_proof_alone();
    run(&mut race, &scores, in_order);
    assert_eq!((race.winner(), race.stopped()), (Some(1), Some(RaceStop::OneLeft)));
    let gone: Vec<_> = race.eliminated().iter().map(|gone| (gone.candidate, gone.leader)).collect();
    assert_eq!(gone, [(0, 1), (2, 1)]);
    assert!(race.eliminated().iter().all(|gone| gone.p_value <= 0.025 && gone.items < 300));
    assert!(race.evaluations() < 900);
}

#[test]
fn the_budget_is_never_exceeded() {
    let mut chance = Chance(13);
    let means = field(&mut chance, 6, 0.02);
    let scores = chance.scores(&means, 100, 0.5);
    for budget in [0, 1, 5, 6, 50, 121, 333] {
        let mut race = Race::new(6, 100).tolerance(0.0).budget(budget);
        run(&mut race, &scores, in_order);
        assert_eq!(race.evaluations(), budget, "nothing is left over when nobody settles");
        assert_eq!(race.stopped(), Some(RaceStop::Budget));
        assert!(race.winner().is_some());
    }
}

#[test]
fn known_scores_are_evidence_that_costs_nothing() {
    let mut chance = Chance(14);
    let scores = chance.scores(&[0.5, 0.8], 100, 0.5);
    let mut race = Race::new(2, 100);
    for (item, score) in scores[0].iter().enumerate() {
        race.know(0, item, *score).unwrap();
    }
    loop {
        let round = race.round().unwrap();
        if round.is_empty() {
            break;
        }
        for batch in round {
            assert_eq!(batch.candidate, 1, "all scores of the other are known");
            for item in batch.items {
                race.record(1, item, scores[1][item]).unwrap();
            }
        }
    }
    assert_eq!(race.winner(), Some(1));
    assert!(race.evaluations() <= 100);
}

#[test]
fn races_without_a_contest_are_over_at_once() {
    let mut alone = Race::new(1, 50);
    assert!(alone.round().unwrap().is_empty());
    assert_eq!((alone.winner(), alone.stopped()), (Some(0), Some(RaceStop::OneLeft)));
    let mut nobody = Race::new(0, 50);
    assert!(nobody.round().unwrap().is_empty());
    assert_eq!(nobody.winner(), None);
    let mut nothing = Race::new(3, 0);
    assert!(nothing.round().unwrap().is_empty());
    assert_eq!(nothing.winner(), Some(0));

    let constant = vec![vec![1.0; 200]; 5];
    let mut race = Race::new(5, 200);
    run(&mut race, &constant, in_order);
    assert_eq!((race.winner(), race.stopped()), (Some(0), Some(RaceStop::Settled)));
    assert!(race.evaluations() <= 300, "{} where nobody differs", race.evaluations());
}

#[test]
fn metrics_of_another_range_race_the_same() {
    let mut chance = Chance(15);
    let means = field(&mut chance, 6, 0.08);
    let scores = chance.scores(&means, 150, 0.6);
    let percent: Vec<Vec<f64>> =
        scores.iter().map(|row| row.iter().map(|score| 100.0 * score).collect()).collect();
    let mut ours = Race::new(6, 150);
    let mut given = Race::new(6, 150).range(100.0);
    let mut learned = Race::new(6, 150);
    let rounds = run(&mut ours, &scores, in_order);
    assert_eq!(run(&mut given, &percent, in_order), rounds);
    assert_eq!(run(&mut learned, &percent, in_order), rounds);
    assert_eq!(given.winner(), ours.winner());
}

#[test]
fn mistakes_are_named() {
    let mut race = Race::new(2, 10);
    race.record(0, 3, 0.5).unwrap();
    race.record(0, 3, 0.5).unwrap();
    assert_eq!(race.evaluations(), 1, "the same told twice is one evaluation");
    let refused = |result: dspy::Result<()>, word: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    };
    refused(race.record(0, 3, 0.6), "told before as 0.5");
    refused(race.record(0, 4, f64::NAN), "not finite");
    refused(race.record(2, 0, 1.0), "candidate that is not in the race");
    refused(race.record(1, 10, 1.0), "item that is not in the race");
    assert_eq!(race.evaluations(), 1);
}
