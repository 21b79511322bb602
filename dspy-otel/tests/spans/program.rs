//! A program with a search, an agent with a tool, and a module in it.

use dspy::lm::LmError;
use dspy::prelude::*;

use super::listener::Listener;
use super::scene::{Qa, model, support};

#[tokio::test]
async fn every_part_stands_in_the_one_that_called_it() {
    let listener = Listener::new();
    support(&model().lm()).call("cups?").await.unwrap();
    let spans = listener.spans();
    assert_eq!(
        spans.tree(),
        "\
invoke_workflow Support
  retrieve
  invoke_agent ReAct
    predict agent.react
      chat gpt-test
    execute_tool lookup
    predict agent.react
      chat gpt-test
    predict agent.extract.predict
      chat gpt-test
  module check
    predict check.judge
      chat gpt-test
"
    );
    for (span, name, value) in [
        ("invoke_workflow Support", "gen_ai.operation.name", "invoke_workflow"),
        ("invoke_workflow Support", "gen_ai.workflow.name", "Support"),
        ("invoke_workflow Support", "dspy.calls", "4"),
        ("invoke_workflow Support", "dspy.path", "self"),
        ("retrieve", "gen_ai.operation.name", "retrieval"),
        ("retrieve", "gen_ai.data_source.id", "bm25"),
        ("retrieve", "path", "search"),
        ("retrieve", "found", "1"),
        ("invoke_agent ReAct", "gen_ai.operation.name", "invoke_agent"),
        ("invoke_agent ReAct", "gen_ai.agent.name", "ReAct"),
        ("invoke_agent ReAct", "dspy.path", "agent"),
        ("execute_tool lookup", "gen_ai.operation.name", "execute_tool"),
        ("execute_tool lookup", "gen_ai.tool.name", "lookup"),
        ("execute_tool lookup", "gen_ai.tool.type", "function"),
        ("module check", "gen_ai.operation.name", ""),
        ("module check", "dspy.module", "Check"),
        ("predict check.judge", "dspy.path", "check.judge"),
        ("predict check.judge", "dspy.calls", "1"),
        ("chat gpt-test", "gen_ai.operation.name", "chat"),
        ("chat gpt-test", "gen_ai.provider.name", "openai"),
        ("chat gpt-test", "gen_ai.request.model", "gpt-test"),
    ] {
        assert_eq!(spans.named(span).get(name), value, "{span} {name}");
    }
    let chat = spans.named("chat gpt-test");
    assert!(chat.is_integer("gen_ai.usage.input_tokens"), "a number, not a text of one");
    assert!(!chat.has_failed());
}

#[tokio::test]
async fn what_fails_says_so_all_the_way_up() {
    let listener = Listener::new();
    let down = dspy::lm::Scripted::with(|_, _| {
        Err::<String, _>(LmError::Timeout { host: "test".into(), after: Default::default() })
    });
    support(&down.lm()).call("cups?").await.unwrap_err();
    let spans = listener.spans();
    for span in ["chat scripted", "predict agent.react", "invoke_agent ReAct"] {
        assert!(spans.named(span).has_failed(), "{span}");
        assert_eq!(spans.named(span).get("error.type"), "timeout", "{span}");
    }
    assert_eq!(spans.named("invoke_workflow Support").get("error.type"), "timeout");
}

#[tokio::test]
async fn a_tool_that_fails_costs_its_own_span_alone() {
    let listener = Listener::new();
    let tool = Tool::new("broken", "Fails.", |(): ()| async move { Err::<(), _>("no network") });
    tool.call(serde_json::json!({})).await.unwrap_err();
    let spans = listener.spans();
    assert_eq!(spans.tree(), "execute_tool broken\n");
    assert_eq!(spans.named("execute_tool broken").get("error.type"), "failed");
}

#[tokio::test]
async fn a_predictor_alone_is_the_whole_program() {
    let listener = Listener::new();
    Predict::<Qa>::new().with_lm(model().lm()).call("cups?").await.unwrap();
    assert_eq!(listener.spans().tree(), "predict self\n  chat gpt-test\n");
}

#[tokio::test]
async fn strategies_hold_their_attempts() {
    let listener = Listener::new();
    let check = support(&model().lm()).check;
    let best = dspy::BestOfN::new(check, 2, |_: &_, _: &String| 0.5);
    best.call("cups?").await.unwrap();
    let attempt = "  module module\n    predict module.judge\n      chat gpt-test\n";
    assert_eq!(listener.spans().tree(), format!("invoke_workflow BestOfN\n{attempt}{attempt}"));
}
