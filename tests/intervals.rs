//! The 95 % interval of a score covers the truth in about 95 % of evaluations.

#[path = "support/chance.rs"]
mod chance;

use chance::Chance;
use dspy::evaluate::score_interval;

/// A kind of score: its mean, and one of it.
type Kind = (&'static str, f64, fn(&mut Chance) -> f64);

fn flip(mean: f64, chance: &mut Chance) -> f64 {
    f64::from(u8::from(chance.uniform() < mean))
}

const KINDS: [Kind; 9] = [
    ("nearly never", 0.04, |c| flip(0.04, c)),
    ("a third", 0.3, |c| flip(0.3, c)),
    ("half", 0.5, |c| flip(0.5, c)),
    ("nearly always", 0.96, |c| flip(0.96, c)),
    ("high", 8.0 / 9.0, |c| c.uniform().powf(0.125)),
    ("overlap", 0.8, |c| if c.uniform() < 0.6 { 1.0 } else { c.uniform() }),
    ("nearly right", 0.95, |c| if c.uniform() < 0.9 { 1.0 } else { c.uniform() }),
    ("nearly wrong", 0.075, |c| if c.uniform() < 0.85 { 0.0 } else { c.uniform() }),
    ("unbounded", 3.0, |c| 3.0 - 2.0 * c.uniform().ln() - 2.0),
];

fn covered(kind: Kind, rows: usize, evaluations: usize, chance: &mut Chance) -> f64 {
    let (_, mean, score) = kind;
    let hits = (0..evaluations).filter(|_| {
        let scores: Vec<f64> = (0..rows).map(|_| score(chance)).collect();
        let [low, high] = score_interval(&scores);
        low <= mean && mean <= high
    });
    hits.count() as f64 / evaluations as f64
}

#[test]
fn over_a_thousand_evaluations_of_all_kinds_it_is_93_to_97_per_cent() {
    let mut chance = Chance(1);
    let mut all = Vec::new();
    for rows in [20, 50, 200] {
        for kind in KINDS {
            let share = covered(kind, rows, 120, &mut chance);
            // 120 evaluations tell a share to about 4 points (two standard errors); scores of 0 and 1
            // near the ends come in steps, so that some shares are above 97 for any interval.
            assert!(share >= 0.88, "{} on {rows} rows: {share}", kind.0);
            all.push(share);
        }
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    assert!((0.93..=0.97).contains(&mean), "{mean} over {} evaluations", 120 * all.len());
}

#[test]
fn it_is_honest_about_few_rows_and_about_perfect_ones() {
    let [low, high] = score_interval(&[1.0; 20]);
    assert!((low - 0.05_f64.powf(1.0 / 20.0)).abs() < 1e-6, "{low}");
    assert_eq!(high, 1.0);
    let [low, high] = score_interval(&[0.0]);
    assert!(low == 0.0 && (high - 0.95).abs() < 1e-6, "{high}");
    assert_eq!(score_interval(&[0.5; 7]), [0.5, 0.5]);
    assert_eq!(score_interval(&[]), [0.0, 0.0]);
    let [low, high] = score_interval(&[-3.0, 12.0]);
    assert!(low < -3.0 && high > 12.0, "two scores say next to nothing");
}

#[test]
fn it_is_that_of_the_textbook_for_a_proportion() {
    // Of 100, 7 are right; the mid-P interval by its definition, from the binomial distribution.
    let mut scores = vec![0.0; 93];
    scores.extend([1.0; 7]);
    let [low, high] = score_interval(&scores);
    let probability = |share: f64, k: u32| {
        let ways: f64 = (0..k).map(|i| f64::from(100 - i) / f64::from(i + 1)).product();
        ways * share.powi(k as i32) * (1.0 - share).powi(100 - k as i32)
    };
    let up_to = |share: f64, k: u32| (0..=k).map(|k| probability(share, k)).sum::<f64>();
    let at_low = 1.0 - up_to(low, 7) + 0.5 * probability(low, 7);
    let at_high = up_to(high, 6) + 0.5 * probability(high, 7);
    assert!((at_low - 0.025).abs() < 1e-9 && (at_high - 0.025).abs() < 1e-9, "{low} {high}");
}
