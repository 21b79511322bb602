use std::fs;

use dspy::lm::{HistoryOptions, LmError, ProviderFailure, Scripted};
use serde_json::Value;

use super::support::{Answer, Server};
use super::{KEY, ask, lm};

#[tokio::test]
async fn a_history_is_written_for_its_owner_and_without_the_key() {
    let server = Server::start([Answer::text("hello")]).await;
    let lm = lm(&server);
    lm.generate(&ask("a")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs/history.jsonl");
    lm.history().save(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.clone()), 0o600);
        assert_eq!(mode(folder.path().join("runs")), 0o700);
    }
    let text = fs::read_to_string(&path).unwrap();
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(line["request"]["messages"][0]["parts"][0]["text"], "a");
    assert_eq!(line["response"]["completions"][0]["parts"][0]["text"], "hello");
    assert_eq!((&line["model"], &line["error"]), (&Value::from("openai/m"), &Value::Null));
    assert!(!text.contains(KEY));

    lm.clear_history();
    lm.history().save(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "", "a second one takes the first one's place");
    let error = lm.history().save(folder.path()).unwrap_err();
    assert!(matches!(error, LmError::Storage { what: "history", .. }), "{error}");
}

#[tokio::test]
async fn redacted_texts_are_not_even_kept() {
    let mut failure = ProviderFailure::default();
    failure.message = "what is this ACME?".to_owned();
    let model = Scripted::new([Ok("ACME it is".to_owned()), Err(LmError::Server(failure.into()))]);
    let options = HistoryOptions::new(5).with_redaction(|text| text.replace("ACME", "[customer]"));
    let lm = model.lm().with_history(options);
    let answer = lm.generate(&ask("Who is ACME?")).await.unwrap();
    assert_eq!(answer.completions[0].joined_text(), "ACME it is", "the caller gets all");
    lm.generate(&ask("ACME!")).await.unwrap_err();
    let all = format!("{:?}{}", lm.history(), lm.history());
    assert!(!all.contains("ACME"), "{all}");
    assert!(all.contains("Who is [customer]?") && all.contains("[customer] it is"), "{all}");
    assert!(lm.history()[1].result().unwrap_err().is_retryable());
    assert_eq!(model.requests()[0].messages[0].text(), "Who is ACME?");
}
