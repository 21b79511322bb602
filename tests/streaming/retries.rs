//! Answers that do not count: an event says so, and what counts follows.

use dspy::adapter::{ChatAdapter, JsonAdapter};
use dspy::assert_that;
use dspy::lm::Scripted;
use dspy::prelude::*;
use dspy::run::Event;

use super::{Qa, collected, model, sections, texts, told};

/// Rate it.
#[derive(Signature, Clone)]
#[check(note.len() < 10, "shorter")]
struct Rate {
    #[input]
    text: String,
    #[output]
    note: String,
    #[output]
    score: u8,
}

fn rated(note: &str, score: &str) -> String {
    sections(&[("note", note), ("score", score)])
}

/// Thinks, then answers in at most ten letters.
#[derive(Clone, Default)]
struct Short {
    think: Predict<Qa>,
    say: Predict<Qa>,
}

#[module]
impl Short {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let thought = self.think.call(question).await?.into_output().answer;
        let said = self.say.call(thought).await?;
        assert_that!(said, said.answer.len() <= 10, "at most ten letters");
        Ok(said.into_output().answer)
    }
}

#[tokio::test]
async fn an_answer_that_an_assertion_sends_back_is_void() {
    let mut short = Short::default();
    short.set_lm(&model(&["let me think", "a very long answer", "brief"]).lm());
    let (events, out) = collected(short.stream("?")).await;
    assert_eq!(out.unwrap().output(), "brief");
    let texts: Vec<String> = texts(&events).into_values().collect();
    assert_eq!(texts, ["let me think", "brief"], "a paid answer is told once");
    let told = told(&events);
    let say = events.iter().find_map(|event| match event {
        Event::CallStarted { path, call, .. } if path == "say" => Some(*call),
        _ => None,
    });
    let back = format!("back say {}: at most ten letters", say.unwrap());
    assert!(told.contains(&back), "{told:?} has no {back}");
    assert_eq!(told.iter().filter(|line| *line == "ask think").count(), 2);
    assert_eq!(told.iter().filter(|line| *line == "Short at self").count(), 1);
}

#[tokio::test]
async fn text_that_begins_anew_says_so() {
    let mut short = Short::default();
    short.set_lm(&model(&["let me think", "a very long answer", "brief"]).lm());
    let mut chunks = short.stream("?").text("say", "answer");
    let (mut shown, mut restarts) = (String::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.unwrap();
        if chunk.restarts {
            assert_eq!(shown, "a very long answer");
            shown.clear();
            restarts += 1;
        }
        shown.push_str(&chunk);
    }
    assert_eq!((shown.as_str(), restarts), ("brief", 1));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_void() {
    let model = Scripted::texts([rated("good", "many"), rated("fine", "7")]).with_pieces(4);
    let rate = Predict::<Rate>::new().with_lm(model.lm());
    let (events, out) = collected(rate.stream("?")).await;
    let out = out.unwrap();
    assert_eq!((out.note.as_str(), out.score, out.usage().calls), ("fine", 7, 2));
    let texts: Vec<_> =
        texts(&events).into_iter().map(|((_, field), text)| (field, text)).collect();
    assert_eq!(texts, [("note", "fine"), ("score", "7")].map(|(f, t)| (f.into(), t.into())));
    assert_eq!(told(&events).iter().filter(|line| line.starts_with("discard")).count(), 1);
}

#[tokio::test]
async fn an_answer_kept_in_the_end_is_told_again() {
    // The first breaks a check; asking again gives nothing that can be read.
    let model = Scripted::texts([rated("much too long", "7"), "nothing".into(), "nothing".into()]);
    let rate = Predict::<Rate>::new().with_lm(model.with_pieces(4).lm());
    let (events, out) = collected(rate.stream("?")).await;
    let out = out.unwrap();
    assert_eq!((out.note.as_str(), out.broken_checks().len()), ("much too long", 1));
    let texts: Vec<String> = texts(&events).into_values().collect();
    assert_eq!(texts, ["much too long", "7"]);
    assert!(told(&events).iter().any(|line| line.starts_with("back self")));
}

#[tokio::test]
async fn what_a_second_adapter_reads_is_told() {
    let model = Scripted::texts([rated("good", "8")]).with_pieces(4);
    let rate = Predict::<Rate>::new()
        .with_lm(model.lm())
        .with_adapter(JsonAdapter::new())
        .with_fallback_adapter(ChatAdapter);
    let (events, out) = collected(rate.stream("?")).await;
    let out = out.unwrap();
    assert_eq!((out.note.as_str(), out.score, model.calls()), ("good", 8, 1));
    assert_eq!(texts(&events).into_values().collect::<Vec<_>>(), ["good", "8"]);
}

#[tokio::test]
async fn the_first_completion_that_can_be_read_is_told() {
    use dspy::lm::{Completion, Response};
    let mut response = Response::text(rated("bad", "many"));
    response.completions.push(Completion::text(rated("good", "8")));
    let model = Scripted::with(move |_, _| response.clone()).with_pieces(3);
    let rate = Predict::<Rate>::new().with_lm(model.lm());
    let (events, out) = collected(rate.call("?").n(2).stream()).await;
    assert_eq!(out.unwrap().note, "good");
    assert_eq!(texts(&events).into_values().collect::<Vec<_>>(), ["good", "8"]);
}
