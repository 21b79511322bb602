//! `#[check(…)]` and `#[assert(…)]`: rules judged after an answer was read.

use dspy::adapter::AnswerErrorKind;
use dspy::lm::{Completion, Response};
use dspy::prelude::*;
use dspy::run::{Event, Run, RunOptions};
use dspy::signature::{BrokenRule, Severity};

use super::support::{Scripted, sections};

const LIMIT: usize = 10;

/// Answer in a few words.
#[derive(Signature)]
#[check(answer != topic, "`{answer}` only repeats the topic")]
#[assert(
    !(answer.is_empty() && confidence > 0.5),
    "an empty answer cannot be {confidence:.1} sure",
)]
struct Qa {
    #[input]
    question: String,
    #[assert(answer.len() < LIMIT, "keep it under {LIMIT} characters, not {}", answer.len())]
    #[output]
    answer: String,
    #[output]
    topic: String,
    #[output(default = 1.0)]
    #[check((0.0..=1.0).contains(&confidence), "{confidence} is no share of {whole}", whole = 1)]
    confidence: f64,
}

fn qa(answer: &str, topic: &str, confidence: &str) -> String {
    sections(&[("answer", answer), ("topic", topic), ("confidence", confidence)])
}

fn messages(broken: &[BrokenRule]) -> Vec<&str> {
    broken.iter().map(|rule| rule.message.as_str()).collect()
}

#[test]
fn a_signature_says_which_rules_an_output_breaks() {
    let output = |answer: &str, confidence| QaOutput {
        answer: answer.into(),
        topic: "bees".into(),
        confidence,
    };
    assert_eq!(Qa::broken_rules(&output("honey", 0.5)), []);
    let broken = Qa::broken_rules(&output("", 2.0));
    assert_eq!(
        messages(&broken),
        ["an empty answer cannot be 2.0 sure", "2 is no share of 1"],
        "in the order of the source, the struct's first"
    );
    assert_eq!(broken[0].severity, Severity::Assert);
    assert_eq!(broken[0].rule, "!(answer.is_empty() && confidence > 0.5)");
    assert_eq!(broken[1].severity, Severity::Check);
    assert_eq!(broken[1].rule, "(0.0..=1.0).contains(&confidence)");
    let broken = Qa::broken_rules(&output("a great many bees", 0.0));
    assert_eq!(messages(&broken), ["keep it under 10 characters, not 17"]);
    assert_eq!(
        broken[0].to_string(),
        "keep it under 10 characters, not 17 (`answer.len() < LIMIT`)"
    );
    let no_rules = PlainOutput { out: String::new() };
    assert_eq!(Plain::broken_rules(&no_rules), []);
}

#[derive(Signature)]
struct Plain {
    #[input]
    text: String,
    #[output]
    out: String,
}

