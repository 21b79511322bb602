//! Paired evidence, and the gate that decides on it.

#[path = "support/chance.rs"]
mod chance;

use chance::Chance;
use dspy::evaluate::{PairedEvidence, PairedTest};
use dspy::optimize::{Gate, Verdict};

/// Scores of 0 and 1 with so many rows better, worse, and equal.
fn binary(better: usize, worse: usize, ties: usize) -> PairedEvidence {
    let mut first = vec![0.0; better];
    let mut second = vec![1.0; better];
    first.extend(vec![1.0; worse + ties]);
    second.extend(vec![0.0; worse]);
    second.extend(vec![1.0; ties]);
    PairedEvidence::new(&first, &second).unwrap()
}

/// Differences as they are.
fn by(differences: &[f64]) -> PairedEvidence {
    PairedEvidence::new(&vec![0.5; differences.len()], &shifted(differences)).unwrap()
}

fn shifted(differences: &[f64]) -> Vec<f64> {
    differences.iter().map(|d| 0.5 + d).collect()
}

#[test]
fn flips_of_0_and_1_are_tested_exactly() {
    for (better, worse, p) in [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 0, 0.0625),
        (8, 2, 0.109375),
        (3, 3, 1.0),
        (2, 10, 158.0 / 4096.0),
    ] {
        let evidence = binary(better, worse, 20);
        assert_eq!(evidence.test, PairedTest::McNemar);
        assert!((evidence.p_value - p).abs() < 1e-9, "{better}, {worse}: {}", evidence.p_value);
        assert_eq!(
            (evidence.comparison.better.len(), evidence.comparison.worse.len(), evidence.ties),
            (better, worse, 20)
        );
    }
    let many = binary(700, 500, 0);
    assert!(many.p_value > 1e-9 && many.p_value < 1e-7, "{}", many.p_value);
}

#[test]
fn other_differences_are_tested_by_flipping_signs() {
    // Of the 8 ways, only all signs equal reach a sum of 0.6.
    let few = by(&[0.1, 0.2, 0.3]);
    assert_eq!((few.test, few.p_value), (PairedTest::SignFlip, 0.25));
    assert_eq!(by(&[0.1, 0.2, 0.3, 0.0, 0.0]).p_value, 0.25, "rows that tie change nothing");
    assert_eq!(by(&[-0.1, -0.2, -0.3]).p_value, 0.25, "two-sided");

    let mut chance = Chance(1);
    let differences: Vec<f64> = (0..80).map(|_| 0.05 + 0.2 * (chance.uniform() - 0.5)).collect();
    let sampled = by(&differences);
    assert_eq!(sampled.test, PairedTest::SignFlipSampled);
    assert!(sampled.p_value > 0.0 && sampled.p_value < 1e-3, "{}", sampled.p_value);
    assert_eq!(sampled, by(&differences), "the flips drawn are always the same");
    let noise: Vec<f64> = (0..80).map(|n| if n % 2 == 0 { 0.1 } else { -0.101 }).collect();
    let none = by(&noise);
    assert!(none.p_value > 0.8, "{}", none.p_value);
}

#[test]
fn p_values_of_equal_programs_are_small_as_rarely_as_they_say() {
    let mut chance = Chance(2);
    let repeats = 200;
    let small = (0..repeats)
        .filter(|_| {
            let differences: Vec<f64> = (0..8).map(|_| chance.uniform() - 0.5).collect();
            by(&differences).p_value <= 0.1
        })
        .count();
    assert!((7..=33).contains(&small), "{small} of {repeats} p-values are at most 0.1");
}

#[test]
fn probabilities_follow_the_prior_that_is_documented() {
    let above = |evidence: &PairedEvidence| evidence.probability_above(0.0);
    // Beta(wins + 1, losses + 1) above one half.
    assert!((above(&binary(1, 0, 0)) - 0.75).abs() < 1e-9);
    assert!((above(&binary(3, 0, 50)) - 0.9375).abs() < 1e-9);
    assert!((above(&binary(2, 2, 5)) - 0.5).abs() < 1e-9);
    assert!((above(&binary(1, 3, 5)) + above(&binary(3, 1, 5)) - 1.0).abs() < 1e-9);
    // Continuous scores: symmetrical, and no more certain than flips of one size.
    assert!((above(&by(&[0.1, -0.2, 0.15])) + above(&by(&[-0.1, 0.2, -0.15])) - 1.0).abs() < 1e-9);
    let two = above(&by(&[0.1, 0.100001]));
    assert!(0.8 < two && two < 0.95, "{two}");
}

#[test]
fn probabilities_of_larger_improvements_are_those_of_the_posterior() {
    // Simulates the Dirichlet(wins + 1, losses + 1, ties + 1) posterior.
    let (wins, losses, ties) = (30, 18, 152);
    let evidence = binary(wins, losses, ties);
    let mut chance = Chance(3);
    let mut gamma = |shape: usize| -> f64 { (0..shape).map(|_| -chance.uniform().ln()).sum() };
    let draws = 4_000;
    let differences: Vec<f64> = (0..draws)
        .map(|_| {
            let (won, lost, tied) = (gamma(wins + 1), gamma(losses + 1), gamma(ties + 1));
            (won - lost) / (won + lost + tied)
        })
        .collect();
    for least in [-0.05, 0.0, 0.02, 0.06, 0.2] {
        let simulated =
            differences.iter().filter(|d| **d > least).count() as f64 / f64::from(draws);
        let said = evidence.probability_above(least);
        assert!((said - simulated).abs() < 0.03, "{least}: {said}, simulated {simulated}");
    }
}

