//! Whatever a tool or the model does wrong becomes part of the steps, and the agent goes on.

use dspy::lm::{FinishReason, Scripted, ScriptedAnswer};
use dspy::module::Module as _;
use dspy::predict::{Finish, Outcome};
use serde_json::{Value, json};

use super::scene::*;

/// Runs a faulty step, a step that ends it, and the answer; gives what the fault became, which the
/// model must have been shown.
async fn text_fault(fault: ScriptedAnswer) -> String {
    let model = Scripted::new([fault, finish(), answer()]);
    let out = agent(&model).call("Which city?").await.unwrap();
    model.check_exhausted().unwrap();
    assert_answered(&out);
    let step = &out.trajectory.steps[0];
    let seen = match (step.calls.as_slice(), &step.problem) {
        ([call], None) => {
            let Outcome::Error(error) = &call.outcome else { panic!("no fault: {step:?}") };
            error.clone()
        }
        ([], Some(problem)) => problem.clone(),
        _ => panic!("neither a failed call nor a problem: {step:?}"),
    };
    let first = seen.lines().next().unwrap();
    assert!(last_message(&model, 1).contains(first), "the next step does not see `{first}`");
    seen
}

#[tokio::test]
async fn a_tool_that_fails() {
    let seen = text_fault(step("fail", json!({}))).await;
    assert_eq!(seen, "the tool `fail` failed: no network");
}

