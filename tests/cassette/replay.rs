use std::fs;
use std::path::PathBuf;

use dspy::adapter::JsonAdapter;
use dspy::lm::{
    Capabilities, LanguageModel, Lm, LmError, Record, Replay, Response, Scripted, Settings,
};
use dspy::prelude::*;

use super::ask;

/// A cassette of these questions, answered by number.
async fn recorded(folder: &tempfile::TempDir, questions: &[&str]) -> PathBuf {
    let path = folder.path().join("cassette.jsonl");
    let model = Scripted::with(|_, before| {
        let mut response = Response::text(before.to_string());
        response.usage.prompt_tokens = 7;
        response
    });
    let lm = Record::new(model.with_name("test/model"), &path).unwrap();
    for question in questions {
        lm.generate(&ask(question)).await.unwrap();
    }
    path
}

fn text(response: &Response) -> String {
    response.completions[0].joined_text()
}

#[tokio::test]
async fn repeats_are_answered_in_order_and_no_more_often() {
    let folder = tempfile::tempdir().unwrap();
    let replay = Replay::open(recorded(&folder, &["a", "b", "a"]).await).unwrap();
    assert_eq!((replay.name(), replay.remaining()), ("test/model", 3));
    let first = replay.generate(&ask("a")).await.unwrap();
    assert_eq!((text(&first).as_str(), first.usage.prompt_tokens), ("0", 7));
    assert_eq!(text(&replay.generate(&ask("a")).await.unwrap()), "2");
    assert_eq!(text(&replay.generate(&ask("b")).await.unwrap()), "1");
    let error = replay.generate(&ask("a")).await.unwrap_err();
    assert!(matches!(error, LmError::NotRecorded { .. }));
    assert!(error.to_string().contains("recorded 2 times, and its answers are used up"), "{error}");
}

#[tokio::test]
async fn an_unknown_request_is_compared_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder, &["What is the tallest mountain of Peru?", "Who?"]).await;
    let replay = Replay::open(&path).unwrap();
    let error = replay.generate(&ask("What is the tallest mountain of Chile?")).await.unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("the nearest is line 2, where `messages[0].parts[0].text` is"),
        "{message}"
    );
    assert!(message.contains("mountain of Peru?\" instead of \"") && message.contains("Chile?"));
    let warm = ask("Who?").with_settings(Settings::default().with_temperature(0.5));
    let message = replay.generate(&warm).await.unwrap_err().to_string();
    assert!(
        message.contains("line 3, where `settings.temperature` is null instead of 0.5"),
        "{message}"
    );
    assert!(message.contains("record it anew"), "{message}");
}

#[tokio::test]
async fn another_model_can_answer_the_rest_and_be_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder, &["a"]).await;
    let model = Scripted::texts(["new"]).with_name("test/model");
    let lm = Replay::open(&path).unwrap().or(Record::new(model.clone(), &path).unwrap());
    assert_eq!(text(&lm.generate(&ask("a")).await.unwrap()), "0");
    assert_eq!(text(&lm.generate(&ask("b")).await.unwrap()), "new");
    assert_eq!(model.calls(), 1);
    let replay = Replay::open(&path).unwrap();
    assert_eq!(text(&replay.generate(&ask("b")).await.unwrap()), "new");
}

#[tokio::test]
async fn a_program_replays_what_it_was_recorded_with() {
    #[derive(Signature)]
    struct Rate {
        #[input]
        text: String,
        #[output]
        stars: u8,
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cassette.jsonl");
    // Capabilities decide what the adapter asks for.
    let mut capabilities = Capabilities::default();
    capabilities.json_schema = true;
    let model = Scripted::texts([r#"{"stars": 4}"#]).with_capabilities(capabilities);
    let rate = Predict::<Rate>::new().with_adapter(JsonAdapter::default());
    let record = Lm::from_model(Record::new(model, &path).unwrap());
    assert_eq!(rate.call("fine").lm(&record).await.unwrap().stars, 4);
    let replay = Lm::from_model(Replay::open(&path).unwrap());
    assert_eq!(rate.call("fine").lm(&replay).await.unwrap().stars, 4);
}

#[test]
fn what_is_no_cassette_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let open = |text: &str| {
        let path = folder.path().join("x.jsonl");
        fs::write(&path, text).unwrap();
        Replay::open(&path).unwrap_err().to_string()
    };
    assert!(open("").contains("its first line is not that of a cassette"));
    assert!(open("{\"a\": 1}\n").contains("its first line is not that of a cassette"));
    let other = r#"{"cassette": 2, "model": "m", "capabilities": {}}"#;
    assert!(open(other).contains("its format has version 2, not 1; record it anew"));
    let error = Replay::open(folder.path().join("none.jsonl")).unwrap_err();
    assert!(error.to_string().contains("cannot read it"), "{error}");
}
