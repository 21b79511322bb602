//! Modules inside modules, several at once, agents, strategies, and what a program says itself.

use std::collections::{BTreeMap, BTreeSet};

use dspy::lm::{Request, Scripted};
use dspy::prelude::*;
use dspy::run::{Event, Run, RunOptions};

use super::{Qa, answer, collected, model, sections, texts, told};

/// Answers each question with its words, the last one first.
fn echo() -> Scripted {
    let reply = |request: &Request, _| {
        let asked = request.messages.last().unwrap().text();
        let question = asked.split("[[ ## question ## ]]\n").nth(1).unwrap_or_default();
        let question = question.split("\n\n").next().unwrap_or_default().to_owned();
        answer(&question.split(' ').rev().collect::<Vec<_>>().join(" "))
    };
    Scripted::with(reply).with_pieces(2)
}

#[derive(Clone, Default)]
struct Inner {
    ask: Predict<Qa>,
}

#[module]
impl Inner {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        self.status(format!("asking {question}")).await;
        Ok(self.ask.call(question).await?.into_output().answer)
    }
}

/// Asks twice at the same time, in parts of its own, and once more.
#[derive(Clone, Default)]
struct Outer {
    parts: Vec<Inner>,
    last: Predict<Qa>,
}

#[module]
impl Outer {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let [one, other] = &self.parts[..] else { return Ok(String::new()) };
        let (one, other) = tokio::join!(
            one.call(format!("{question} one")),
            other.call(format!("{question} other")),
        );
        let both = format!("{} {}", one?.output(), other?.output());
        // Options of a call make a run of its own, which is told here all the same.
        Ok(self.last.call(both).rollout(3).await?.into_output().answer)
    }
}

fn outer() -> Outer {
    let mut program = Outer { parts: vec![Inner::default(); 2], ..Outer::default() };
    program.set_lm(&echo().lm());
    program
}

