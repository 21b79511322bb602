//! Fitting on simulated probabilities, whose truth is known.

use std::sync::Arc;

use dspy::Evaluate;
use dspy::evaluate::compare_scores;
use dspy::form::{Choice, Score, YesNo};
use dspy::lm::{Request, Scripted};
use dspy::module::{ParameterKind, parameter_value};
use dspy::optimize::{FitDecision, FitError};
use dspy::prelude::*;
use serde_json::{Value, json};

use super::chance::Chance;

#[data]
#[derive(Copy, PartialEq)]
enum Level {
    Poor,
    Fair,
    Good,
}

const LEVELS: [Level; 3] = [Level::Poor, Level::Fair, Level::Good];

#[derive(Signature)]
struct Ask {
    #[input]
    mail: String,
    #[output]
    urgent: YesNo,
}

#[derive(Signature)]
struct Sort {
    #[input]
    mail: String,
    #[output]
    level: Choice<Level>,
}

#[derive(Signature)]
struct Grade {
    #[input]
    mail: String,
    #[output]
    level: Score<Level>,
}

/// A model that states, for `mail 7`, the seventh of these answers.
fn stating(field: &'static str, answers: Vec<String>) -> Lm {
    let answers = Arc::new(answers);
    let number = |request: &Request| -> usize {
        let text = request.messages.last().unwrap().text();
        let rest = text.split("mail number ").nth(1).unwrap();
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    Scripted::with(move |request, _| {
        format!("[[ ## {field} ## ]]\n{}\n\n[[ ## completed ## ]]", answers[number(request)])
    })
    .lm()
}

fn mail(number: usize) -> String {
    format!("mail number {number}")
}

/// Questions whose answer is yes with a chance that the model states through `told`.
fn questions(seed: u64, rows: usize, told: fn(f64) -> f64) -> (Lm, Vec<Ask>) {
    let mut chance = Chance(seed);
    let (mut answers, mut all) = (Vec::new(), Vec::new());
    for number in 0..rows {
        let truth = chance.uniform();
        let is_yes = chance.uniform() < truth;
        answers.push(format!("({:.6})", told(truth)));
        all.push(Ask { mail: mail(number), urgent: YesNo::certain(is_yes) });
    }
    (stating("urgent", answers), all)
}

fn is_right(row: &Ask, out: &AskOutput) -> bool {
    row.urgent.value() == out.urgent.value()
}

async fn scores(program: &Predict<Ask>, rows: &[Ask]) -> Vec<f64> {
    let rows: Vec<Ask> =
        rows.iter().map(|row| Ask { mail: row.mail.clone(), urgent: row.urgent }).collect();
    Evaluate::new(rows).run(program, is_right).await.unwrap().scores()
}

#[tokio::test]
async fn fitted_thresholds_raise_held_out_accuracy() {
    // A model that hardly ever dares to say yes: it states the cube of what is true.
    let (lm, mut rows) = questions(7, 2400, |truth| truth.powi(3));
    let held_out = rows.split_off(400);
    let mut program = Predict::<Ask>::new().with_lm(lm);
    let before = scores(&program, &held_out).await;
    let report = FitDecision::new("self", "urgent")
        .fit(&mut program, rows, |row| row.urgent.value())
        .await
        .unwrap();
    let after = scores(&program, &held_out).await;
    let gain = compare_scores(&before, &after);
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    println!("fitted on 400 rows: {report}");
    println!(
        "on {} held-out rows: {:.3} before, {:.3} after, gain {:.3} {:?}",
        gain.rows,
        mean(&before),
        mean(&after),
        gain.difference,
        gain.interval
    );
    assert!(gain.interval[0] > 0.04, "{gain:?}");
    let rule = parameter_value(&program, "self", &ParameterKind::FIELDS).unwrap();
    let threshold = rule["urgent"]["threshold"].as_f64().unwrap();
    assert!((0.03..0.35).contains(&threshold), "the best is 0.125: {threshold}");
}

#[tokio::test]
async fn a_fit_without_evidence_is_refused_and_changes_nothing() {
    let refused = async |rows: Vec<Ask>, lm: &Lm| {
        let mut program = Predict::<Ask>::new().with_lm(lm.clone());
        let fit = FitDecision::new("self", "urgent");
        let error = fit.fit(&mut program, rows, |row: &Ask| row.urgent.value()).await.unwrap_err();
        let rule = parameter_value(&program, "self", &ParameterKind::FIELDS).unwrap();
        assert_eq!(rule, json!({"urgent": {"threshold": 0.5}}));
        error
    };
    let (lm, rows) = questions(1, 39, |truth| truth.powi(3));
    let error = refused(rows, &lm).await;
    assert!(matches!(error, FitError::TooFewRows { rows: 39, .. }), "{error}");
    let (lm, mut rows) = questions(2, 200, |truth| truth.powi(3));
    rows.iter_mut().for_each(|row| row.urgent = YesNo::certain(true));
    let error = refused(rows, &lm).await;
    assert!(
        matches!(&error, FitError::OneSided { value, rows: 0, .. } if value == "no"),
        "{error}"
    );
    // Calibrated probabilities leave nothing to gain; noise alone must not pass for a gain.
    let mut accepted = 0;
    for seed in 10..30 {
        let (lm, rows) = questions(seed, 200, |truth| truth);
        let mut program = Predict::<Ask>::new().with_lm(lm);
        let fit = FitDecision::new("self", "urgent").seed(seed);
        match fit.fit(&mut program, rows, |row| row.urgent.value()).await {
            Ok(_) => accepted += 1,
            Err(FitError::NoImprovement { report }) => assert!(!report.is_better(), "{report}"),
            Err(error) => panic!("{error}"),
        }
    }
    println!("calibrated probabilities: {accepted} of 20 fits were taken for a gain");
    assert!(accepted <= 2, "{accepted}");
    let mut program = Predict::<Ask>::new().with_lm(Lm::embedded());
    let fit = FitDecision::new("self", "mail");
    let error = fit.fit(&mut program, Vec::<Ask>::new(), |_| true).await.unwrap_err();
    assert!(error.to_string().contains("no decision `mail` at `self`"), "{error}");
}

/// Rows of a level each, and what a model states of the true probability of each level.
fn levels(rows: usize, tell: fn(usize, f64) -> f64) -> (Vec<String>, Vec<Level>) {
    let mut chance = Chance(3);
    let (mut answers, mut truth) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let mut odds: Vec<f64> = (0..3).map(|_| (1.5 * chance.normal()).exp()).collect();
        let total: f64 = odds.iter().sum();
        odds.iter_mut().for_each(|odds| *odds /= total);
        let drawn = chance.uniform();
        let level = if drawn < odds[0] { 0 } else { 1 + usize::from(drawn >= odds[0] + odds[1]) };
        truth.push(LEVELS[level]);
        let told: Vec<f64> = odds.iter().enumerate().map(|(at, p)| tell(at, *p)).collect();
        let total: f64 = told.iter().sum();
        let named = ["Poor", "Fair", "Good"].iter().zip(&told);
        let named: Vec<String> = named.map(|(n, p)| format!("{n} {:.6}", p / total)).collect();
        answers.push(named.join("; "));
    }
    (answers, truth)
}

