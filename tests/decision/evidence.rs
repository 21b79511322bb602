//! Where probabilities come from: the answer's words, or the log-probabilities of its tokens.

use dspy::YesNo;
use dspy::adapter::{ChatAdapter, JsonAdapter, XmlAdapter};
use dspy::form::Choice;
use dspy::lm::{Capabilities, Completion, Response, Scripted, TokenLogprob};
use dspy::module::set_adapter;
use dspy::prelude::*;

#[data]
#[derive(Copy, PartialEq)]
enum Kind {
    Bug,
    Question,
}

#[derive(Signature)]
struct Ask {
    #[input]
    mail: String,
    #[output]
    urgent: YesNo,
}

#[derive(Signature)]
struct Sort {
    #[input]
    mail: String,
    #[output]
    kind: Choice<Kind>,
}

async fn read(text: &str) -> Result<YesNo, String> {
    let model = Scripted::with({
        let text = format!("[[ ## urgent ## ]]\n{text}");
        move |_, _| text.clone()
    });
    let ask = Predict::<Ask>::new().with_lm(model.lm());
    ask.call("x").await.map(|out| out.urgent).map_err(|error| error.to_string())
}

#[tokio::test]
async fn stated_probabilities_are_read_as_models_write_them() {
    for (text, probability) in [
        ("Yes (0.8)", 0.8),
        ("yes (80%)", 0.8),
        ("**No** (0.15)", 0.15),
        ("True, .9", 0.9),
        ("0.3", 0.3),
        ("No, the probability of yes is 5 %.", 0.05),
        ("Yes (1)", 1.0),
    ] {
        let read = read(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!((read.probability() - probability).abs() < 1e-9, "{text}: {read:?}");
    }
    for (text, words) in [
        ("Yes", "the probability of Yes is missing"),
        ("Perhaps", "expected Yes or No"),
        ("Yes (1.7)", "`1.7` is no probability"),
        ("Yes (-0.2)", "`0.2` is no probability"),
    ] {
        let error = read(text).await.unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[tokio::test]
async fn a_missing_probability_is_asked_for() {
    let model = Scripted::texts(["[[ ## urgent ## ]]\nYes", "[[ ## urgent ## ]]\nYes (0.6)"]);
    let out = Predict::<Ask>::new().with_lm(model.lm()).call("x").await.unwrap();
    assert_eq!(out.urgent.probability(), 0.6);
    assert!(model.requests()[1].messages.last().unwrap().text().contains("Yes (0.8)"));
}

fn token(text: &str, probability: f64) -> TokenLogprob {
    TokenLogprob::new(text, probability.ln())
}

/// A completion of these tokens.
fn of_tokens(tokens: Vec<TokenLogprob>) -> Response {
    let text: String = tokens.iter().map(|token| token.token.as_str()).collect();
    let mut completion = Completion::text(text);
    completion.logprobs = Some(tokens);
    let mut response = Response::default();
    response.completions.push(completion);
    response
}

fn with_top(mut token: TokenLogprob, top: &[(&str, f64)]) -> TokenLogprob {
    token.top = top.iter().map(|(text, p)| ((*text).to_owned(), p.ln())).collect();
    token
}

#[tokio::test]
async fn log_probabilities_win_over_what_is_stated_in_every_adapter() {
    for adapter in ["chat", "json", "xml"] {
        let (before, after) = match adapter {
            "chat" => ("[[ ## urgent ## ]]\n", "\n"),
            "json" => ("{\"urgent\": \"", "\"}"),
            _ => ("<urgent>", "</urgent>"),
        };
        let decision = with_top(
            token("Yes", 0.6),
            &[("Yes", 0.6), ("No", 0.2), (" no", 0.1), ("Maybe", 0.05)],
        );
        let answer =
            of_tokens(vec![token(before, 1.0), decision, token(" (0.99)", 1.0), token(after, 1.0)]);
        let mut can = Capabilities::default();
        can.logprobs = true;
        let model = Scripted::new([answer]).with_capabilities(can);
        let mut ask = Predict::<Ask>::new().with_lm(model.lm());
        match adapter {
            "chat" => set_adapter(&mut ask, ChatAdapter),
            "json" => set_adapter(&mut ask, JsonAdapter::default()),
            _ => set_adapter(&mut ask, XmlAdapter),
        }
        let out = ask.call("x").await.unwrap();
        assert!((out.urgent.probability() - 0.6 / 0.9).abs() < 1e-9, "{adapter}: {:?}", out.urgent);
        assert!(model.requests()[0].settings.logprobs.is_some(), "{adapter}");
    }
}

#[tokio::test]
async fn a_choice_is_read_from_tokens_or_words() {
    let decision = with_top(token("Qu", 0.7), &[("Qu", 0.7), ("Bug", 0.3)]);
    let answer = of_tokens(vec![token("[[ ## kind ## ]]\n", 1.0), decision, token("estion", 1.0)]);
    let model = Scripted::new([answer]);
    let out = Predict::<Sort>::new().with_lm(model.lm()).call("x").await.unwrap();
    assert_eq!(*out.kind, Kind::Question);
    assert!((out.kind.probability_of("Bug").unwrap() - 0.3).abs() < 1e-9);
    let model = Scripted::texts(["[[ ## kind ## ]]\n{\"Bug\": 0.9, \"Question\": 0.3}"]);
    let out = Predict::<Sort>::new().with_lm(model.lm()).call("x").await.unwrap();
    assert_eq!(*out.kind, Kind::Bug);
    // They are shares of their sum.
    assert!((out.kind.probability_of("Bug").unwrap() - 0.75).abs() < 1e-9);
    let model = Scripted::with(|_, _| "[[ ## kind ## ]]\nBug");
    let error = Predict::<Sort>::new().with_lm(model.lm()).call("x").await.unwrap_err();
    assert!(error.to_string().contains("probabilities are missing"), "{error}");
}

#[test]
fn a_demonstration_shows_probabilities() {
    let rows = [Ask { mail: "fire".into(), urgent: YesNo::new(0.9).unwrap() }];
    let ask = Predict::<Ask>::new().with_demos(rows).with_lm(Lm::embedded());
    assert!(ask.explain("x").unwrap().contains("[[ ## urgent ## ]]\nYes (0.9)\n"));
}
