//! Which adapter speaks: by default, for a predictor, for a program, for one call; and one's own.

use std::sync::Arc;

use dspy::SignatureSchema;
use dspy::adapter::{
    Adapter, AdapterCall, Answer, AnswerBuilder, AnswerError, DynAdapter, JsonAdapter, Prelude,
    XmlAdapter, render_value,
};
use dspy::lm::{Completion, Message, Part, Request, Response, ToolCall};
use dspy::prelude::*;
use dspy::signature::Demo;
use serde_json::json;

use super::scripted::{Scripted, question, sections};
use super::{Echo, Ponder, read_completion};

#[derive(Clone, Default)]
struct Twice {
    first: Predict<Echo>,
    second: ChainOfThought<Echo>,
}

#[module]
impl Twice {
    async fn forward(&self, text: String) -> dspy::Result<String> {
        let once = self.first.call(text).await?.into_output().copy;
        Ok(self.second.call(once).await?.into_output().into_output().copy)
    }
}

/// Answers in any format, as it is asked.
fn polyglot() -> Scripted {
    Scripted::new(|request, _| {
        let asked = question(request);
        Ok(Response::text(if asked.contains("JSON object") {
            "{\"reasoning\": \"r\", \"copy\": \"json\"}".to_owned()
        } else if asked.contains("<copy>") {
            "<reasoning>r</reasoning><copy>xml</copy>".to_owned()
        } else {
            sections(&[("reasoning", "r"), ("copy", "chat")])
        }))
    })
}

#[tokio::test]
async fn the_nearest_choice_counts() {
    let model = polyglot();
    let mut program = Twice::default();
    program.set_lm(&model.lm());
    assert_eq!(*program.call("x").await.unwrap(), "chat");
    program.second = program.second.with_adapter(XmlAdapter);
    assert_eq!(*program.call("x").await.unwrap(), "xml");
    assert!(question(&model.requests()[2]).contains("[["));
    assert_eq!(*program.call("x").adapter(JsonAdapter::new()).await.unwrap(), "json");
    assert!(question(&model.requests()[4]).contains("JSON object"));
    assert_eq!(*program.call("x").await.unwrap(), "xml", "one call changes no other");
    dspy::module::set_adapter(&mut program, JsonAdapter::new());
    assert_eq!(*program.call("x").await.unwrap(), "json");
    dspy::module::set_adapter(&mut program, DynAdapter::default());
    assert_eq!(*program.call("x").await.unwrap(), "chat");
}

/// `name=value` lines, with the number of the call's inputs put in by the prelude.
#[derive(Debug)]
struct Lines;

impl Adapter for Lines {
    fn prelude(&self, schema: &SignatureSchema, _: &[Demo]) -> Result<Prelude, String> {
        Ok(Prelude::new([Message::system(schema.instructions())]).with_own(schema.inputs().len()))
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        let count = call.prelude.own::<usize>().ok_or("no prelude of mine")?;
        let mut request = Request::default();
        request.messages.extend(call.prelude.messages.iter().cloned());
        let lines: Vec<String> = call
            .inputs
            .iter()
            .map(|(name, value)| format!("{name}={}", render_value(value)))
            .collect();
        request.messages.push(Arc::new(Message::user(format!("{count}: {}", lines.join("\n")))));
        Ok(request)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        let text = completion.joined_text();
        let mut answer = AnswerBuilder::new(call, completion);
        for field in call.schema.outputs() {
            let found =
                text.lines().find_map(|line| line.strip_prefix(&format!("{}=", field.name())));
            answer.text(field, found);
        }
        answer.finish()
    }
}

#[tokio::test]
async fn an_adapter_of_ones_own_needs_three_methods() {
    let model = Scripted::texts(&["reasoning=r", "reasoning=r\nanswer=yes"]);
    let ponder = Predict::<Ponder>::new().with_lm(model.lm()).with_adapter(Lines);
    let out = ponder.call("t").await.unwrap();
    assert_eq!(out.answer, "yes");
    assert_eq!(question(&model.requests()[0]), "1: text=t");
    let told = question(&model.requests()[1]);
    assert!(told.contains("lacks the output field `answer`"), "{told}");
}

#[tokio::test]
async fn tool_calls_and_reasoning_of_the_model_are_handed_on() {
    for (name, adapter) in super::all() {
        let text = super::written(&adapter, &Echo::schema(), super::map(json!({"copy": "c"})));
        let mut completion = Completion::text(text);
        let call = ToolCall::new("1", "look", json!({"x": 1}));
        completion.parts.insert(0, Part::Reasoning { text: "hm".into(), opaque: None });
        completion.parts.push(Part::ToolCall(call.clone()));
        let answer = read_completion(&adapter, &Echo::schema(), &completion).await.unwrap();
        assert_eq!(answer.tool_calls, [call], "{name}");
        assert_eq!(answer.reasoning.as_deref(), Some("hm"), "{name}");
    }
    // Tools alone are no answer, and no empty one either.
    let mut completion = Completion::default();
    completion.parts.push(Part::ToolCall(ToolCall::new("1", "look", json!({}))));
    let error =
        read_completion(&DynAdapter::default(), &Echo::schema(), &completion).await.unwrap_err();
    assert!(error.to_string().contains("`copy`"), "{error}");
    // A model that thinks on its own need not do it twice.
    let mut completion = Completion::text("[[ ## answer ## ]]\nyes");
    completion.parts.insert(0, Part::Reasoning { text: "hm".into(), opaque: None });
    let chat = DynAdapter::default();
    let answer = read_completion(&chat, &Ponder::schema(), &completion).await.unwrap();
    assert_eq!(answer.fields["reasoning"], "hm");
}
