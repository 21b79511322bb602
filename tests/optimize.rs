//! Optimizers against a model whose answers depend causally on the prompt.

#[path = "support/scripted.rs"]
mod scripted;

use std::collections::BTreeSet;

use dspy::lm::{Lm, LmError, Request, Response};
use dspy::module;
use dspy::optimize::{
    BootstrapFewShot, BootstrapFewShotWithRandomSearch, LabeledFewShot, Optimizer,
};
use dspy::prelude::*;
use scripted::{Scripted, question, sections};

/// Name the color of the code.
#[derive(Signature, Clone)]
struct Decode {
    #[input]
    code: String,
    #[output]
    color: String,
}

/// Codes `0-x` to `3-x`, whose first digit decides the color.
fn rows(count: usize) -> Vec<Decode> {
    let color = |n: usize| ["red", "green", "blue", "gray"][n % 4].to_owned();
    (0..count).map(|n| Decode { code: format!("{}-{n}", n % 4), color: color(n) }).collect()
}

fn right(row: &Decode, out: &DecodeOutput) -> bool {
    row.color == out.color
}

fn code_of(text: &str) -> String {
    text.lines().nth(1).unwrap().to_owned()
}

/// Knows the color of a code only from a demonstration with the same first digit; knows red anyway.
fn learner() -> Scripted {
    Scripted::new(|request: &Request, _| {
        let code = code_of(&question(request));
        let digit = code.chars().next().unwrap();
        let mut color = "red".to_owned();
        for pair in request.messages.windows(2) {
            if code_of(&pair[0].text()).starts_with(digit)
                && pair[1].role == dspy::lm::Role::Assistant
            {
                let shown = pair[1].text();
                let lines: Vec<_> = shown.lines().collect();
                let at = lines.iter().position(|line| *line == "[[ ## color ## ]]").unwrap();
                color = lines[at + 1].to_owned();
            }
        }
        let reasoning = format!("the digit is {digit}");
        Ok(Response::text(sections(&[("reasoning", &reasoning), ("color", &color)])))
    })
}

