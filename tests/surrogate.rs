//! Searches over categorical spaces: what they ask for, what they make of what they are told.

use std::collections::BTreeSet;

use dspy::optimize::Surrogate;
use dspy::optimize::surrogate::{Method, Point, Space, SurrogateError};
use serde::Deserialize;

const METHODS: [Method; 3] = [Method::Random, Method::Tpe, Method::Gp];

fn space(choices: &[usize]) -> Space {
    let named = choices.iter().enumerate();
    Space::new(named.map(|(place, choices)| (format!("d{place}"), *choices))).unwrap()
}

/// A number from -1 to 1 that looks random.
fn noise(seed: u64, trial: u64) -> f64 {
    let bits = (seed.wrapping_mul(0x9E37_79B9) ^ trial).wrapping_mul(0xD134_2543_DE82_EF95);
    (bits >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// Best at the highest choice of each dimension, with a bonus for the right pair.
fn value(point: &[usize]) -> f64 {
    let pair = if point.first() == point.get(1) { 1.0 } else { 0.0 };
    point.iter().sum::<usize>() as f64 + pair
}

/// Asks and tells so many times; the points in the order in which they were asked for.
fn run(search: &mut Surrogate, trials: u64) -> Vec<Point> {
    (0..trials)
        .map(|trial| {
            let point = search.ask().unwrap();
            search.tell(&point, value(&point) + noise(3, trial), Some(0.3)).unwrap();
            point
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_points_and_another_seed_others() {
    for method in METHODS {
        let points = |seed| run(&mut Surrogate::new(method, space(&[6, 5, 4]), seed), 16);
        assert_eq!(points(1), points(1), "{method:?}");
        assert_ne!(points(1), points(2), "{method:?}");
    }
}

#[test]
fn a_search_saved_and_restored_midway_goes_on_as_if_nothing_had_happened() {
    for method in METHODS {
        let mut search = Surrogate::new(method, space(&[5, 4, 3]), 9);
        run(&mut search, 12);
        let awaited = search.ask().unwrap();
        search.begin(&[0, 0, 0]).unwrap();
        search.settle(&[4, 3, 2]).unwrap();
        let file = serde_json::to_string(&search).unwrap();
        let mut restored: Surrogate = serde_json::from_str(&file).unwrap();
        assert_eq!(restored, search);
        assert_eq!(restored.pending().collect::<Vec<_>>(), [&awaited, &vec![0, 0, 0]]);
        assert_eq!(run(&mut restored, 6), run(&mut search, 6), "{method:?}");
        assert_eq!(restored.best(), search.best());
    }
}

#[test]
fn a_file_with_points_of_another_space_is_refused() {
    let mut search = Surrogate::gp(space(&[5, 4]), 0);
    search.tell(&[4, 0], 1.0, None).unwrap();
    let file = serde_json::to_string(&search).unwrap();
    let spoiled = file.replace("\"choices\":5", "\"choices\":2");
    assert_ne!(spoiled, file);
    let error = serde_json::from_str::<Surrogate>(&spoiled).unwrap_err().to_string();
    assert!(error.contains("`d0` has 2 choices"), "{error}");
    let no_choice = file.replace("\"choices\":5", "\"choices\":0");
    let error = serde_json::from_str::<Surrogate>(&no_choice).unwrap_err().to_string();
    assert!(error.contains("`d0` has no choice"), "{error}");
}

#[test]
fn impossible_spaces_points_and_scores_are_refused() {
    let nothing_to_choose = Space::new([("a", 2), ("b", 0)]).unwrap_err();
    assert_eq!(nothing_to_choose, SurrogateError::NoChoice { dimension: "b".into() });
    let twice = Space::new([("a", 2), ("a", 3)]).unwrap_err();
    assert_eq!(twice, SurrogateError::TwoOfAName { dimension: "a".into() });

    let mut search = Surrogate::gp(space(&[2, 3]), 0);
    assert_eq!(search.posterior(&[0, 0]), Err(SurrogateError::NothingTold));
    let too_short = search.tell(&[1], 0.0, None);
    assert_eq!(too_short, Err(SurrogateError::Length { given: 1, dimensions: 2 }));
    let no_such = search.tell(&[1, 3], 0.0, None);
    let expected = SurrogateError::Choice { dimension: "d1".into(), choice: 3, choices: 3 };
    assert_eq!(no_such, Err(expected));
    for value in [f64::NAN, f64::INFINITY, -2e100] {
        assert!(matches!(search.tell(&[1, 2], value, None), Err(SurrogateError::Value { .. })));
    }
    for noise in [-1.0, f64::NAN, f64::INFINITY] {
        let refused = search.tell(&[1, 2], 0.0, Some(noise));
        assert!(matches!(refused, Err(SurrogateError::Noise { .. })), "{noise}");
    }
    assert!(search.begin(&[2, 0]).is_err() && search.settle(&[2, 0]).is_err());
    assert!(search.observations().is_empty() && search.best().is_none());
    let error = dspy::Error::from(SurrogateError::NothingTold).to_string();
    assert_eq!(error, "nothing was told yet: tell at least one observation first");
}

#[test]
fn without_repeats_every_point_is_asked_for_once_and_then_none() {
    for method in METHODS {
        let mut search = Surrogate::new(method, space(&[4, 1, 3]), 5).without_repeats();
        let asked: BTreeSet<Point> = run(&mut search, 12).into_iter().collect();
        assert_eq!(asked.len(), 12, "{method:?}");
        assert_eq!(search.ask(), None, "{method:?}");
    }
}

#[test]
fn points_in_flight_count_as_repeats_until_they_are_withdrawn() {
    for method in METHODS {
        let mut search = Surrogate::new(method, space(&[3, 2]), 1).without_repeats();
        let asked: BTreeSet<Point> = std::iter::from_fn(|| search.ask()).collect();
        assert_eq!(asked.len(), 6, "{method:?}");
        assert!(search.withdraw(&[2, 1]));
        assert!(!search.withdraw(&[2, 1]));
        assert_eq!(search.ask(), Some(vec![2, 1]), "{method:?}");
    }
}

#[test]
fn settled_points_are_not_asked_for_again() {
    for method in METHODS {
        let mut search = Surrogate::new(method, space(&[3, 3]), 2);
        // The best ones, which a search would come back to.
        search.settle(&[2, 2]).unwrap();
        search.settle(&[2, 1]).unwrap();
        let asked = run(&mut search, 30);
        assert!(!asked.contains(&vec![2, 2]) && !asked.contains(&vec![2, 1]), "{method:?}");
        let different: BTreeSet<&Point> = asked.iter().collect();
        assert!(different.len() < asked.len(), "others may be asked for again");
        for point in different.into_iter().cloned().collect::<Vec<_>>() {
            search.settle(&point).unwrap();
        }
        for (a, b) in (0..3).flat_map(|a| (0..3).map(move |b| (a, b))) {
            search.settle(&[a, b]).unwrap();
        }
        assert_eq!(search.ask(), None);
    }
}

#[test]
fn spaces_without_a_choice_have_one_point() {
    for method in METHODS {
        for (choices, only) in [(vec![], vec![]), (vec![1, 1], vec![0, 0])] {
            let mut search = Surrogate::new(method, space(&choices), 0);
            for trial in 0..14 {
                let point = search.ask().unwrap();
                assert_eq!(point, only);
                search.tell(&point, f64::from(trial % 2), None).unwrap();
            }
            let (best, posterior) = search.best().unwrap();
            assert_eq!(best, only);
            assert!((posterior.mean - 0.5).abs() < 1e-6, "{method:?}: {posterior:?}");
            let mut once = search.without_repeats();
            assert_eq!(once.ask(), None);
        }
    }
}

#[test]
fn scores_that_are_all_the_same_or_exact_or_huge_are_no_trouble() {
    let scores: [fn(u64) -> f64; 4] =
        [|_| 0.0, |_| 1.0, |trial| trial as f64 * 1e98, |trial| 1e9 + trial as f64 * 1e-3];
    for method in METHODS {
        for (place, score) in scores.iter().enumerate() {
            for noise in [None, Some(0.0), Some(1e-9), Some(1e12)] {
                let mut search = Surrogate::new(method, space(&[4, 3, 2]), 6);
                for trial in 0..14 {
                    let point = search.ask().unwrap();
                    search.tell(&point, score(trial), noise).unwrap();
                }
                let case = format!("{method:?}, scores {place}, noise {noise:?}");
                for (_, posterior) in search.ranked() {
                    let finite = posterior.mean.is_finite() && posterior.variance.is_finite();
                    assert!(finite && posterior.variance >= 0.0, "{case}: {posterior:?}");
                }
                assert!(search.best().is_some(), "{case}");
            }
        }
    }
}

#[test]
fn huge_spaces_are_searched_without_being_listed() {
    for method in METHODS {
        let mut search = Surrogate::new(method, space(&[50; 20]), 4).without_repeats();
        assert_eq!(search.space().size(), None);
        assert_eq!(run(&mut search, 13).len(), 13);
    }
}

#[test]
fn more_points_than_the_model_takes_are_no_trouble() {
    let mut search = Surrogate::gp(space(&[20, 20]), 0);
    for place in 0..310_usize {
        let point = [place % 20, place / 20];
        search.tell(&point, value(&point), Some(0.01)).unwrap();
    }
    let (best, posterior) = search.best().unwrap();
    // The highest sum told is that of choice 9 with 15, a pair bonus away from 19 with 14.
    assert!(value(&best) >= 33.0, "{best:?}: {posterior:?}");
}

/// Tells every point once but the last choice of the last dimension.
fn half_known() -> Surrogate {
    let mut search = Surrogate::gp(space(&[4, 4]), 3);
    for (trial, (a, b)) in (0..4).flat_map(|a| (0..3).map(move |b| (a, b))).enumerate() {
        let score = (a + b) as f64 + 0.2 * noise(1, trial as u64);
        search.tell(&[a, b], score, Some(0.02)).unwrap();
    }
    search
}

#[test]
fn a_point_never_tried_is_expected_by_what_it_shares_with_others() {
    let search = half_known();
    let of = |point: &[usize]| search.posterior(point).unwrap();
    assert!(of(&[3, 3]).mean > of(&[0, 3]).mean + 1.0);
    assert!(of(&[3, 3]).variance > 4.0 * of(&[3, 2]).variance, "a choice never seen is uncertain");
    assert!((of(&[3, 2]).mean - 5.0).abs() < 0.5);
}

#[test]
fn points_in_flight_are_expected_to_turn_out_as_expected() {
    let mut search = half_known();
    let before = search.posterior(&[3, 3]).unwrap();
    let first = search.ask().unwrap();
    let next: Vec<Point> = (0..3).map(|_| search.ask().unwrap()).collect();
    assert_eq!(first, [3, 3], "the most hopeful point");
    assert!(!next.contains(&first), "others are more uncertain by then: {next:?}");
    assert_eq!(search.posterior(&[3, 3]).unwrap(), before, "which is no knowledge");

    // Without them in flight it would be asked for again.
    let mut alone = half_known();
    for _ in 0..3 {
        let point = alone.ask().unwrap();
        assert_eq!(point, [3, 3]);
        assert!(alone.withdraw(&point));
    }
}

#[test]
fn the_first_points_asked_for_at_once_have_little_in_common() {
    let shared = |points: &[Point]| {
        let pairs = points.iter().enumerate().flat_map(|(place, a)| {
            points[..place].iter().map(move |b| a.iter().zip(b).filter(|(a, b)| a == b).count())
        });
        pairs.sum::<usize>()
    };
    let together = |method| -> usize {
        let batch = |seed| {
            let mut search = Surrogate::new(method, space(&[6, 6, 6]), seed);
            (0..6).map(|_| search.ask().unwrap()).collect::<Vec<_>>()
        };
        (0..10).map(|seed| shared(&batch(seed))).sum()
    };
    let (gp, random) = (together(Method::Gp), together(Method::Random));
    assert!(gp * 3 < random, "{gp} choices in common, {random} at random");
}

#[test]
fn a_score_with_less_noise_counts_for_more() {
    let told = |noise_of_low: Option<f64>, noise_of_high: Option<f64>| {
        let mut search = Surrogate::gp(space(&[3, 3]), 0);
        for (a, b) in (0..3).flat_map(|a| (0..3).map(move |b| (a, b))) {
            search.tell(&[a, b], 50.0 + (a * 5) as f64, Some(4.0)).unwrap();
        }
        search.tell(&[1, 1], 45.0, noise_of_low).unwrap();
        search.tell(&[1, 1], 65.0, noise_of_high).unwrap();
        let mean = search.posterior(&[1, 1]).unwrap().mean;
        (mean, search.best_observed().unwrap())
    };
    let (low, _) = told(Some(0.5), Some(50.0));
    let (high, best) = told(Some(50.0), Some(0.5));
    assert!(low < 49.0 && high > 61.0, "{low} and {high}");
    assert_eq!(best.0, [1, 1]);
    let by_precision =
        (55.0 / 4.0 + 45.0 / 50.0 + 65.0 / 0.5) / (1.0 / 4.0 + 1.0 / 50.0 + 1.0 / 0.5);
    assert!((best.1 - by_precision).abs() < 1e-9, "{best:?}");
    let (between, (_, plain)) = told(None, None);
    assert!(low < between && between < high, "{between}");
    assert!((plain - 60.0).abs() < 1e-9, "the others' mean, since 55, 45 and 65 have 55: {plain}");
}

#[test]
fn many_scores_of_a_point_beat_a_lucky_one() {
    let mut search = Surrogate::random(space(&[8, 8]), 0);
    for trial in 0..60_u64 {
        let point = [(trial % 8) as usize, (trial / 8) as usize];
        search.tell(&point, 50.0 + 12.0 * noise(5, trial), None).unwrap();
    }
    let good = [2, 3];
    for trial in 0..12 {
        search.tell(&good, 62.0 + 12.0 * noise(6, trial), None).unwrap();
    }
    search.tell(&[7, 7], 68.0, None).unwrap();
    assert_eq!(search.best_observed().unwrap().0, [7, 7]);
    let (best, posterior) = search.best().unwrap();
    assert_eq!(best, good, "{posterior:?}");
    assert_eq!(search.ranked()[0].0, good);
    assert!(posterior.variance < search.posterior(&[7, 7]).unwrap().variance);
}

#[test]
fn the_same_scores_in_other_units_give_the_same_search() {
    let asked = |unit: f64, shift: f64| {
        let mut search = Surrogate::gp(space(&[5, 4, 3]), 8);
        let points: Vec<_> = (0..15)
            .map(|trial| {
                let point = search.ask().unwrap();
                let score = value(&point) + noise(2, trial);
                search.tell(&point, shift + unit * score, None).unwrap();
                point
            })
            .collect();
        points
    };
    assert_eq!(asked(1.0, 0.0), asked(0.125, 0.0));
    assert_eq!(asked(1.0, 0.0), asked(1024.0, 0.0));
}

#[test]
fn learning_searches_find_more_than_random_ones() {
    const TRIALS: u64 = 40;
    let found = |method| -> f64 {
        let mean_over_seeds = (0..12).map(|seed| {
            let mut search = Surrogate::new(method, space(&[6, 5, 6, 5]), seed);
            for trial in 0..TRIALS {
                let point = search.ask().unwrap();
                search.tell(&point, value(&point) + 2.0 * noise(seed, trial), None).unwrap();
            }
            value(&search.best().unwrap().0)
        });
        mean_over_seeds.sum::<f64>() / 12.0
    };
    let (random, tpe, gp) = (found(Method::Random), found(Method::Tpe), found(Method::Gp));
    assert!(tpe > random + 1.0, "TPE {tpe}, random {random}");
    assert!(gp > random + 2.0, "GP {gp}, random {random}");
}

/// Recorded by bench/peers/surrogate_parity.py.
#[derive(Deserialize)]
struct Recorded {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    choices: Vec<usize>,
    points: Vec<Point>,
    scores: Vec<f64>,
    pending: Vec<Point>,
    /// Points that TPE rates the same, best first; a point's number is what an odometer shows whose
    /// first dimension turns fastest.
    classes: Vec<Vec<usize>>,
    /// How often Optuna suggested one of each class.
    suggested: Vec<u32>,
}

/// Pearson's statistic of whether two samples are of one distribution, standardized; cells too rare
/// to tell anything are taken together.
fn deviation(a: &[u32], b: &[u32]) -> f64 {
    const LEAST: f64 = 8.0;
    let (all_a, all_b) = (f64::from(a.iter().sum::<u32>()), f64::from(b.iter().sum::<u32>()));
    let share = (all_a / (all_a + all_b)).min(all_b / (all_a + all_b));
    let mut cells: Vec<(f64, f64)> = Vec::new();
    let mut rare = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        if (a + b) * share < LEAST {
            rare = (rare.0 + a, rare.1 + b);
        } else {
            cells.push((a, b));
        }
    }
    if (rare.0 + rare.1) * share >= LEAST {
        cells.push(rare);
    }
    let (k, l) = ((all_b / all_a).sqrt(), (all_a / all_b).sqrt());
    let statistic: f64 = cells.iter().map(|(a, b)| (k * a - l * b).powi(2) / (a + b)).sum();
    let freedom = (cells.len() - 1) as f64;
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

#[test]
fn tpe_suggests_what_optuna_suggests_as_often() {
    const ASKED: usize = 1200;
    let file = include_str!("data/surrogate_optuna.json");
    let recorded: Recorded = serde_json::from_str(file).unwrap();
    assert_eq!(recorded.cases.len(), 9);
    for case in recorded.cases {
        let mut search = Surrogate::tpe(space(&case.choices), 11);
        for (point, score) in case.points.iter().zip(&case.scores) {
            search.tell(point, *score, None).unwrap();
        }
        for point in &case.pending {
            search.begin(point).unwrap();
        }
        let mut suggested = vec![0; case.classes.len()];
        for _ in 0..ASKED {
            let point = search.ask().unwrap();
            let (mut number, mut unit) = (0, 1);
            for (choice, choices) in point.iter().zip(&case.choices) {
                number += choice * unit;
                unit *= choices;
            }
            let class = case.classes.iter().position(|class| class.contains(&number)).unwrap();
            suggested[class] += 1;
            assert!(search.withdraw(&point));
        }
        let deviation = deviation(&suggested, &case.suggested);
        let (name, theirs) = (&case.name, &case.suggested);
        assert!(deviation < 4.5, "{name}: {deviation}\n{suggested:?}\n{theirs:?}");
    }
}