#[tokio::test]
async fn weights_of_a_choice_are_fitted() {
    let (answers, truth) = levels(1400, |level, p| if level == 0 { 0.1 * p } else { p });
    let lm = stating("level", answers);
    let row = |number: usize| Sort { mail: mail(number), level: Choice::certain(truth[number]) };
    let mut program = Predict::<Sort>::new().with_lm(lm);
    let held_out = || -> Vec<Sort> { (400..1400).map(row).collect() };
    let right = |row: &Sort, out: &SortOutput| *row.level == *out.level;
    let before = Evaluate::new(held_out()).run(&program, right).await.unwrap().scores();
    let train: Vec<Sort> = (0..400).map(row).collect();
    let fit = FitDecision::new("self", "level");
    let report = fit.fit(&mut program, train, |row| *row.level).await.unwrap();
    let after = Evaluate::new(held_out()).run(&program, right).await.unwrap().scores();
    let gain = compare_scores(&before, &after);
    println!("weights: {report}; held out {:.3} {:?}", gain.difference, gain.interval);
    assert!(gain.interval[0] > 0.0, "{gain:?}");
    let rule: Value = parameter_value(&program, "self", &ParameterKind::FIELDS).unwrap();
    let weights = &rule["level"]["weights"];
    let poor = weights["Poor"].as_f64().unwrap() / weights["Fair"].as_f64().unwrap();
    assert!(poor > 2.0, "{rule}");
}

#[tokio::test]
async fn cuts_of_a_score_are_fitted() {
    // A model that dares nothing: its means hardly leave the middle.
    let (answers, truth) = levels(1400, |_, p| p.powf(0.2));
    let lm = stating("level", answers);
    let row = |number: usize| Grade { mail: mail(number), level: Score::certain(truth[number]) };
    let mut program = Predict::<Grade>::new().with_lm(lm);
    let held_out = || -> Vec<Grade> { (400..1400).map(row).collect() };
    let right = |row: &Grade, out: &GradeOutput| *row.level == *out.level;
    let before = Evaluate::new(held_out()).run(&program, right).await.unwrap().scores();
    let train: Vec<Grade> = (0..400).map(row).collect();
    let fit = FitDecision::new("self", "level");
    let report = fit.fit(&mut program, train, |row| *row.level).await.unwrap();
    let after = Evaluate::new(held_out()).run(&program, right).await.unwrap().scores();
    let gain = compare_scores(&before, &after);
    println!("cuts: {report}; held out {:.3} {:?}", gain.difference, gain.interval);
    assert!(gain.interval[0] > 0.0, "{gain:?}");
}
