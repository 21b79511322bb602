//! Limits end the steps with a reason; the answer is given all the same.

use std::time::Duration;

use dspy::lm::{Scripted, ScriptedAnswer};
use dspy::module::Module as _;
use dspy::predict::Finish;
use serde_json::json;

use super::scene::*;

/// A model that goes on for ever, and answers when it is asked to.
fn restless(tokens: u64) -> Scripted {
    Scripted::with(move |request, _| -> ScriptedAnswer {
        let text = request.messages.last().unwrap().text();
        if text.contains("[[ ## reasoning ## ]]") {
            return answer();
        }
        let mut response = calls(
            "[[ ## next_thought ## ]]\nMore.\n\n[[ ## next_tool_name ## ]]\nlookup\n\n\
             [[ ## next_tool_args ## ]]\n{\"key\": \"a\"}\n\n[[ ## completed ## ]]",
            [],
        );
        response.usage.prompt_tokens = tokens;
        response.into()
    })
}

#[tokio::test]
async fn iterations() {
    let model = restless(0);
    let out = agent(&model).call("Which city?").await.unwrap();
    assert_eq!(out.trajectory.finish, Finish::MaxIterations);
    assert_eq!((out.trajectory.steps.len(), model.calls()), (20, 21));
    assert_eq!(out.answer, "Paris");
    let model = restless(0);
    let out = agent(&model).max_iterations(0).call("Which city?").await.unwrap();
    assert_eq!((out.trajectory.steps.len(), model.calls()), (0, 1));
    assert!(last_message(&model, 0).contains("No steps yet."));
}

#[tokio::test]
async fn calls_of_models() {
    for most in [1, 2, 5] {
        let model = restless(0);
        let out = agent(&model).max_calls(most).call("Which city?").await.unwrap();
        assert_eq!(out.trajectory.finish, Finish::MaxCalls);
        assert_eq!(model.calls() as u64, most, "the answer is among them");
    }
}

#[tokio::test]
async fn tokens() {
    let model = restless(100);
    let out = agent(&model).max_tokens(250).call("Which city?").await.unwrap();
    assert_eq!(out.trajectory.finish, Finish::MaxTokens);
    assert_eq!(out.trajectory.steps.len(), 3);
    assert_eq!(out.usage().calls, 4);
}

#[tokio::test(start_paused = true)]
async fn time() {
    let model = restless(0).with_delay(Duration::from_secs(10));
    let out = agent(&model).max_time(Duration::from_secs(35)).call("Which city?").await.unwrap();
    assert_eq!(out.trajectory.finish, Finish::MaxTime);
    assert_eq!(out.trajectory.steps.len(), 3, "the fourth was given up");
    // A tool has no more time than the agent.
    let model = Scripted::new([step("nap", json!({})), answer()]);
    let nap = |(): ()| tokio::time::sleep(Duration::from_secs(600));
    let agent = dspy::ReAct::<Qa>::new([dspy::Tool::new("nap", "", nap)]).unwrap();
    let agent = agent.with_lm(&model.lm()).max_time(Duration::from_secs(5));
    let out = agent.call("Which city?").await.unwrap();
    assert_eq!(out.trajectory.finish, Finish::MaxTime);
    assert!(outcome(&out, 0).text().contains("gave no result within"), "{:?}", outcome(&out, 0));
}