fn demos(program: &Predict<Decode>) -> Vec<String> {
    program.demos().iter().map(|demo| demo.fields["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn labeled_few_shot_draws_by_seed_without_any_call() {
    let model = learner();
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let compile = |seed| {
        let (program, rows) = (program.clone(), rows(40));
        async move { LabeledFewShot::new(5).seed(seed).compile(&program, &rows).await.unwrap() }
    };
    let (a, b, c) = (compile(1).await, compile(1).await, compile(2).await);
    assert_eq!(demos(&a.program), demos(&b.program));
    assert_ne!(demos(&a.program), demos(&c.program));
    assert_eq!(demos(&a.program).iter().collect::<BTreeSet<_>>().len(), 5, "no row twice");
    assert_eq!((model.calls(), program.demos().len()), (0, 0));
    assert_eq!((a.demo_counts[0].usable, a.demo_counts[0].rows), (40, 40));
}

#[tokio::test]
async fn bootstrapped_demonstrations_come_from_successful_runs() {
    let model = learner();
    let program = ChainOfThought::<Decode>::new().with_lm(model.lm());
    let report = BootstrapFewShot::new(right)
        .max_bootstrapped(3)
        .max_labeled(0)
        .concurrency(1)
        .compile(&program, &rows(40))
        .await
        .unwrap();
    let demos = report.program.demos();
    assert_eq!(demos.len(), 3);
    assert!(demos.iter().all(|demo| demo.augmented));
    // Untaught, the model is right on red alone: rows 0, 4 and 8.
    let codes: Vec<_> = demos.iter().map(|demo| demo.fields["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["0-0", "0-4", "0-8"]);
    assert_eq!(demos[0].fields["reasoning"], "the digit is 0");
    assert_eq!(report.teacher_usage.calls, 9, "it stops once it has enough");
    assert_eq!(model.calls(), 9);
}

#[tokio::test]
async fn the_result_is_the_same_at_any_concurrency() {
    let mut seen = Vec::new();
    for concurrency in [1, 64] {
        let program = ChainOfThought::<Decode>::new().with_lm(learner().lm());
        let report = BootstrapFewShot::new(right)
            .concurrency(concurrency)
            .seed(3)
            .shuffle(true)
            .compile(&program, &rows(60))
            .await
            .unwrap();
        seen.push((module::identity(&report.program), report.usage().calls));
    }
    assert_eq!(seen[0], seen[1], "the same program for the same number of calls");
}

#[tokio::test]
async fn a_row_never_stands_in_the_prompt_it_is_tested_with() {
    let model = Scripted::new(|request, _| {
        let code = code_of(&question(request));
        let mut before = request.messages.iter().rev().skip(1);
        let shown = before.any(|message| message.text().lines().any(|line| line == code));
        assert!(!shown, "{code} is in its own prompt");
        Ok(Response::text(sections(&[("color", "red")])))
    });
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let bootstrap = BootstrapFewShot::new(right).max_labeled(50).max_bootstrapped(20);
    let report = bootstrap.compile(&program, &rows(40)).await.unwrap();
    assert_eq!(model.calls(), 40, "all rows were tried: 10 of them are red");
    assert_eq!(report.program.demos().iter().filter(|demo| demo.augmented).count(), 10);
    assert_eq!(report.program.demos().len(), 40, "labelled rows fill up, none twice");
    let codes: BTreeSet<_> = demos(&report.program).into_iter().collect();
    assert_eq!(codes.len(), 40);
}

#[tokio::test]
async fn a_threshold_of_zero_is_a_threshold() {
    let program = Predict::<Decode>::new().with_lm(learner().lm());
    let compile = |threshold: Option<f64>| {
        let mut bootstrap =
            BootstrapFewShot::new(|_: &Decode, _: &DecodeOutput| 0.0).max_labeled(0);
        if let Some(threshold) = threshold {
            bootstrap = bootstrap.threshold(threshold);
        }
        let program = program.clone();
        async move { bootstrap.compile(&program, &rows(8)).await.unwrap().program.demos().len() }
    };
    assert_eq!(
        (compile(None).await, compile(Some(0.0)).await, compile(Some(0.1)).await),
        (0, 4, 0)
    );
}

#[tokio::test]
async fn later_rounds_sample_anew_at_temperature_one() {
    // Right only from the third try on; the tries of a row differ by rollout alone.
    let model = Scripted::new(|request, _| {
        let color = if request.rollout >= 2 { "red" } else { "wrong" };
        let warm = request.settings.temperature == Some(1.0);
        assert_eq!(warm, request.rollout > 0);
        Ok(Response::text(sections(&[("color", color)])))
    });
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let rows = vec![rows(1).remove(0)];
    let bootstrap = |rounds| BootstrapFewShot::new(right).max_labeled(0).max_rounds(rounds);
    assert_eq!(bootstrap(2).compile(&program, &rows).await.unwrap().program.demos().len(), 0);
    assert_eq!(bootstrap(3).compile(&program, &rows).await.unwrap().program.demos().len(), 1);
    assert_eq!(model.calls(), 2 + 3);
}

#[tokio::test]
async fn a_teacher_lm_and_a_teacher_program_are_used() {
    let (student, teacher) = (learner(), Scripted::text(&sections(&[("color", "blue")])));
    let program = Predict::<Decode>::new().with_lm(student.lm());
    let report = BootstrapFewShot::new(right)
        .teacher_lm(&teacher.lm())
        .max_labeled(0)
        .compile(&program, &rows(8))
        .await
        .unwrap();
    assert_eq!(demos(&report.program), ["2-2", "2-6"]);
    assert_eq!((student.calls(), teacher.calls()), (0, 8));

    let taught = Predict::<Decode>::new().with_lm(teacher.lm());
    let report = BootstrapFewShot::new(right)
        .max_labeled(0)
        .compile_with_teacher(&program, &taught, &rows(8))
        .await
        .unwrap();
    assert_eq!(demos(&report.program), ["2-2", "2-6"]);
    assert_eq!((student.calls(), teacher.calls()), (0, 16));
}

#[tokio::test]
async fn failed_teacher_runs_are_put_up_with_up_to_a_number() {
    let model = Scripted::new(|request, _| {
        let code = code_of(&question(request));
        if code.starts_with('1') {
            return Err(LmError::Other { message: "overloaded".into(), retryable: false });
        }
        Ok(Response::text(sections(&[("color", "nothing")])))
    });
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let bootstrap = BootstrapFewShot::new(right).max_errors(2);
    let report = bootstrap.compile(&program, &rows(8)).await.unwrap();
    assert!(report.warnings[0].contains("2 of the teacher's runs failed"), "{:?}", report.warnings);
    let error = bootstrap.compile(&program, &rows(40)).await.unwrap_err().to_string();
    assert!(error.contains("overloaded") && error.contains("more than the 2"), "{error}");
}

#[tokio::test]
async fn a_refused_set_up_ends_the_compilation_at_its_first_call() {
    let model = Scripted::new(|_, _| Err(LmError::Config { message: "bad endpoint".into() }));
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let bootstrap = BootstrapFewShot::new(right).max_rounds(5).concurrency(1);
    let error = bootstrap.compile(&program, rows(40)).await.unwrap_err();
    assert!(error.is_setup() && error.to_string().contains("bad endpoint"), "{error}");
    assert_eq!(model.calls(), 1);
}

#[tokio::test]
async fn random_search_finds_demonstrations_that_help_on_other_rows() {
    let model = learner();
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let (train, validation) = (rows(24), rows(48).split_off(24));
    let search = || {
        BootstrapFewShotWithRandomSearch::new(right)
            .validation(&validation)
            .candidates(4)
            .max_labeled(6)
            .seed(1)
    };
    let report = search().compile(&program, &train).await.unwrap();
    let (before, after) = report.scores().unwrap();
    assert_eq!(before, 0.25, "untaught, the model knows red");
    assert!(after >= 0.75, "{report}");
    assert_eq!(report.candidates[0].name, "as given");
    assert_eq!(report.usage().calls as usize, model.calls());
    assert!(report.to_string().contains("as given"), "{report}");
    let again = search().compile(&program, &train).await.unwrap();
    assert_eq!(module::identity(&again.program), module::identity(&report.program));
}

#[tokio::test]
async fn random_search_keeps_the_program_as_it_was_where_nothing_is_better() {
    let model = Scripted::text(&sections(&[("color", "red")]));
    let program = Predict::<Decode>::new().with_lm(model.lm()).with_instructions("Mine.");
    let report = BootstrapFewShotWithRandomSearch::new(right)
        .candidates(2)
        .compile(&program, &rows(20))
        .await
        .unwrap();
    assert_eq!(report.winner, 0);
    assert_eq!(module::identity(&report.program), module::identity(&program));
    assert!(report.warnings[0].contains("8 of 20 training rows were set apart"));
}

#[tokio::test]
async fn random_search_returns_the_best_so_far_where_candidates_cannot_be_made() {
    // The context window of this model holds no demonstrations.
    let model = Scripted::new(|request, _| {
        if request.messages.len() > 2 {
            return Err(LmError::Other { message: "prompt too long".into(), retryable: false });
        }
        Ok(Response::text(sections(&[("color", "red")])))
    });
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let report = BootstrapFewShotWithRandomSearch::new(right)
        .validation(rows(8))
        .candidates(2)
        .compile(&program, rows(40))
        .await
        .unwrap();
    assert_eq!(module::identity(&report.program), module::identity(&program));
    let told = report.warnings.iter().filter(|w| w.contains("could not be made")).count();
    assert_eq!(told, 3, "{:?}", report.warnings);
    assert!(report.warnings[0].contains("labelled: 8 of 8 rows failed"), "{:?}", report.warnings);
}

#[tokio::test]
async fn random_search_stops_at_a_score_and_pays_no_program_twice() {
    let model = learner();
    let program = Predict::<Decode>::new().with_lm(model.lm());
    let report = BootstrapFewShotWithRandomSearch::new(right)
        .validation(rows(8))
        .max_bootstrapped(1)
        .max_labeled(100)
        .stop_at_score(1.0)
        .compile(&program, &rows(32))
        .await
        .unwrap();
    assert_eq!(report.candidates.len(), 2, "labelled rows alone reach 1.0:\n{report}");

    let untouched = BootstrapFewShotWithRandomSearch::new(|_: &Decode, _: &DecodeOutput| false)
        .validation(rows(8))
        .max_labeled(0)
        .candidates(3)
        .compile(&program, &rows(4))
        .await
        .unwrap();
    // No run succeeds, so every candidate is the program as given.
    assert_eq!(untouched.student_usage.calls, 8, "{untouched}");
}

#[derive(Clone, Default)]
struct TwoStep {
    decode: Predict<Decode>,
    check: Predict<Decode>,
}

#[module]
impl TwoStep {
    async fn forward(&self, code: String) -> dspy::Result<DecodeOutput> {
        self.check.call(code.clone()).await?;
        Ok(self.decode.call(code).await?.into_output())
    }
}

impl From<DecodeInput> for TwoStepInput {
    fn from(input: DecodeInput) -> Self {
        Self { code: input.code }
    }
}

#[tokio::test]
async fn every_predictor_gets_its_own_demonstrations_and_frozen_ones_keep_theirs() {
    let mut program = TwoStep { check: Predict::new().frozen(), ..TwoStep::default() };
    program.set_lm(&learner().lm());
    let report = BootstrapFewShot::new(right).compile(&program, &rows(40)).await.unwrap();
    assert_eq!(report.program.check.demos().len(), 0);
    assert_eq!(report.program.decode.demos().len(), 16);
    let mut open = TwoStep::default();
    open.set_lm(&Lm::from_model(learner()));
    let report = LabeledFewShot::new(4).compile(&open, &rows(40)).await.unwrap();
    assert_ne!(demos(&report.program.check), demos(&report.program.decode));
}
