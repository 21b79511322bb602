use std::time::Duration;

use dspy::lm::{
    Completion, FinishReason, HistoryOptions, Lm, LmError, Media, Message, Part, Response, Role,
    Scripted, Settings, ToolCall,
};
use futures_util::StreamExt;
use serde_json::json;

use super::support::{Answer, Server};
use super::{KEY, ask, lm};

#[tokio::test]
async fn the_last_calls_are_kept_with_what_came() {
    let failure = LmError::Timeout { host: "h".into(), after: Duration::from_secs(1) };
    let model = Scripted::new([Ok("one".to_owned()), Err(failure), Ok("three".to_owned())])
        .with_delay(Duration::from_millis(5));
    let lm = model.lm().with_history(2);
    for text in ["a", "b", "c"] {
        let _ = lm.generate(&ask(text)).await;
    }
    let history = lm.history();
    let questions: Vec<_> =
        history.iter().map(|entry| entry.request().messages[0].text()).collect();
    assert_eq!(questions, ["b", "c"]);
    assert!(history[0].result().unwrap_err().is_timeout());
    assert_eq!(history[0].usage().calls, 0);
    let last = &history[1];
    assert_eq!(last.result().unwrap().completions[0].joined_text(), "three");
    assert_eq!((last.usage().calls, last.model(), last.is_streamed()), (1, "scripted", false));
    assert!(last.latency() >= Duration::from_millis(5));
    assert!(last.at().elapsed().unwrap() < Duration::from_secs(60));
    assert!(last.to_curl().is_none(), "a scripted model is no HTTP API");
    assert!(format!("{last:?}").contains("scripted"));

    assert_eq!(lm.clone().history().len(), 2, "clones share it");
    assert!(lm.with_history(5).history().is_empty(), "another handle has its own");
    lm.clear_history();
    assert!(lm.history().is_empty());
    assert!(model.lm().history().is_empty(), "a bare handle keeps none");
    assert!(model.lm().inspect_history(1).contains("with_history"));
}

#[tokio::test]
async fn messages_are_shared_and_not_copied() {
    let lm = Scripted::texts(["x"]).lm().with_history(1);
    let request = ask("a");
    lm.generate(&request).await.unwrap();
    let kept = lm.history();
    assert!(std::ptr::eq(&*kept[0].request().messages[0], &*request.messages[0]));
}

#[tokio::test]
async fn streams_are_kept_when_they_end() {
    let lm = Scripted::texts(["one", "two"]).with_pieces(1).lm().with_history(5);
    drop(lm.stream(&ask("a")).await.unwrap());
    assert!(lm.history().is_empty());
    let events = lm.stream(&ask("b")).await.unwrap().collect::<Vec<_>>().await;
    assert_eq!(events.len(), 4);
    let history = lm.history();
    assert_eq!(history.len(), 1);
    assert!(history[0].is_streamed());
    assert_eq!(history[0].request().messages[0].text(), "b");
    assert_eq!(history[0].result().unwrap().completions[0].joined_text(), "two");
    assert!(lm.stream(&ask("c")).await.is_err(), "the script is at its end");
    assert!(lm.history()[1].result().is_err());
}

#[tokio::test]
async fn old_calls_go() {
    let options = HistoryOptions::new(10).with_max_age(Duration::from_millis(40));
    let lm = Scripted::texts(["x", "y"]).lm().with_history(options);
    lm.generate(&ask("a")).await.unwrap();
    assert_eq!(lm.history().len(), 1);
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert!(lm.history().is_empty());
}

#[tokio::test]
async fn it_reads_well() {
    let mut response = Response::default();
    let mut cut = Completion::text("It goes up\n");
    cut.finish = FinishReason::Length;
    cut.raw_finish = Some("max_tokens".into());
    let mut calls = Completion::default();
    calls.parts.push(Part::ToolCall(ToolCall::new("1", "search", json!({"q": "steam"}))));
    response.completions = vec![cut, calls];
    response.usage.prompt_tokens = 12;
    response.usage.completion_tokens = 3;
    response.usage.usd = 0.0015;
    let lm = Scripted::new([response]).with_name("test/model").lm().with_history(3);
    let mut request = ask("What is steam?");
    request.messages.insert(0, Message::system("Be brief.").into());
    let media = Media::base64("AAAA", "image/png");
    let image = Message::new(Role::User, vec![Part::Image { media }]);
    request.messages.push(image.into());
    lm.generate(&request).await.unwrap();
    let text = lm.inspect_history(1);
    let (heading, rest) = text.split_once('\n').unwrap();
    assert!(heading.starts_with('['), "{heading}");
    assert!(heading.contains("GMT] test/model, 0.0"), "{heading}");
    assert!(heading.ends_with("s, 12 + 3 tokens, $0.001500"), "{heading}");
    assert_eq!(
        rest,
        "
System message:

Be brief.

User message:

What is steam?

User message:

[image image/png, 4 characters of base64]

Response 1 of 2:

It goes up
(ended by: max_tokens)

Response 2 of 2:

[calls search({\"q\":\"steam\"})]
"
    );
}

#[tokio::test]
async fn every_handle_made_by_name_has_one() {
    let embedded = Lm::new("embedded").unwrap();
    embedded.generate(&ask("Say something.")).await.unwrap();
    assert_eq!(embedded.history().len(), 1);
    let server = Server::start([Answer::text("hello")]).await;
    let lm = lm(&server);
    lm.generate(&ask("a")).await.unwrap();
    assert_eq!(lm.history().len(), 1);

    let model = Scripted::with(|_, before| before.to_string());
    let lm = model.lm().with_history(HistoryOptions::default());
    for _ in 0..120 {
        lm.generate(&ask("a")).await.unwrap();
    }
    assert_eq!(lm.history().len(), 100);
    let last = lm.history().last_calls(1);
    assert_eq!(last[0].result().unwrap().completions[0].joined_text(), "119");
}

#[tokio::test]
async fn a_call_can_be_sent_again_by_curl() {
    let server = Server::start([Answer::text("hello")]).await;
    let lm = lm(&server);
    let request = ask(&format!("It's {KEY} she said: \"no\""))
        .with_settings(Settings::default().with_temperature(0.5));
    lm.generate(&request).await.unwrap();
    let curl = lm.history()[0].to_curl().unwrap();
    assert!(!curl.contains(KEY), "{curl}");
    assert!(curl.contains("-H 'authorization: ***'"), "{curl}");
    assert!(curl.contains(r"It'\''s *** she said"), "{curl}");

    // What a shell makes of it is what was sent, but for the key.
    let script = curl.replacen("curl", "printf '%s\\n'", 1);
    let output = std::process::Command::new("sh").arg("-c").arg(&script).output().unwrap();
    let words: Vec<_> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    let seen = server.only();
    assert_eq!(words[0], format!("{}/chat/completions", server.base()));
    let body: serde_json::Value = serde_json::from_str(words.last().unwrap()).unwrap();
    let sent = String::from_utf8(seen.body.clone()).unwrap().replace(KEY, "***");
    assert_eq!(body, serde_json::from_str::<serde_json::Value>(&sent).unwrap());
    assert!(words.contains(&"content-type: application/json"), "{words:?}");
}