#[test]
fn thin_evidence_is_treated_as_such() {
    let one = by(&[0.3]);
    assert_eq!(one.comparison.rows, 1);
    assert!((one.p_value - 1.0).abs() < 1e-9);
    assert!((one.probability_above(0.0) - 0.75).abs() < 1e-9);

    let ties = by(&[0.0; 40]);
    assert_eq!((ties.p_value, ties.ties, ties.comparison.difference), (1.0, 40, 0.0));
    assert!((ties.probability_above(0.0) - 0.5).abs() < 1e-9);
    assert!(ties.probability_above(0.1) < 0.5 && ties.probability_above(-0.1) > 0.5);

    for (first, second, word) in [
        (vec![], vec![], "no scores"),
        (vec![1.0], vec![1.0, 0.0], "1 scores of the baseline"),
        (vec![1.0, f64::NAN], vec![1.0, 1.0], "row 1"),
        (vec![1.0], vec![f64::INFINITY], "candidate"),
    ] {
        let error = PairedEvidence::new(&first, &second).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn evidence_survives_json_and_reads_well() {
    let evidence = binary(14, 4, 182);
    let text = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<PairedEvidence>(&text).unwrap(), evidence);
    let words = evidence.to_string();
    assert!(
        words.contains("14 better, 4 worse, 182 equal") && words.contains("McNemar"),
        "{words}"
    );
    assert!(words.contains("+0.050") && words.contains("on 200 rows"), "{words}");
}

fn passes(gate: &Gate, evidence: &PairedEvidence) -> bool {
    gate.decide(evidence, None).accepted
}

#[test]
fn by_default_a_gate_does_no_harm() {
    let gate = Gate::default();
    assert!(!passes(&gate, &binary(0, 0, 100)), "no difference is no improvement");
    assert!(!passes(&gate, &binary(1, 0, 100)));
    assert!(!passes(&gate, &binary(10, 9, 100)));
    assert!(passes(&gate, &binary(2, 0, 100)));
    assert!(passes(&gate, &binary(14, 8, 100)));
    let verdict = gate.decide(&binary(3, 8, 89), None);
    assert!(!verdict.accepted);
    assert_eq!(
        verdict.to_string(),
        "rejected: an improvement has a probability of 7.3 % after 100 paired rows (3 better, 8 \
         worse), not above 80 %"
    );
}

#[test]
fn equal_programs_pass_the_default_gate_at_most_as_often_as_it_says() {
    let mut chance = Chance(4);
    let repeats = 150;
    let passed = (0..repeats)
        .filter(|_| {
            let scores = chance.scores(&[0.6, 0.6], 50, 0.6);
            passes(&Gate::default(), &PairedEvidence::new(&scores[0], &scores[1]).unwrap())
        })
        .count();
    let share = passed as f64 / f64::from(repeats);
    assert!(share < 0.2 + 3.0 * (0.16 / f64::from(repeats)).sqrt(), "{share}");
    assert!(share > 0.05, "{share}");
}

#[test]
fn each_demand_of_a_gate_can_fail() {
    let good = binary(14, 4, 82);
    assert!(passes(&Gate::default(), &good));
    assert!(!passes(&Gate::default().min_improvement(0.1), &good));
    assert!(passes(&Gate::default().min_improvement(0.05), &good));
    assert!(!passes(&Gate::default().probability(0.999), &good));
    assert!(!passes(&Gate::default().significance(0.01), &good));
    assert!(passes(&Gate::default().significance(0.05), &good));
    assert!(!passes(&Gate::off().significance(0.05), &binary(4, 14, 82)), "worse, significantly");

    let thrifty = Gate::default().max_cost_increase(1.5);
    assert!(thrifty.decide(&good, Some(1.5)).accepted);
    let verdict = thrifty.decide(&good, Some(2.0));
    assert_eq!(
        verdict.reasons,
        ["a call costs 2.00 times what the baseline's does, more than the 1.50 allowed"]
    );
    let unknown = thrifty.decide(&good, None);
    assert!(!unknown.accepted && unknown.reasons[0].contains("not known"), "{unknown}");

    let both = thrifty.decide(&binary(0, 5, 5), Some(3.0));
    assert_eq!(both.reasons.len(), 2, "all that speaks against is said: {both}");
}

#[test]
fn a_gate_that_is_off_lets_everything_pass() {
    let verdict = Gate::off().decide(&binary(0, 50, 0), None);
    assert!(verdict.accepted);
    assert_eq!(verdict.to_string(), "accepted: nothing was asked");
}

#[test]
fn the_baseline_is_checked_on_its_own() {
    let gate = Gate::default().min_baseline(0.3);
    assert!(gate.check_baseline(0.3).accepted);
    let verdict = gate.check_baseline(0.25);
    assert!(!verdict.accepted && verdict.to_string().contains("below the 0.300"), "{verdict}");
    assert!(!gate.check_baseline(f64::NAN).accepted);
    assert!(Gate::default().check_baseline(0.0).accepted);
}

#[test]
fn gates_and_verdicts_survive_json() {
    let gate = Gate::default().min_baseline(0.2).significance(0.05);
    let text = serde_json::to_string(&gate).unwrap();
    assert_eq!(serde_json::from_str::<Gate>(&text).unwrap(), gate);
    assert_eq!(serde_json::from_str::<Gate>("{}").unwrap(), Gate::default());
    let verdict = gate.decide(&binary(9, 1, 30), None);
    let text = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
    assert_eq!(verdict.reasons.len(), 2);
}
