//! What is asked and answered is in spans only where somebody said so.

use dspy::prelude::*;

use super::listener::Listener;
use super::scene::{SECRET, model, support};

#[tokio::test]
async fn content_is_left_out() {
    let listener = Listener::new();
    support(&model().lm()).call(format!("cups {SECRET}?")).await.unwrap();
    let text = listener.spans().text();
    assert!(!text.contains(SECRET), "{text}");
    assert!(!text.contains("Answer the question"), "{text}");
}

#[tokio::test]
async fn content_is_there_where_it_is_asked_for() {
    let listener = Listener::new();
    let lm = model().lm().with_traced_content(true);
    support(&lm).call(format!("cups {SECRET}?")).await.unwrap();
    let spans = listener.spans();
    for (span, name, value) in [
        ("invoke_workflow Support", "dspy.inputs", r#"{"question":"cups swordfish?"}"#),
        ("invoke_workflow Support", "dspy.outputs", r#""Paris swordfish""#),
        ("execute_tool lookup", "gen_ai.tool.call.arguments", r#"{"input":"swordfish"}"#),
        ("execute_tool lookup", "gen_ai.tool.call.result", r#""found swordfish""#),
        ("predict check.judge", "dspy.inputs", r#"{"question":"Paris swordfish"}"#),
        ("predict check.judge", "dspy.outputs", r#"{"answer":"Paris swordfish"}"#),
    ] {
        assert_eq!(spans.named(span).get(name), value, "{span} {name}");
    }
    let messages = spans.named("chat gpt-test").get("gen_ai.input.messages");
    assert!(messages.contains("Answer the question"), "{messages}");
}