#[tokio::test]
async fn concurrent_and_nested_calls_are_told_apart() {
    let (events, out) = collected(outer().stream("now")).await;
    let out = out.unwrap();
    assert_eq!(out.output(), "now other now one");
    assert_eq!(out.usage().calls, 3);
    let texts = texts(&events);
    let mut by_path = BTreeMap::new();
    for event in &events {
        if let Event::CallStarted { path, call, .. } = event {
            let text = texts[&(*call, "answer".to_owned())].clone();
            assert!(by_path.insert(path.clone(), text).is_none());
        }
    }
    let expected =
        [("last", "now other now one"), ("parts[0].ask", "one now"), ("parts[1].ask", "other now")];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(by_path, BTreeMap::from(expected));

    let told = told(&events);
    assert_eq!(told.first().unwrap(), "Outer at self");
    assert_eq!(told.last().unwrap(), "self ended true");
    for part in ["parts[0]", "parts[1]"] {
        let of_part: Vec<_> = told.iter().filter(|line| line.contains(part)).collect();
        let word = if part == "parts[0]" { "one" } else { "other" };
        assert_eq!(
            of_part,
            [
                &format!("Inner at {part}"),
                &format!("{part} says asking now {word}"),
                &format!("ask {part}.ask"),
                &format!("asked {part}.ask true"),
                &format!("{part} ended true"),
            ]
        );
    }
    // The two were under way at the same time.
    let place = |line: &str| told.iter().position(|it| it == line).unwrap();
    assert!(place("ask parts[1].ask") < place("asked parts[0].ask true"), "{told:?}");

    let parents: BTreeMap<String, (u64, Option<u64>)> = events
        .iter()
        .filter_map(|event| match event {
            Event::ModuleStarted { path, invocation, parent, .. } => {
                Some((path.clone(), (*invocation, *parent)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(parents["self"].1, None);
    assert_eq!(parents["parts[0]"].1, Some(parents["self"].0));
    assert_ne!(parents["parts[0]"].0, parents["parts[1]"].0);
    assert!(events.iter().all(|event| event.attempts().is_empty()));
}

#[tokio::test]
async fn a_part_of_a_program_is_picked_by_its_path() {
    let mut chunks = outer().stream("now").text("parts[1].ask", "answer");
    let mut text = String::new();
    while let Some(chunk) = chunks.next().await {
        text.push_str(&chunk.unwrap());
    }
    assert_eq!(text, "other now");
    assert_eq!(chunks.finish().await.unwrap().output(), "now other now one");
}

/// Streams a part of its own, and is streamed.
#[derive(Clone, Default)]
struct Relay {
    ask: Predict<Qa>,
}

#[module]
impl Relay {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let mut chunks = self.ask.stream(question).text("ask", "answer");
        let mut text = String::new();
        while let Some(chunk) = chunks.next().await {
            text.push_str(&chunk?.to_uppercase());
        }
        Ok(text)
    }
}

#[tokio::test]
async fn a_stream_inside_a_program_is_told_outside_too() {
    let mut relay = Relay::default();
    relay.set_lm(&model(&["a river in Egypt, which is long and leads through many lands"]).lm());
    let run = Run::recording();
    let (events, out) = collected(relay.call("Nile?").run(&run).stream()).await;
    let out = out.unwrap();
    assert!(out.output().starts_with("A RIVER IN EGYPT"));
    assert_eq!((out.usage().calls, run.usage().calls), (1, 1));
    assert_eq!(out.trace().calls().len(), 1, "the run that was given has the records");
    let text = texts(&events).into_values().next().unwrap();
    assert_eq!(text.to_uppercase(), *out.output());
}

#[tokio::test]
async fn options_of_a_call_hold_when_it_is_streamed() {
    let (first, second) = (model(&["one"]), model(&["two"]));
    let ask = Predict::<Qa>::new().with_lm(first.lm());
    let out = ask.call("?").lm(&second.lm()).temperature(0.5).rollout(7).record().stream();
    let out = out.finish().await.unwrap();
    assert_eq!((out.answer.as_str(), out.trace().calls().len()), ("two", 1));
    let request = &second.requests()[0];
    assert_eq!((request.settings.temperature, request.rollout), (Some(0.5), 7));
    assert_eq!(first.calls(), 0);
}

#[dspy::data]
struct City {
    city: String,
}

#[tokio::test]
async fn an_agent_tells_of_its_tools() {
    let step = |tool: &str, args: &str| {
        sections(&[
            ("next_thought", "I try it."),
            ("next_tool_name", tool),
            ("next_tool_args", args),
        ])
    };
    let model = Scripted::texts([
        step("population", r#"{"city": "Bergen"}"#),
        step("population", r#"{"city": "Atlantis"}"#),
        step("finish", "{}"),
        sections(&[("reasoning", "It was looked up."), ("answer", "291940")]),
    ])
    .with_pieces(5);
    let population = Tool::new("population", "Of a city.", |it: City| async move {
        if it.city == "Bergen" { Ok(291_940) } else { Err("no such city") }
    });
    let agent = ReAct::<Qa>::new([population]).unwrap().with_lm(&model.lm());
    let (events, out) = collected(agent.stream("How many?")).await;
    assert_eq!(out.unwrap().answer, "291940");
    let told = told(&events);
    let expected = [
        "ReAct at self",
        "ask react",
        "asked react true",
        r#"tools['population'] with {"city":"Bergen"}"#,
        "population true: 291940",
        "ask react",
        "asked react true",
        r#"tools['population'] with {"city":"Atlantis"}"#,
        "population false: no such city",
        "ask react",
        "asked react true",
        "ask extract.predict",
        "asked extract.predict true",
        "self ended true",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        let (start, end) = expected.split_once(": ").unwrap_or((expected, ""));
        assert!(told.starts_with(start) && told.ends_with(end), "{told} for {expected}");
    }
    let texts: Vec<_> = texts(&events).into_values().collect();
    assert!(texts.contains(&"291940".to_owned()) && texts.contains(&"I try it.".to_owned()));
}

#[tokio::test]
async fn attempts_of_a_strategy_are_numbered() {
    let model = model(&["bad", "worse", "good"]);
    let mut best = BestOfN::new(Inner::default(), 3, |_: &_, out: &String| out == "good");
    best.set_lm(&model.lm());
    let (events, out) = collected(best.stream("?")).await;
    assert_eq!(out.unwrap().output(), "good");
    let mut told_in: BTreeMap<u32, String> = BTreeMap::new();
    let mut calls = BTreeSet::new();
    for event in &events {
        if let Event::FieldDelta { attempts, delta, call, path, .. } = event {
            assert_eq!((attempts.len(), path.as_str()), (1, "module.ask"));
            told_in.entry(attempts[0]).or_default().push_str(delta);
            calls.insert(*call);
        }
    }
    let expected = [(0, "bad"), (1, "worse"), (2, "good")];
    assert_eq!(told_in, BTreeMap::from(expected.map(|(index, text)| (index, text.to_owned()))));
    assert_eq!(calls.len(), 3);
    let told = told(&events);
    assert_eq!(told.first().unwrap(), "BestOfN at self");
    assert_eq!(told.last().unwrap(), "self ended true");
    assert_eq!(told.iter().filter(|line| *line == "Inner at module").count(), 3);
}

#[tokio::test]
async fn what_an_earlier_run_paid_for_is_told_too() {
    let model = model(&["a river"]);
    let ask = Predict::<Qa>::new().with_lm(model.lm());
    let first = ask.call("Nile?").record().await.unwrap();
    let run = Run::with(RunOptions::default().with_memo(first.trace()));
    let (events, out) = collected(ask.call("Nile?").run(&run).stream()).await;
    assert_eq!((out.unwrap().answer.as_str(), model.calls()), ("a river", 1));
    assert_eq!(texts(&events).into_values().collect::<Vec<_>>(), ["a river"]);
}

#[tokio::test]
async fn a_program_that_fails_ends_its_stream_with_the_error() {
    let mut outer = Outer { parts: vec![Inner::default(); 2], ..Outer::default() };
    let short = Scripted::texts([answer("one")]).with_pieces(2);
    outer.set_lm(&short.lm());
    let (events, out) = collected(outer.stream("now")).await;
    let error = out.unwrap_err();
    assert!(error.as_lm().is_some(), "{error}");
    let told = told(&events);
    assert_eq!(told.last().unwrap(), "self ended false");
    assert!(told.contains(&"asked parts[1].ask false".to_owned()), "{told:?}");
    assert_eq!(texts(&events).into_values().collect::<Vec<_>>(), ["one"]);
}
