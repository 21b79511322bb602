//! What an evaluation keeps of each row: time limits, repeats, slices, confusion, files, comparisons,
//! several programs at once.

#[path = "support/scripted.rs"]
mod scripted;

use std::time::Duration;

use dspy::Evaluate;
use dspy::evaluate::{Evaluation, with_models};
use dspy::lm::{Account, Budget, LmError, Response};
use dspy::metric::{Metric, Score};
use dspy::prelude::*;
use dspy::run::Trace;
use scripted::{Scripted, question, sections};
use serde_json::{Value, json};

#[dspy::data]
enum Colour {
    Red,
    Green,
    Blue,
}

/// Name the colour.
#[derive(Signature, Clone)]
struct Paint {
    #[input]
    number: u32,
    #[output]
    colour: Colour,
    #[output]
    note: Option<String>,
}

fn rows(count: u32) -> Vec<Paint> {
    let colours = [Colour::Red, Colour::Green, Colour::Blue];
    (0..count)
        .map(|number| Paint { number, colour: colours[number as usize % 3], note: None })
        .collect()
}

fn number(request: &dspy::lm::Request) -> u32 {
    question(request).lines().nth(1).unwrap().parse().unwrap()
}

/// Right, but blue is taken for red, and every tenth row fails.
fn colour_blind() -> Scripted {
    Scripted::new(|request, _| {
        let number = number(request);
        if number % 10 == 9 {
            return Err(LmError::Other { message: "no \"paint\", left".into(), retryable: false });
        }
        let name = ["Red", "Green", "Red"][number as usize % 3];
        let note = if number.is_multiple_of(2) { "null" } else { "12" };
        Ok(Response::text(sections(&[("colour", name), ("note", note)])))
    })
}

fn perfect() -> Scripted {
    Scripted::new(|request, _| {
        let name = ["Red", "Green", "Blue"][number(request) as usize % 3];
        Ok(Response::text(sections(&[("colour", name), ("note", "a, \"b\"\nc")])))
    })
}

fn right(row: &Paint, out: &PaintOutput) -> Score {
    Score::from(row.colour == out.colour).with_feedback(format!("{:?}", out.colour))
}

fn parity(row: &Paint) -> &'static str {
    if row.number.is_multiple_of(2) { "even" } else { "odd" }
}