#[tokio::test]
async fn a_broken_assert_is_an_error_with_the_answer_and_costs_no_follow_up() {
    let model = Scripted::text(&qa("far too many words", "bees", "0.5"));
    let predict =
        Predict::<Qa>::new().with_lm(model.lm()).with_follow_ups(3).with_assertion_retries(0);
    let error = predict.call("Why?").await.unwrap_err();
    let answer = error.as_answer().unwrap();
    let AnswerErrorKind::Asserted { broken } = &answer.kind else { panic!("{answer}") };
    assert_eq!(messages(broken), ["keep it under 10 characters, not 18"]);
    assert_eq!(answer.partial["answer"], "far too many words");
    assert_eq!(answer.partial["confidence"], 0.5);
    assert!(answer.raw.contains("[[ ## topic ## ]]\nbees"));
    assert_eq!(model.calls(), 1);
    let text = error.to_string();
    assert!(
        text.starts_with(
            "predictor `self`: the outputs break an assertion: keep it under 10 characters, not 18 \
             (`answer.len() < LIMIT`)"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn an_answer_that_was_mended_is_judged_as_well() {
    let model = Scripted::texts(&["no sections", &qa("far too many words", "bees", "1")]);
    let predict = Predict::<Qa>::new().with_lm(model.lm()).with_assertion_retries(1);
    let error = predict.call("Why?").await.unwrap_err();
    assert!(matches!(error.as_answer().unwrap().kind, AnswerErrorKind::Asserted { .. }));
    assert_eq!(model.calls(), 3);
}

#[tokio::test]
async fn a_broken_check_is_recorded_and_warned_of() {
    let model = Scripted::text(&qa("bees", "bees", "1.5"));
    let predict = Predict::<Qa>::new().with_lm(model.lm()).with_assertion_retries(0);
    let prediction = predict.call("What?").await.unwrap();
    assert_eq!(prediction.answer, "bees");
    assert_eq!(
        messages(prediction.broken_checks()),
        ["`bees` only repeats the topic", "1.5 is no share of 1"]
    );
    assert_eq!(
        prediction.warnings(),
        [
            "broken check: `bees` only repeats the topic (`answer != topic`)",
            "broken check: 1.5 is no share of 1 (`(0.0..=1.0).contains(&confidence)`)",
        ]
    );
    let fine = Scripted::text(&qa("wax", "bees", "1"));
    let prediction = predict.call("What?").lm(&fine.lm()).await.unwrap();
    assert_eq!((prediction.broken_checks(), prediction.warnings()), ([].as_slice(), [].as_slice()));
}

#[derive(Clone, Default)]
struct Twice {
    first: Predict<Qa>,
    second: ChainOfThought<Qa>,
}

#[module]
impl Twice {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let first = self.first.call(question).await?;
        let second = self.second.call(first.answer.as_str()).await?;
        Ok(second.answer.clone())
    }
}

#[tokio::test]
async fn broken_checks_reach_the_whole_programs_prediction() {
    let reasoned = format!("[[ ## reasoning ## ]]\nHm.\n\n{}", qa("wax", "wax", "1"));
    let model = Scripted::texts(&[&qa("bees", "bees", "1"), &reasoned]);
    let mut program = Twice::default();
    program.set_lm(&model.lm());
    let prediction = program.call("What?").assertion_retries(0).await.unwrap();
    assert_eq!(
        messages(prediction.broken_checks()),
        ["`bees` only repeats the topic", "`wax` only repeats the topic"]
    );
    assert_eq!(
        prediction.warnings(),
        [
            "`first`: broken check: `bees` only repeats the topic (`answer != topic`)",
            "`second`: broken check: `wax` only repeats the topic (`answer != topic`)",
        ]
    );
}

#[tokio::test]
async fn a_chain_of_thought_keeps_the_signatures_rules() {
    let text = format!("[[ ## reasoning ## ]]\nHm.\n\n{}", qa("far too many words", "x", "1"));
    let model = Scripted::text(&text);
    let think = ChainOfThought::<Qa>::new().with_lm(model.lm());
    let error = think.call("Why?").await.unwrap_err();
    let answer = error.as_answer().unwrap();
    assert!(matches!(&answer.kind, AnswerErrorKind::Asserted { broken } if broken.len() == 1));
    assert_eq!(answer.partial["reasoning"], "Hm.");
}

fn several(texts: Vec<String>) -> Scripted {
    Scripted::new(move |_, _| {
        let mut response = Response::text("");
        response.completions = texts.iter().map(|text| Completion::text(text.as_str())).collect();
        Ok(response)
    })
}

#[tokio::test]
async fn of_several_completions_those_that_break_an_assert_are_dropped() {
    let long = qa("far too many words", "bees", "1");
    let model = several(vec![long.clone(), qa("wax", "wax", "1"), qa("air", "air", "0")]);
    let predict = Predict::<Qa>::new().with_lm(model.lm()).with_assertion_retries(0);
    let prediction = predict.call("What?").await.unwrap();
    assert_eq!(prediction.answer, "wax");
    assert_eq!(prediction.others().len(), 1);
    assert_eq!(messages(prediction.broken_checks()), ["`wax` only repeats the topic"]);
    assert_eq!(
        prediction.warnings(),
        [
            "broken check: `wax` only repeats the topic (`answer != topic`)",
            "broken check in another completion: `air` only repeats the topic (`answer != topic`)",
            "dropped a completion: the outputs break an assertion: keep it under 10 characters, \
             not 18 (`answer.len() < LIMIT`)",
        ]
    );
    let model = several(vec![long.clone(), long]);
    let error = predict.call("What?").lm(&model.lm()).await.unwrap_err();
    assert!(matches!(error.as_answer().unwrap().kind, AnswerErrorKind::Asserted { .. }));
    assert_eq!(model.calls(), 1);
}

#[tokio::test]
async fn rules_hold_where_answers_are_streamed_or_were_paid_before() {
    let model = Scripted::text(&qa("far too many words", "bees", "1"));
    let predict = Predict::<Qa>::new().with_lm(model.lm()).with_assertion_retries(0);
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(RunOptions::default().recording().with_events(sender));
    let error = predict.call("Why?").run(&run).await.unwrap_err();
    assert!(matches!(error.as_answer().unwrap().kind, AnswerErrorKind::Asserted { .. }));
    let ended = std::iter::from_fn(|| events.try_recv().ok()).last();
    assert!(matches!(ended, Some(Event::CallEnded { ok: false, .. })), "{ended:?}");
    let trace = run.trace();
    assert!(trace.calls()[0].outputs.as_ref().unwrap_err().contains("keep it under 10"));

    let replay = Run::with(RunOptions::default().with_memo(run.trace()));
    let error = predict.call("Why?").run(&replay).await.unwrap_err();
    assert!(matches!(error.as_answer().unwrap().kind, AnswerErrorKind::Asserted { .. }));
    assert_eq!(model.calls(), 1);
}

/// Rules over all sorts of outputs, in a crate that minds every lint.
#[deny(warnings, clippy::pedantic, clippy::nursery)]
mod strict {
    use std::collections::BTreeMap;

    use dspy::prelude::*;

    /// A task.
    #[derive(Signature)]
    #[assert(output != holds, "{output} is {holds}")]
    #[check(r#type.into_bytes().len() < 9, "{} is long", r#type)]
    #[check((count == 3), "{count:>3}")]
    #[check({ let doubled = count * 2; doubled > 2 }, "{}", { count })]
    #[check(matches!(maybe, Some(text) if !text.is_empty()) == true, "maybe: {maybe:?}")]
    #[assert(values.iter().all(|value| *value != first), "{values:?}")]
    #[check(map.into_values().sum::<u32>() < 3, "too much",)]
    pub(super) struct Strict<T: Data + std::fmt::Debug + PartialEq> {
        /// A text.
        #[input]
        pub(super) text: String,
        /// Named as something in generated code might be.
        #[output]
        pub(super) output: u8,
        /// The same.
        #[output]
        pub(super) holds: u8,
        /// A raw name.
        #[output]
        pub(super) r#type: String,
        /// A count.
        #[output]
        pub(super) count: i32,
        /// Perhaps.
        #[output]
        pub(super) maybe: Option<String>,
        /// Of any type.
        #[output]
        pub(super) values: Vec<T>,
        /// The first.
        #[output]
        pub(super) first: T,
        /// By name.
        #[output]
        pub(super) map: BTreeMap<String, u32>,
    }
}

macro_rules! judged {
    ($name:ident: $rule:expr, $message:literal) => {
        #[derive(Signature)]
        #[check($rule, $message)]
        struct $name {
            #[input]
            text: String,
            #[output]
            answer: String,
        }
    };
}

judged!(Judged: true && 1 > 2, "never");

#[derive(Signature)]
#[check(
    answer
        .lines()
        .all(|line| line.starts_with("the beginning of a line with  two spaces")
            || line.is_empty()),
    "lines"
)]
struct Long {
    #[input]
    text: String,
    #[output]
    answer: String,
}

#[test]
fn the_text_of_a_rule_is_on_one_line_and_may_come_from_a_macro() {
    let broken = Judged::broken_rules(&JudgedOutput { answer: "x".into() });
    assert_eq!(broken[0].rule, "true && 1 > 2");
    let broken = Long::broken_rules(&LongOutput { answer: "x".into() });
    assert_eq!(
        broken[0].rule,
        "answer.lines().all(|line| line.starts_with(\"the beginning of a line with  two spaces\") \
         || line.is_empty())"
    );
}

#[test]
fn rules_see_the_outputs_by_value_and_nothing_else() {
    let output = strict::StrictOutput {
        output: 1,
        holds: 1,
        r#type: "a long text".into(),
        count: 1,
        maybe: Some(String::new()),
        values: vec![1.5, 2.5],
        first: 2.5,
        map: [("a".to_owned(), 2), ("b".to_owned(), 1)].into(),
    };
    let broken = strict::Strict::<f64>::broken_rules(&output);
    assert_eq!(
        messages(&broken),
        [
            "1 is 1",
            "a long text is long",
            "  1",
            "1",
            "maybe: Some(\"\")",
            "[1.5, 2.5]",
            "too much"
        ]
    );
}
