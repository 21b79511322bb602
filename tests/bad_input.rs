//! Bad input of every kind: each gives an error that names cause and cure, and loses nothing.
//! What concerns the wire (unreachable server, 401, 429, 500, keys and hosts) is in `openai.rs`.

#[path = "support/scripted.rs"]
mod scripted;

use dspy::Evaluate;
use dspy::lm::{Completion, FinishReason, LmError, Response};
use dspy::optimize::{
    BootstrapFewShot, BootstrapFewShotWithRandomSearch, LabeledFewShot, Optimizer,
};
use dspy::prelude::*;
use dspy::row::{DataError, read_csv, read_csv_from};
use scripted::{Scripted, sections};

/// Sort the fruit.
#[derive(Signature, Clone)]
struct Sort {
    #[input]
    fruit: String,
    #[output]
    color: Color,
    #[output]
    count: u8,
}

#[dspy::data]
enum Color {
    Red,
    Green,
}

fn rows() -> Vec<Sort> {
    vec![Sort { fruit: "apple".into(), color: Color::Red, count: 1 }]
}

fn right(row: &Sort, out: &SortOutput) -> bool {
    row.color == out.color
}

fn assert_says(error: impl std::fmt::Display, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
}

#[tokio::test]
async fn no_model_is_configured() {
    // No test of this binary sets the default model.
    let error = Predict::<Sort>::new().call("apple").await.unwrap_err();
    assert!(matches!(error.as_lm(), Some(LmError::NotConfigured)));
    assert_says(&error, &["dspy::configure", "`self`"]);
    // Evaluation does not score a missing model as a hundred wrong answers.
    let error = Evaluate::new(rows()).run(&Predict::<Sort>::new(), |_, _| true).await.unwrap_err();
    assert!(matches!(error.as_lm(), Some(LmError::NotConfigured)));
}

#[test]
fn an_unknown_provider() {
    assert_says(Lm::new("opneai/gpt").unwrap_err(), &["`opneai`", "did you mean `openai`"]);
    assert_says(
        Lm::new("gpt-4o").unwrap_err(),
        &["unknown provider", "openai/NAME", "did you mean `openai/gpt-4o`?"],
    );
    assert_says(Lm::new("openai/").unwrap_err(), &["names no model"]);
}

/// In the parent, does nothing; in the child, says what model the environment names.
#[test]
fn child_process_reads_the_environment() {
    if std::env::var("DSPY_TEST_CHILD").is_ok() {
        match Lm::from_env() {
            Ok(lm) => println!("model={}", lm.name()),
            Err(error) => println!("error={error}"),
        }
    }
}

#[test]
fn the_environment_names_the_model_or_says_what_is_missing() {
    let said = |variables: &[(&str, &str)]| {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "bad_input::child_process_reads_the_environment", "--nocapture"]);
        for name in ["DSPY_LM", "DSPY_API_BASE", "OPENAI_BASE_URL", "OPENAI_API_KEY"] {
            child.env_remove(name);
        }
        child.env("DSPY_TEST_CHILD", "1").envs(variables.iter().copied());
        String::from_utf8(child.output().unwrap().stdout).unwrap()
    };
    assert_says(said(&[]), &["model=embedded"]);
    assert_says(said(&[("DSPY_LM", "embedded")]), &["model=embedded"]);
    let local = ("DSPY_API_BASE", "http://127.0.0.1:1/v1");
    assert_says(said(&[("DSPY_LM", "openai/tiny"), local]), &["model=openai/tiny"]);
    assert_says(said(&[local]), &["error=", "DSPY_LM=openai/NAME"]);
    assert_says(said(&[("DSPY_LM", "openai/gpt-4o-mini")]), &["error=", "OPENAI_API_KEY"]);
    assert_says(said(&[("DSPY_LM", "tiny")]), &["error=", "unknown provider"]);
}

async fn answer(text: &str) -> dspy::Error {
    let model = Scripted::text(text);
    let predict = Predict::<Sort>::new().with_lm(model.lm()).with_follow_ups(0);
    predict.call("apple").await.unwrap_err()
}

#[tokio::test]
async fn answers_that_cannot_be_used() {
    assert_says(
        answer(&sections(&[("color", "Red")])).await,
        &["lacks the output field `count`", "[[ ## color ## ]]"],
    );
    assert_says(
        answer(&sections(&[("color", "Blue"), ("count", "1")])).await,
        &["`color`", "Blue", "Red", "Green"],
    );
    assert_says(
        answer(&sections(&[("color", "Red"), ("count", "300")])).await,
        &["`count`", "300"],
    );
    assert_says(answer("").await, &["empty"]);
    assert_says(answer("<think>hm</think>\n").await, &["empty"]);
    assert_says(answer("I would rather not.").await, &["`color`", "I would rather not."]);
}

#[tokio::test]
async fn an_answer_cut_at_the_token_limit_or_filtered() {
    let finished = |finish: FinishReason, text: &'static str| {
        let model = Scripted::new(move |_, _| {
            let mut completion = Completion::text(text);
            completion.finish = finish.clone();
            let mut response = Response::default();
            response.completions.push(completion);
            Ok(response)
        });
        Predict::<Sort>::new().with_lm(model.lm())
    };
    let cut = finished(FinishReason::Length, "[[ ## color ## ]]\nRed\n\n[[ ## count ## ]]\n1");
    assert_says(cut.call("apple").await.unwrap_err(), &["cut off", "max_tokens"]);
    let empty = finished(FinishReason::Length, "");
    assert_says(empty.call("apple").await.unwrap_err(), &["cut off", "max_tokens"]);
    let filtered = finished(FinishReason::ContentFilter, "");
    assert_says(filtered.call("apple").await.unwrap_err(), &["filter"]);
}