async fn evaluated(model: Scripted) -> Evaluation<PaintOutput> {
    let program = Predict::<Paint>::new().with_lm(model.lm());
    Evaluate::new(rows(30)).slices(parity).record().run(&program, right).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_row_that_takes_too_long_fails_and_the_rest_goes_on() {
    struct Patient;
    impl Metric<Paint, PaintOutput> for Patient {
        async fn score(&self, row: &Paint, _: &PaintOutput, _: &Trace) -> dspy::Result<Score> {
            tokio::time::sleep(Duration::from_secs(u64::from(row.number) * 10)).await;
            Ok(Score::new(1.0))
        }
    }
    let program = Predict::<Paint>::new().with_lm(perfect().lm());
    let evaluation = Evaluate::new(rows(4))
        .timeout(Duration::from_secs(15))
        .run_metric(&program, Patient)
        .await
        .unwrap();
    assert_eq!(evaluation.scores(), [1.0, 1.0, 0.0, 0.0]);
    let late = &evaluation.items()[3];
    assert!(late.error.as_ref().unwrap().contains("within 15s"), "{:?}", late.error);
    assert_eq!(late.usage.calls, 1, "what was spent until then counts");
    assert!(late.output.is_some(), "the program had answered");
}

#[tokio::test]
async fn an_error_can_end_the_evaluation() {
    let program = Predict::<Paint>::new().with_lm(colour_blind().lm());
    let error = Evaluate::new(rows(30)).fail_on_error().run(&program, right).await.unwrap_err();
    assert!(error.to_string().contains("no \"paint\", left"), "{error}");
}

#[tokio::test]
async fn repeats_are_averaged_and_the_worst_is_shown() {
    // Right every other time a row is asked.
    let model = Scripted::new(|request, index| {
        let number = number(request);
        let wrong = index % 2 == 1;
        let name = ["Red", "Green", "Blue"][(number as usize + usize::from(wrong)) % 3];
        Ok(Response::text(sections(&[("colour", name), ("note", "null")])))
    });
    let program = Predict::<Paint>::new().with_lm(model.lm());
    let evaluation =
        Evaluate::new(rows(3)).concurrency(1).repeats(4).run(&program, right).await.unwrap();
    assert_eq!(evaluation.scores(), [0.5; 3]);
    let item = &evaluation.items()[0];
    assert_eq!(item.scores, [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(item.feedback.as_deref(), Some("Green"), "that of the first wrong answer");
    assert_eq!(item.usage.calls, 4);
    let rollouts: Vec<u64> = model.requests()[..4].iter().map(|r| r.rollout).collect();
    assert_eq!(rollouts, [0, 1, 2, 3], "no repeat is answered from a cache");
}

#[tokio::test]
async fn scores_are_broken_down_by_slice() {
    let evaluation = evaluated(colour_blind()).await;
    let slices = evaluation.slices();
    assert_eq!(
        slices.iter().map(|s| (s.name.as_str(), s.rows, s.failed)).collect::<Vec<_>>(),
        [("even", 15, 0), ("odd", 15, 3)]
    );
    assert!((slices[0].score - 10.0 / 15.0).abs() < 1e-9);
    assert!(slices[0].interval[0] < slices[0].score && slices[0].score < slices[0].interval[1]);
}

#[tokio::test]
async fn what_is_taken_for_what() {
    let evaluation = evaluated(colour_blind()).await;
    let confusion = evaluation.confusion("colour");
    assert_eq!(confusion.names, ["Blue", "Green", "Red"]);
    assert_eq!(confusion.count("Blue", "Red"), 9);
    assert_eq!(confusion.failed, [1, 1, 1], "rows 29, 19 and 9");
    assert_eq!(confusion.recall("Blue"), Some(0.0));
    assert_eq!(confusion.recall("Green"), Some(0.9));
    assert_eq!(confusion.precision("Red"), Some(0.5));
    assert_eq!(confusion.precision("Blue"), None);
    assert!(evaluation.confusion("size").names.is_empty());
    let table = confusion.to_string();
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    assert!(table.lines().nth(1).unwrap().trim_start().starts_with("Blue     0"), "{table}");
}

#[tokio::test]
async fn results_come_back_from_json_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs/result.jsonl");
    let evaluation = evaluated(colour_blind()).await;
    evaluation.save(&path).unwrap();
    let loaded = Evaluation::<PaintOutput>::load(&path).unwrap();
    assert_eq!(loaded.to_string(), evaluation.to_string());
    assert_eq!(loaded.program(), evaluation.program());
    assert_eq!(loaded.slices(), evaluation.slices());
    assert_eq!(loaded.confusion("colour"), evaluation.confusion("colour"));
    let (then, now) = (&evaluation.items()[1], &loaded.items()[1]);
    assert_eq!((&then.input, &then.label, &then.feedback), (&now.input, &now.label, &now.feedback));
    assert_eq!(now.input, json!({"number": 1}).as_object().unwrap().clone());
    assert_eq!(now.trace.calls()[0].transcript(), then.trace.calls()[0].transcript());
    assert!(loaded.items()[9].error.as_ref().unwrap().contains("no \"paint\", left"));
    // Any program's result can be read without its types.
    let untyped = Evaluation::<Value>::load(&path).unwrap();
    assert_eq!(untyped.items()[0].output.as_ref().unwrap()["colour"], "Red");

    // One that was cut off says so, and one of another program is refused with its line.
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(&path, lines[..11].join("\n")).unwrap();
    let cut = Evaluation::<PaintOutput>::load(&path).unwrap();
    assert_eq!(cut.items().len(), 10);
    assert_eq!(cut.stopped(), Some("the file ends after 10 of 30 rows"));
    let error = Evaluation::<Vec<u8>>::load(&path).unwrap_err().to_string();
    assert!(error.contains("result.jsonl`, line 2: field `output`"), "{error}");
    std::fs::write(&path, "{\"a\": 1}\n").unwrap();
    let error = Evaluation::<PaintOutput>::load(&path).unwrap_err().to_string();
    assert!(error.contains("no saved evaluation"), "{error}");
}

#[tokio::test]
async fn results_come_back_from_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.csv");
    for model in [colour_blind(), perfect()] {
        let evaluation = evaluated(model).await;
        evaluation.save_csv(&path).unwrap();
        let header = std::fs::read_to_string(&path).unwrap();
        assert!(header.starts_with("index,id,slice,score,"), "{header}");
        let loaded = Evaluation::<PaintOutput>::load_csv(&path).unwrap();
        assert_eq!(
            (loaded.score(), loaded.interval()),
            (evaluation.score(), evaluation.interval())
        );
        for (then, now) in evaluation.items().iter().zip(loaded.items()) {
            assert_eq!((&then.id, &then.slice, &then.error), (&now.id, &now.slice, &now.error));
            assert_eq!((&then.input, &then.label), (&now.input, &now.label));
            assert_eq!(format!("{:?}", then.output), format!("{:?}", now.output));
            assert_eq!((then.usage, &then.scores), (now.usage, &now.scores));
        }
    }
    std::fs::write(&path, "index,id,score\n0,a,high\n").unwrap();
    let error = Evaluation::<PaintOutput>::load_csv(&path).unwrap_err().to_string();
    assert!(error.contains("line 2, column `score`"), "{error}");
}

/// A saved result without the times in it.
fn timeless(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("elapsed_s");
        if let Some(summary) = line.get_mut("summary") {
            summary.as_object_mut().unwrap().remove("elapsed_s");
        }
    }
    lines
}

