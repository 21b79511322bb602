use std::fs;
use std::time::Duration;

use dspy::lm::{LanguageModel, LmError, OpenAi, ProviderFailure, Record, Replay, Scripted};
use futures_util::StreamExt;
use serde_json::Value;

use super::ask;
use super::support::{Answer, Server};

#[tokio::test]
async fn a_cassette_is_lines_of_json_for_its_owner_without_the_key() {
    const KEY: &str = "sk-canary-31f0c2";
    let server = Server::start([
        Answer::text("hello"),
        Answer::error(401, "bad", &format!("your key {KEY} is wrong")),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cassettes/a.jsonl");
    let client = OpenAi::builder("m").api_base(server.base()).api_key(KEY).env(|_| None);
    let lm = Record::new(client.build().unwrap(), &path).unwrap();
    lm.generate(&ask("a")).await.unwrap();
    lm.generate(&ask("b")).await.unwrap_err();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(KEY), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["cassette"], &lines[0]["model"]), (&1.into(), &"openai/m".into()));
    assert_eq!(lines[1]["request"]["messages"][0]["parts"][0]["text"], "a");
    assert_eq!(lines[1]["response"]["completions"][0]["parts"][0]["text"], "hello");
    assert_eq!(lines[2]["error"]["kind"], "auth");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.clone()), 0o600);
        assert_eq!(mode(folder.path().join("cassettes")), 0o700);
    }
}

#[tokio::test]
async fn texts_can_be_redacted_and_requests_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut failure = ProviderFailure::default();
    failure.status = 500;
    failure.message = "no ACME here".to_owned();
    let failure = LmError::Server(failure.into());
    let model = Scripted::new([Ok("ACME it is".to_owned()), Err(failure), Ok("ok".to_owned())]);
    let redacted = Record::new(model.clone(), &path)
        .unwrap()
        .with_redaction(|text| text.replace("ACME", "[customer]"));
    redacted.generate(&ask("Who is ACME?")).await.unwrap();
    redacted.generate(&ask("Really ACME?")).await.unwrap_err();
    let bare = Record::new(model, &path).unwrap().with_requests(false);
    bare.generate(&ask("hidden")).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("ACME") && !text.contains("hidden"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("\"cassette\"")).count(), 1);

    let replay = Replay::open(&path).unwrap();
    let answer = replay.generate(&ask("Who is ACME?")).await.unwrap();
    assert_eq!(answer.completions[0].joined_text(), "[customer] it is");
    let error = replay.generate(&ask("Really ACME?")).await.unwrap_err();
    assert_eq!((error.status(), error.is_retryable()), (Some(500), true));
    assert!(error.to_string().contains("no [customer] here"));
    replay.generate(&ask("hidden")).await.unwrap();
    assert_eq!(replay.remaining(), 0);
}

#[tokio::test]
async fn a_stream_is_recorded_as_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let model = Scripted::texts(["never read", "some text"]).with_pieces(4);
    let lm = Record::new(model, &path).unwrap();
    drop(lm.stream(&ask("a")).await.unwrap());
    assert_eq!(lm.stream(&ask("b")).await.unwrap().collect::<Vec<_>>().await.len(), 4);
    assert!(lm.stream(&ask("c")).await.is_err());
    let replay = Replay::open(&path).unwrap();
    assert_eq!(replay.remaining(), 2, "what nobody read to its end is not there");
    let events = replay.stream(&ask("b")).await.unwrap().collect::<Vec<_>>().await;
    assert_eq!(events.len(), 2, "one piece and the end: {events:?}");
    assert!(replay.stream(&ask("c")).await.is_err());
}

#[tokio::test]
async fn a_line_that_was_cut_off_does_not_spoil_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let model = Scripted::texts(["one", "two"]);
    Record::new(model.clone(), &path).unwrap().generate(&ask("a")).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 9]).unwrap();
    Record::new(model, &path).unwrap().generate(&ask("b")).await.unwrap();
    let error = Replay::open(&path).unwrap_err().to_string();
    assert!(
        error.contains("line 2 cannot be read") && error.contains("delete that line"),
        "{error}"
    );
    let text = fs::read_to_string(&path).unwrap();
    let whole: Vec<_> =
        text.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, l)| l).collect();
    fs::write(&path, whole.join("\n")).unwrap();
    Replay::open(&path).unwrap().generate(&ask("b")).await.unwrap();
}

#[tokio::test]
async fn every_kind_of_error_comes_back_as_it_was() {
    let failure = || {
        let mut failure = ProviderFailure::default();
        failure.host = "api.test".into();
        failure.status = 429;
        failure.message = "slow down".into();
        failure.code = Some("rate".into());
        failure.retry_after = Some(Duration::from_millis(1500));
        Box::new(failure)
    };
    let errors = [
        LmError::Auth(failure()),
        LmError::Billing(failure()),
        LmError::RateLimit(failure()),
        LmError::ContextWindow(failure()),
        LmError::NotFound(failure()),
        LmError::InvalidRequest(failure()),
        LmError::Server(failure()),
        LmError::Transport { host: "h".into(), message: "gone".into() },
        LmError::Timeout { host: "h".into(), after: Duration::from_secs(3) },
        LmError::Decode { host: "h".into(), message: "odd".into() },
        LmError::Unsupported { model: "m".into(), feature: "f".into(), fix: "x".into() },
        LmError::RetriesExhausted {
            attempts: 3,
            elapsed: Duration::from_secs(9),
            last: Box::new(LmError::RateLimit(failure())),
        },
        LmError::Other { message: "mine".into(), retryable: true },
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let lm = Record::new(Scripted::new(errors.clone()), &path).unwrap();
    for _ in &errors {
        lm.generate(&ask("a")).await.unwrap_err();
    }
    let replay = Replay::open(&path).unwrap();
    for error in &errors {
        let replayed = replay.generate(&ask("a")).await.unwrap_err();
        assert_eq!(format!("{replayed:?}"), format!("{error:?}"));
    }
}
