//! Where a chain of thought takes its reasoning from, and what it is called.

use dspy::lm::{Capabilities, Completion, Part, Request, Response, Scripted, Settings};
use dspy::predict::ReasoningSource;
use dspy::prelude::*;
use dspy::run::{Event, Run, RunOptions};
use dspy::{Field, Predictor, SignatureSchema};

use super::model::{outputs, sections, steady};
use super::{Qa, QaInput};

/// Thinks, where it may, and then answers what it is asked.
fn thinker(capable: bool, shows: bool) -> Scripted {
    let mut capabilities = Capabilities::default();
    capabilities.reasoning = capable;
    let model = Scripted::with(move |request: &Request, _| {
        let fields: Vec<_> = outputs(request).into_iter().map(|name| (name, "x")).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let mut completion = Completion::text(sections(&fields));
        if shows && request.settings.reasoning_effort.is_some() {
            completion
                .parts
                .insert(0, Part::Reasoning { text: "I thought hard.".into(), opaque: None });
        }
        let mut response = Response::default();
        response.completions.push(completion);
        response
    });
    model.with_capabilities(capabilities)
}

fn effort(word: &str) -> Settings {
    let mut settings = Settings::default();
    settings.reasoning_effort = Some(word.to_owned());
    settings
}

async fn reasoning_of(program: &ChainOfThought<Qa>, model: &Scripted) -> (String, Vec<String>) {
    let out = program.call("Which?").lm(&model.lm()).await.unwrap();
    (out.reasoning.clone(), outputs(model.requests().last().unwrap()))
}

#[tokio::test]
async fn a_model_set_to_reason_need_not_be_asked() {
    let think = ChainOfThought::<Qa>::new();
    let able = thinker(true, true);
    let asked = ("x".to_owned(), vec!["reasoning".to_owned(), "answer".to_owned()]);
    let native = ("I thought hard.".to_owned(), vec!["answer".to_owned()]);

    // Able, but not set to.
    assert_eq!(reasoning_of(&think, &able).await, asked);
    let set = think.clone().with_settings(&effort("high"));
    assert_eq!(reasoning_of(&set, &able).await, native);
    assert_eq!(able.requests()[1].settings.reasoning_effort.as_deref(), Some("high"));
    let off = think.clone().with_settings(&effort("none"));
    assert_eq!(reasoning_of(&off, &able).await.1, asked.1);

    // Wanted: set to `low` where nothing is set, asked where the model is not able.
    let wanted = think.clone().with_reasoning(ReasoningSource::Native);
    assert_eq!(reasoning_of(&wanted, &able).await, native);
    let sent = able.requests().last().unwrap().settings.reasoning_effort.clone();
    assert_eq!(sent.as_deref(), Some("low"));
    assert_eq!(reasoning_of(&wanted, &thinker(false, false)).await, asked);

    // Never.
    let field = set.with_reasoning(ReasoningSource::Field);
    assert_eq!(reasoning_of(&field, &able).await.1, asked.1);
}

#[tokio::test]
async fn hidden_thoughts_are_an_empty_text_and_a_warning() {
    let model = thinker(true, false);
    let think = ChainOfThought::<Qa>::new().with_reasoning(ReasoningSource::Native);
    let out = think.call("Which?").lm(&model.lm()).await.unwrap();
    assert_eq!(out.reasoning, "");
    assert!(out.warnings()[0].contains("shows no reasoning"), "{:?}", out.warnings());
}

#[tokio::test]
async fn thoughts_are_recorded_streamed_and_kept_apart_from_demonstrations() {
    let model = thinker(true, true);
    let row = Qa { question: "Who?".into(), answer: "Ada".into() };
    let think = ChainOfThought::<Qa>::new()
        .with_demos([row])
        .with_reasoning(ReasoningSource::Native)
        .with_lm(model.lm());
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(RunOptions::default().recording().with_events(sender));
    think.call("Which?").run(&run).await.unwrap();
    let trace = run.trace();
    let given = trace.calls()[0].outputs.as_ref().unwrap();
    assert_eq!(given.keys().collect::<Vec<_>>(), ["reasoning", "answer"]);
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::FieldDelta { field, .. } = event {
            told.push(field);
        }
    }
    assert_eq!(told.first().map(String::as_str), Some("reasoning"));
    assert!(told.iter().any(|field| field == "answer"));
    let request = &model.requests()[0];
    assert!(request.messages.iter().all(|message| !message.text().contains("reasoning")));
}

#[tokio::test]
async fn the_rationale_has_any_name() {
    let doubts = Field::of::<String>("doubts").with_desc("What speaks against it.");
    let think = ChainOfThought::<Qa>::with_rationale(doubts.clone());
    let model = steady();
    let out = think.call("Which?").lm(&model.lm()).await.unwrap();
    assert_eq!(out.reasoning, "some doubts");
    assert_eq!(outputs(&model.requests()[0]), ["doubts", "answer"]);
    let system = model.requests()[0].messages[0].text();
    assert!(system.contains("`doubts` (text): What speaks against it."), "{system}");
    let native = thinker(true, true);
    let native_think = think.with_reasoning(ReasoningSource::Native);
    assert_eq!(reasoning_of(&native_think, &native).await.0, "I thought hard.");

    let schema = SignatureSchema::parse("question -> answer").unwrap();
    let dynamic = Predictor::chain_of_thought_with(schema, doubts).unwrap();
    let out = dynamic.call([("question", "Which?")]).lm(&model.lm()).await.unwrap();
    assert_eq!(out["doubts"], "some doubts");
}

/// A task that reasons by itself.
#[derive(Signature)]
struct Own {
    #[input]
    question: String,
    #[output]
    reasoning: String,
}

#[tokio::test]
async fn names_that_are_taken_and_types_that_are_no_text_are_errors() {
    let model = steady();
    let think = ChainOfThought::<Own>::new().with_lm(model.lm());
    let error = think.call("Which?").await.unwrap_err().to_string();
    assert!(error.contains("a field `reasoning` of its own"), "{error}");
    let think = ChainOfThought::<Own>::with_rationale(Field::of::<String>("thoughts"));
    let error = think.call("Which?").lm(&model.lm()).await.unwrap_err().to_string();
    assert!(error.contains("an output `reasoning` of its own"), "{error}");
    let number = ChainOfThought::<Qa>::with_rationale(Field::of::<u8>("doubts"));
    let error = number.call(QaInput { question: "?".into() }).lm(&model.lm()).await.unwrap_err();
    assert!(error.to_string().contains("must be text"), "{error}");
}

#[test]
fn files_with_the_predictor_one_level_deeper_are_read() {
    let file = serde_json::json!({"predict": {
        "traces": [], "train": [], "demos": [],
        "signature": {"instructions": "Think.", "fields": [
            {"prefix": "Question:", "description": "${question}"},
            {"prefix": "Reasoning:", "description": "${reasoning}"},
            {"prefix": "Answer:", "description": "${answer}"},
        ]},
        "lm": null,
    }});
    let mut think = ChainOfThought::<Qa>::new();
    let options = dspy::module::LoadOptions::default();
    dspy::module::load_value(&mut think, &file, "file", options).unwrap();
    assert_eq!(think.instructions(), "Think.");
}