#[tokio::test]
async fn items_can_go_to_a_file_instead_in_row_order() {
    let folder = tempfile::tempdir().unwrap();
    let program = Predict::<Paint>::new().with_lm(colour_blind().lm());
    let kept = Evaluate::new(rows(500)).slices(parity).run(&program, right).await.unwrap();
    let mut files = Vec::new();
    for concurrency in [1, 64] {
        let path = folder.path().join(format!("{concurrency}.jsonl"));
        std::fs::write(&path, "an older file, longer than nothing").unwrap();
        let evaluation = Evaluate::new(rows(500))
            .concurrency(concurrency)
            .slices(parity)
            .to_jsonl(&path)
            .run(&program, right)
            .await
            .unwrap();
        assert_eq!(evaluation.written_to(), Some(path.as_path()));
        assert_eq!((evaluation.scores(), evaluation.slices()), (kept.scores(), kept.slices()));
        assert!(evaluation.items().iter().all(|item| item.output.is_none()));
        let error = evaluation.save(folder.path().join("other.jsonl")).unwrap_err();
        assert!(error.to_string().contains("load that file"), "{error}");
        let loaded = Evaluation::<PaintOutput>::load(&path).unwrap();
        assert_eq!(loaded.confusion("colour"), kept.confusion("colour"));
        assert_eq!(loaded.stopped(), None);
        files.push(timeless(&path));
    }
    assert_eq!(files[0], files[1]);
    assert_eq!(files[0].len(), 502);
}