#[tokio::test]
async fn an_empty_input() {
    let model = Scripted::text("never asked");
    let predict = Predict::<Sort>::new().with_lm(model.lm());
    assert_says(predict.call("").await.unwrap_err(), &["`fruit`", "empty"]);
    assert_says(predict.call("  \n").await.unwrap_err(), &["`fruit`", "empty"]);
    assert_eq!(model.calls(), 0, "an empty question is not worth a call");
}

fn csv(text: &str) -> DataError {
    match read_csv_from::<Sort>(text.as_bytes(), "fruits.csv") {
        Ok(_) => panic!("this CSV should not be accepted:\n{text}"),
        Err(error) => error,
    }
}

#[test]
fn csv_files_with_faults() {
    assert_says(
        csv("fruit,colour,count\napple,Red,1\n"),
        &["fruits.csv", "`color`", "fruit, colour, count"],
    );
    assert_says(
        csv("fruit,color,count\napple,Red,1\npear,Gren,2\n"),
        &["fruits.csv", "line 3", "`color`", "Gren", "Green"],
    );
    assert_says(csv("fruit,color,count\napple,red,1\n"), &["line 2", "did you mean \"Red\""]);
    assert_says(csv("fruit,color,count\napple,Red,many\n"), &["line 2", "`count`", "many"]);
    assert_says(csv("fruit,color,count\napple,Red\n"), &["line 2"]);
    assert_says(csv(""), &["fruits.csv", "no rows"]);
    assert_says(csv("fruit,color,count\n"), &["fruits.csv", "no rows"]);
    match read_csv::<Sort>("no/such/file.csv") {
        Ok(_) => panic!("there is no such file"),
        Err(error) => assert_says(error, &["no/such/file.csv", "could not read"]),
    }
}

#[test]
fn csv_cells_are_read_by_type() {
    #[derive(Signature)]
    struct Typed {
        #[input]
        year: String,
        #[output]
        place: Option<String>,
        #[output]
        weight: Option<f64>,
        #[output(alias = "yes")]
        ok: bool,
    }
    let text = "\u{feff}yes,year,weight,place\ntrue,1984,,\nfalse,\"a, \"\"b\"\"\",2.5,Rome\n";
    let rows: Vec<Typed> = read_csv_from(text.as_bytes(), "typed.csv").unwrap();
    assert_eq!(rows[0].year, "1984");
    assert_eq!((rows[0].weight, rows[0].ok), (None, true));
    assert_eq!(rows[0].place, None);
    assert_eq!((rows[1].year.as_str(), rows[1].weight), ("a, \"b\"", Some(2.5)));
    assert_eq!(rows[1].place.as_deref(), Some("Rome"));
}

#[tokio::test]
async fn empty_data_sets() {
    let none: Vec<Sort> = Vec::new();
    let model = Scripted::text("never asked");
    let program = Predict::<Sort>::new().with_lm(model.lm());
    let words = ["has no rows", "at least one"];
    assert_says(Evaluate::new(&none).run(&program, |_, _| true).await.unwrap_err(), &words);
    assert_says(LabeledFewShot::new(4).compile(&program, &none).await.unwrap_err(), &words);
    let bootstrap = BootstrapFewShot::new(right);
    assert_says(bootstrap.compile(&program, &none).await.unwrap_err(), &words);
    let search = BootstrapFewShotWithRandomSearch::new(right);
    assert_says(search.compile(&program, &none).await.unwrap_err(), &words);
    let search = BootstrapFewShotWithRandomSearch::new(right).validation(&none);
    let error = search.compile(&program, &rows()).await.unwrap_err();
    assert_says(error, &["validation set", "has no rows"]);
    assert_eq!(model.calls(), 0);
}

#[test]
fn splits_that_cannot_be_made() {
    use dspy::row::stratified_split;
    let error = stratified_split(vec![1, 2], [0.5, 0.3], |n| *n, 0).unwrap_err();
    assert_says(error, &["add up to 1"]);
    let error = stratified_split(vec![1], [0.5, 0.5], |n| *n, 0).unwrap_err();
    assert_says(error, &["1 rows are too few"]);
}

#[tokio::test]
async fn a_metric_that_divides_by_zero() {
    let model = Scripted::text(&sections(&[("color", "Red"), ("count", "1")]));
    let program = Predict::<Sort>::new().with_lm(model.lm());
    let evaluation = Evaluate::new(rows()).run(&program, |_, _| f64::NAN).await.unwrap();
    assert_eq!(evaluation.score(), 0.0);
    assert_says(evaluation.errors().next().unwrap().error.as_ref().unwrap(), &["NaN", "finite"]);
}

#[tokio::test]
async fn rows_that_do_not_fit_a_predictor_are_named() {
    // The label of this data set is text that the program's closed set does not hold.
    #[derive(Signature, Clone)]
    struct Loose {
        #[input]
        fruit: String,
        #[output]
        color: String,
    }
    impl From<LooseInput> for SortInput {
        fn from(input: LooseInput) -> Self {
            Self { fruit: input.fruit }
        }
    }
    let rows = vec![Loose { fruit: "sky".into(), color: "Blue".into() }];
    let error = LabeledFewShot::new(4).compile(&Predict::<Sort>::new(), &rows).await.unwrap_err();
    assert_says(error, &["row 0", "`color`", "Blue"]);
}
