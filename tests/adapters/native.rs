//! What a completion holds beside its text reaches the prediction.

use dspy::adapter::{DynAdapter, TwoStepAdapter};
use dspy::lm::{Completion, Part, Response, ToolCall};
use dspy::prelude::*;
use serde_json::json;

use super::scripted::Scripted;
use super::{Echo, all, map, written};

/// Look it up if you must.
#[derive(Signature, Clone)]
struct Ask {
    #[input]
    question: String,
    #[output]
    answer: Option<String>,
}

fn call() -> ToolCall {
    ToolCall::new("call-1", "look_up", json!({"word": "tree"}))
}

fn model(text: Option<String>) -> Scripted {
    Scripted::new(move |_, _| {
        let mut completion = Completion::default();
        completion.parts.push(Part::Reasoning { text: "I had better look.".into(), opaque: None });
        completion.parts.extend(text.as_deref().map(Part::text));
        completion.parts.push(Part::ToolCall(call()));
        let mut response = Response::default();
        response.completions.push(completion);
        Ok(response)
    })
}

#[tokio::test]
async fn tool_calls_and_reasoning_are_carried_along() {
    for (name, adapter) in all() {
        let text = written(&adapter, &Echo::schema(), map(json!({"copy": "x"})));
        let model = model(Some(text));
        let echo = Predict::<Echo>::new().with_lm(model.lm()).with_adapter(adapter);
        let out = echo.call("x").await.unwrap();
        assert_eq!(out.copy, "x", "{name}");
        assert_eq!(out.tool_calls(), [call()], "{name}");
        assert_eq!(out.reasoning(), Some("I had better look."), "{name}");
    }
}

#[tokio::test]
async fn a_completion_of_tool_calls_alone_leaves_optional_outputs_out() {
    let reader = Scripted::text("nobody asks");
    let mut adapters = all();
    adapters.push(("two_step", DynAdapter::new(TwoStepAdapter::new(reader.lm()))));
    for (name, adapter) in adapters {
        let model = model(None);
        let ask = Predict::<Ask>::new().with_lm(model.lm()).with_adapter(adapter);
        let out = ask.call("What is a tree?").await.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((out.answer.as_deref(), out.tool_calls()), (None, &[call()][..]), "{name}");
    }
    assert_eq!(reader.calls(), 0);
    let required = Predict::<Echo>::new().with_lm(model(None).lm()).with_follow_ups(0);
    let error = required.call("x").await.unwrap_err().to_string();
    assert!(error.contains("lacks the output field `copy`"), "{error}");
}