#[tokio::test]
async fn a_tool_that_panics() {
    let seen = text_fault(step("panic", json!({}))).await;
    assert_eq!(seen, "the tool `panic` broke down: oh no");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_takes_too_long() {
    let seen = text_fault(step("slow", json!({}))).await;
    assert_eq!(seen, "the tool `slow` gave no result within 50ms");
}

#[tokio::test]
async fn a_tool_that_there_is_not() {
    let seen = text_fault(step("lokup", json!({"key": "a"}))).await;
    assert!(seen.contains("`next_tool_name`") && seen.contains("did you mean `lookup`"), "{seen}");
}

#[tokio::test]
async fn a_missing_argument() {
    let seen = text_fault(step("lookup", json!({"limit": 2}))).await;
    assert!(seen.contains("`key` is missing; it takes (key: text, limit:"), "{seen}");
}

#[tokio::test]
async fn an_argument_of_the_wrong_type() {
    let seen = text_fault(step("lookup", json!({"key": "a", "limit": "many"}))).await;
    assert!(seen.contains("`limit`: expected an integer between 0 and 9, found `many`"), "{seen}");
}

#[tokio::test]
async fn an_argument_out_of_bounds() {
    let seen = text_fault(step("lookup", json!({"key": "a", "limit": 10}))).await;
    assert!(seen.contains("`limit`: ") && seen.contains("9"), "{seen}");
}

#[tokio::test]
async fn an_argument_too_many() {
    let seen = text_fault(step("lookup", json!({"key": "a", "page": 2}))).await;
    assert!(seen.contains("there is no argument `page`"), "{seen}");
}

#[tokio::test]
async fn arguments_that_are_no_json() {
    let seen = text_fault(raw_step("lookup", "whatever you like")).await;
    assert!(seen.contains("`next_tool_args`"), "{seen}");
}

#[tokio::test]
async fn a_step_out_of_form() {
    let seen = text_fault("I would rather tell you a story about a city.".into()).await;
    assert!(seen.contains("lacks the output field"), "{seen}");
}

#[tokio::test]
async fn an_empty_answer() {
    let seen = text_fault("".into()).await;
    assert!(seen.contains("answer is empty"), "{seen}");
}

#[tokio::test]
async fn a_step_that_is_cut_off() {
    let mut cut = calls("[[ ## next_thought ## ]]\nOn and on", []);
    cut.completions[0].finish = FinishReason::Length;
    assert!(text_fault(cut.into()).await.contains("cut off"));
}

#[tokio::test]
async fn a_model_that_fails_in_between() {
    let seen = text_fault(broken(true).into()).await;
    assert_eq!(seen, "There was no answer.");
}

#[tokio::test]
async fn a_model_that_fails_for_good_ends_the_steps() {
    let model =
        Scripted::new([step("lookup", json!({"key": "a"})), broken(false).into(), answer()]);
    let out = agent(&model).call("Which city?").await.unwrap();
    let Finish::LmFailed { message } = &out.trajectory.finish else { panic!("{out:?}") };
    assert!(message.contains("the line is cut"), "{message}");
    assert_eq!((out.trajectory.steps.len(), out.answer.as_str()), (1, "Paris"));
    // Three failures in a row are no accident either.
    let failures = (0..3).map(|_| ScriptedAnswer::from(broken(true)));
    let model = Scripted::new(failures.chain([answer()]));
    let out = agent(&model).call("Which city?").await.unwrap();
    assert!(matches!(out.trajectory.finish, Finish::LmFailed { .. }));
    assert_eq!(out.trajectory.steps.len(), 2);
}

#[tokio::test]
async fn an_endless_observation_is_shortened() {
    let model = Scripted::new([step("flood", json!({})), finish(), answer()]);
    let out = agent(&model).max_observation(100).call("Which city?").await.unwrap();
    let seen = outcome(&out, 0).text();
    assert!(seen.starts_with("begin xx") && seen.ends_with("xx end"), "{seen}");
    assert!(seen.contains("(999910 characters are left out here)"), "{seen}");
    assert!(last_message(&model, 1).len() < 2_000);
}

#[tokio::test]
async fn steps_that_outgrow_the_context_window_are_forgotten_from_the_first() {
    for is_native in [false, true] {
        // Nothing beyond three observations fits.
        let model = Scripted::with(move |request, before| -> ScriptedAnswer {
            let seen: String = request
                .messages
                .iter()
                .flat_map(|message| &message.parts)
                .map(|part| format!("{part:?}"))
                .collect();
            let is_answer = seen.contains("## reasoning ##");
            if seen.matches("found").count() > 3 {
                too_long().into()
            } else if is_answer {
                answer()
            } else if before > 12 {
                if is_native { calls("Done.", []).into() } else { finish() }
            } else if is_native {
                calls("", [call("id", "lookup", json!({"key": before.to_string()}))]).into()
            } else {
                step("lookup", json!({"key": before.to_string()}))
            }
        });
        let out = agent(&model).native(is_native).call("Which city?").await.unwrap();
        assert_eq!(out.answer, "Paris");
        assert_eq!(out.trajectory.finish, Finish::Answered, "{is_native}");
        let steps = out.trajectory.steps.len();
        assert!(steps > 6, "it went on after it forgot: {steps}");
        assert!(out.trajectory.forgotten >= steps - 4, "{}", out.trajectory.forgotten);
        let warned = out.warnings().iter().any(|it| it.contains("no longer sees the oldest 1"));
        assert!(warned, "{:?}", out.warnings());
    }
}

#[tokio::test]
async fn a_task_that_never_fits_ends_with_that_reason() {
    let model = Scripted::new([ScriptedAnswer::from(too_long()), answer()]);
    let out = agent(&model).call("Which city?").await.unwrap();
    assert_eq!(out.trajectory.finish, Finish::ContextWindow);
}

#[tokio::test]
async fn native_calls_go_wrong_in_the_same_ways() {
    let faults: [(&str, Value, &str); 7] = [
        ("fail", json!({}), "the tool `fail` failed: no network"),
        ("panic", json!({}), "the tool `panic` broke down: oh no"),
        ("slow", json!({}), "the tool `slow` gave no result within 50ms"),
        ("lokup", json!({}), "there is no tool `lokup`, did you mean `lookup`?; there are: "),
        ("lookup", json!({"page": 1}), "there is no argument `page`; `key` is missing"),
        ("lookup", json!({"key": "a", "limit": "many"}), "`limit`: expected an integer"),
        ("lookup", json!("{\"key\": "), "the arguments of the tool `lookup` do not fit"),
    ];
    // All in one step, with one that works, and all with the same id.
    let wishes = faults.iter().map(|(name, args, _)| call("same", name, args.clone()));
    let wishes = wishes.chain([call("same", "lookup", json!({"key": "b"}))]);
    let model = native([calls("Try all.", wishes).into(), calls("Done.", []).into(), answer()]);
    let out = agent(&model).call("Which city?").await.unwrap();
    assert_answered(&out);
    let uses = &out.trajectory.steps[0].calls;
    for ((_, _, expected), used) in faults.iter().zip(uses) {
        assert!(used.outcome.is_error() && used.outcome.text().contains(expected), "{used:?}");
    }
    assert_eq!(uses[7].outcome, Outcome::Observation("found b None".to_owned()));

    let requests = model.requests();
    let [message] = tool_messages(&requests[1]).try_into().unwrap();
    let mut ids: Vec<String> = Vec::new();
    for part in &message.parts {
        let dspy::lm::Part::ToolResult(result) = part else { panic!("{part:?}") };
        assert_eq!(result.is_error, ids.len() < 7, "{result:?}");
        assert!(!ids.contains(&result.call_id), "two results for `{}`", result.call_id);
        ids.push(result.call_id.clone());
    }
    let said = &requests[1].messages[requests[1].messages.len() - 2];
    let asked = said.parts.iter().filter_map(|part| match part {
        dspy::lm::Part::ToolCall(call) => Some(call.id.clone()),
        _ => None,
    });
    assert_eq!(asked.collect::<Vec<_>>(), ids, "each result answers a call");
}

#[tokio::test]
async fn native_steps_that_cannot_be_used() {
    let mut filtered = calls("No.", []);
    filtered.completions[0].finish = FinishReason::ContentFilter;
    let mut cut = calls("On and on", []);
    cut.completions[0].finish = FinishReason::Length;
    let empty = calls("", []);
    let failed = ScriptedAnswer::from(broken(true));
    let faults = [filtered.into(), cut.into(), empty.into(), failed];
    let model = native(faults.into_iter().chain([calls("Done.", []).into(), answer()]));
    let out = agent(&model).call("Which city?").await.unwrap();
    assert_answered(&out);
    let problem = |at: usize| out.trajectory.steps[at].problem.clone().unwrap();
    assert!(problem(0).contains("filter"), "{}", problem(0));
    assert!(problem(1).contains("cut off"), "{}", problem(1));
    assert!(problem(2).contains("empty"), "{}", problem(2));
    assert_eq!(problem(3), "There was no answer.");
    assert!(last_message(&model, 2).contains("cut off"));
}

#[tokio::test]
async fn what_makes_every_call_fail_is_an_error() {
    let nobody = dspy::lm::LmError::MissingKey { host: "h".into(), variable: "K".into() };
    let error = agent(&Scripted::new([nobody])).call("Which city?").await.unwrap_err();
    assert!(error.is_setup(), "{error}");
    let error = agent(&Scripted::texts(["x"])).call("  ").await.unwrap_err();
    assert!(error.to_string().contains("is empty"), "{error}");
    let model = Scripted::new([finish(), broken(false).into()]);
    let error = agent(&model).call("Which city?").await.unwrap_err();
    assert!(error.to_string().starts_with("predictor `extract.predict`"), "{error}");
}
