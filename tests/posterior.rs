//! Estimates from partly filled score matrices.

#[path = "support/chance.rs"]
mod chance;

use chance::Chance;
use dspy::optimize::Posterior;

fn some(scores: &[f64]) -> Vec<Option<f64>> {
    scores.iter().copied().map(Some).collect()
}

fn average(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len() as f64
}

#[test]
fn choosing_by_posterior_mean_beats_choosing_by_highest_average() {
    let mut chance = Chance(1);
    let repeats = 200;
    let (mut ours, mut theirs) = (0.0, 0.0);
    for _ in 0..repeats {
        let means: Vec<f64> = (0..24).map(|_| 0.6 + 0.05 * chance.normal()).collect();
        // A few have seen all items, most a small batch.
        let seen = |place: usize| if place < 4 { 150 } else { 8 };
        let scores = chance.scores(&means, 150, 0.6);
        let rows: Vec<Vec<f64>> =
            scores.iter().enumerate().map(|(place, row)| row[..seen(place)].to_vec()).collect();
        let highest =
            (0..24).max_by(|a, b| average(&rows[*a]).total_cmp(&average(&rows[*b]))).unwrap();
        let cells: Vec<_> = rows.iter().map(|row| some(row)).collect();
        let best = Posterior::new(&cells).unwrap().best().unwrap();
        ours += 100.0 * means[best] / f64::from(repeats);
        theirs += 100.0 * means[highest] / f64::from(repeats);
    }
    assert!(ours > theirs + 1.5, "{ours:.2} by posterior mean, {theirs:.2} by highest average");
}

#[test]
fn probabilities_of_improvement_come_true_as_often_as_they_say() {
    let mut chance = Chance(2);
    let mut bins = [(0.0_f64, 0.0_f64, 0.0_f64); 5];
    for _ in 0..300 {
        let means: Vec<f64> = (0..6).map(|_| 0.6 + 0.05 * chance.normal()).collect();
        let scores = chance.scores(&means, 60, 0.6);
        let cells: Vec<_> = scores
            .iter()
            .enumerate()
            .map(|(place, row)| some(&row[..[60, 10, 25, 40, 60, 60][place]]))
            .collect();
        let posterior = Posterior::new(&cells).unwrap();
        for place in 1..6 {
            let said = posterior.probability_above(place, 0, 0.0);
            let bin = &mut bins[((5.0 * said) as usize).min(4)];
            bin.0 += 1.0;
            bin.1 += said;
            bin.2 += f64::from(u8::from(means[place] > means[0]));
        }
    }
    for (count, said, came) in bins {
        if count < 30.0 {
            continue;
        }
        let sigma = (0.25 / count).sqrt();
        let gap = (said - came) / count;
        assert!(gap.abs() < 0.05 + 3.0 * sigma, "{bins:?}");
    }
    assert!(bins.iter().filter(|bin| bin.0 >= 30.0).count() >= 4, "{bins:?}");
}

#[test]
fn who_saw_the_hard_items_only_is_not_blamed_for_it() {
    // Ten easy items and ten hard ones; candidate 2 is as good as the others.
    let easy_then_hard = |hard: f64| -> Vec<Option<f64>> {
        (0..20).map(|item| Some(if item < 10 { 0.9 } else { hard })).collect()
    };
    let mut hard_only = vec![None; 10];
    hard_only.extend(vec![Some(0.32); 10]);
    let posterior =
        Posterior::new(&[easy_then_hard(0.3), easy_then_hard(0.31), hard_only]).unwrap();
    let means: Vec<f64> = (0..3).map(|place| posterior.mean(place).unwrap()).collect();
    assert!((means[2] - means[0]).abs() < 0.05, "{means:?}");
    assert_eq!(posterior.best(), Some(2));
}

#[test]
fn estimates_are_pulled_together_the_more_the_less_is_known() {
    let mut chance = Chance(3);
    let scores = chance.scores(&[0.5, 0.6, 0.7], 200, 0.5);
    let gap = |items: usize| {
        let cells: Vec<_> = scores.iter().map(|row| some(&row[..items])).collect();
        let posterior = Posterior::new(&cells).unwrap();
        let (mean, sd) = posterior.difference(2, 0).unwrap();
        (mean / (average(&scores[2][..items]) - average(&scores[0][..items])), sd)
    };
    let (few, many) = (gap(15), gap(200));
    assert!(0.0 < few.0 && few.0 < many.0 && many.0 < 1.0, "{few:?} {many:?}");
    // The standard deviation of pairs is far below that of two separate averages.
    let separate = (2.0_f64 * 0.24 / 200.0).sqrt();
    assert!(many.1 < separate, "{many:?}");
}

#[test]
fn thin_and_strange_tables_have_sane_answers() {
    let none: [Vec<Option<f64>>; 0] = [];
    let empty = Posterior::new(&none).unwrap();
    assert!(empty.is_empty() && empty.best().is_none());
    assert_eq!(empty.probability_above(0, 1, 0.0), 0.0);

    let blank = Posterior::new(&[vec![None; 4], vec![]]).unwrap();
    assert_eq!(blank.best(), Some(0));
    assert!((blank.probability_above(1, 0, 0.0) - 0.5).abs() < 1e-9);

    let alone = Posterior::new(&[some(&[0.2, 0.4, 0.9])]).unwrap();
    assert!((alone.mean(0).unwrap() - 0.5).abs() < 0.05);
    assert!(alone.sd(0).unwrap() > 0.05);

    let single = Posterior::new(&[some(&[0.0]), some(&[1.0])]).unwrap();
    let probability = single.probability_above(1, 0, 0.0);
    assert!(0.5 < probability && probability < 0.8, "one item proves little: {probability}");

    let constant = Posterior::new(&[some(&[1.0; 5]), some(&[1.0; 5]), some(&[1.0; 2])]).unwrap();
    assert_eq!(constant.best(), Some(0));
    assert!((constant.probability_above(2, 0, 0.0) - 0.5).abs() < 1e-6);
    assert!(constant.sd(0).unwrap() > 0.01, "five equal scores are no certainty");

    let apart = Posterior::new(&[
        vec![Some(1.0), None, Some(0.0), None, Some(0.0)],
        vec![None, Some(1.0), None, Some(1.0)],
    ])
    .unwrap();
    assert_eq!(apart.best(), Some(1));
    assert!(apart.probability_above(1, 0, 0.0) < 0.9);

    let large = Posterior::new(&[some(&[1e9, 3e9, 2e9]), some(&[3e9, 5e9, 4e9])]).unwrap();
    assert_eq!(large.best(), Some(1));
    assert!(large.expected_gain(0, 1) < large.expected_gain(1, 0));

    let error = Posterior::new(&[some(&[0.1, f64::NAN])]).unwrap_err().to_string();
    assert!(error.contains("candidate 0") && error.contains("item 1"), "{error}");
}

#[test]
fn expected_gain_is_what_a_choice_gives_up_on_average() {
    let mut chance = Chance(4);
    let scores = chance.scores(&[0.5, 0.6], 40, 0.5);
    let posterior = Posterior::new(&[some(&scores[0]), some(&scores[1])]).unwrap();
    let (mean, sd) = posterior.difference(0, 1).unwrap();
    let draws = 200_000;
    let sum: f64 = (0..draws).map(|_| (mean + sd * chance.normal()).max(0.0)).sum();
    let simulated = sum / f64::from(draws);
    assert!((posterior.expected_gain(0, 1) - simulated).abs() < 0.02 * sd);
}