#[tokio::test]
async fn two_results_differ_in_rows_slices_and_prompts() {
    let first = evaluated(colour_blind()).await;
    let program =
        Predict::<Paint>::new().with_lm(perfect().lm()).with_instructions("Blue is a colour, too.");
    let second = Evaluate::new(rows(30)).slices(parity).run(&program, right).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // As files would have it, days later.
    let saved = folder.path().join("first.jsonl");
    first.save(&saved).unwrap();
    let first = Evaluation::<Value>::load(&saved).unwrap();
    let difference = first.difference(&second).unwrap();
    assert_eq!(difference.flipped.len(), 12, "nine blue ones, and three that failed");
    assert!(difference.flipped.iter().all(|row| row.after > row.before));
    assert!(difference.evidence.p_value < 0.001);
    assert!(difference.evidence.comparison.interval[0] > 0.0);
    assert_eq!(difference.slices.len(), 2);
    let program = difference.program.as_ref().unwrap();
    assert_eq!(program.changes().len(), 1);
    let text = difference.to_string();
    assert!(text.contains("+ Blue is a colour, too."), "{text}");
    assert!(text.contains("even: 1.000 instead of 0.667"), "{text}");
    let program = Predict::<Paint>::new().with_lm(perfect().lm());
    let other = Evaluate::new(rows(29)).run(&program, right).await.unwrap();
    assert!(first.difference(&other).is_err());
}

#[tokio::test]
async fn several_programs_share_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Predict::<Paint>::new();
    let programs = [
        ("blind", plain.clone().with_lm(colour_blind().lm())),
        ("perfect/1", plain.clone().with_lm(perfect().lm())),
    ];
    let matrix = Evaluate::new(rows(30))
        .concurrency(7)
        .to_jsonl(folder.path().join("all.jsonl"))
        .matrix(programs, right)
        .await
        .unwrap();
    assert_eq!(matrix.best().unwrap().0, "perfect/1");
    assert!((matrix.get("blind").unwrap().score() - 18.0 / 30.0).abs() < 1e-9);
    let table = matrix.to_string();
    assert!(table.lines().nth(2).unwrap().contains("+0.400"), "{table}");
    let file = folder.path().join("all.2-perfect-1.jsonl");
    assert_eq!(Evaluation::<Value>::load(file).unwrap().score(), 1.0);

    // One that fails all the time does not stop the others.
    let broken = Scripted::new(|_, _| {
        Err(LmError::Other { message: "out of order".into(), retryable: false })
    });
    let models = [broken.lm(), perfect().lm()];
    let matrix = Evaluate::new(rows(30))
        .concurrency(2)
        .stop_after_errors(3)
        .matrix(with_models(&plain, &models), right)
        .await
        .unwrap();
    let [(name, first), (_, second)] = matrix.entries() else { panic!("two models") };
    assert_eq!(name, "scripted");
    assert!(first.stopped().is_some() && first.items().len() < 6);
    assert_eq!((second.score(), second.items().len()), (1.0, 30));
}

/// A metric that asks a model of its own.
struct Asking(Predict<Paint>);

impl Metric<Paint, PaintOutput> for Asking {
    async fn score(&self, row: &Paint, _: &PaintOutput, _: &Trace) -> dspy::Result<Score> {
        self.0.call(row.number).await?;
        Ok(Score::new(1.0))
    }
}

#[tokio::test]
async fn what_the_metric_spends_is_counted_apart() {
    let program = Predict::<Paint>::new().with_lm(perfect().lm());
    let metric = || Asking(Predict::<Paint>::new().with_lm(perfect().lm()));
    let evaluation = Evaluate::new(rows(5)).run_metric(&program, metric()).await.unwrap();
    assert_eq!(evaluation.usage().calls, 5);
    assert_eq!(evaluation.metric_spent().calls, 5);
    // Whoever has an account pays from that.
    let budget = Budget::calls(100);
    let evaluate = Evaluate::new(rows(5));
    Account::new(&budget).cover(evaluate.run_metric(&program, metric())).await.unwrap();
    assert!(budget.spent().calls >= 5, "{:?}", budget.spent());
}
