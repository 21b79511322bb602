//! Past turns become messages.

use dspy::History;
use dspy::adapter::TwoStepAdapter;
use dspy::lm::{Lm, Role};
use dspy::prelude::*;
use dspy::signature::Demo;
use serde_json::json;

use super::scripted::{Scripted, question, sections};
use super::{all, map};

/// Talk.
#[derive(Signature, Clone)]
struct Talk {
    #[input]
    history: History,
    #[input]
    question: String,
    #[output]
    answer: String,
    #[output]
    sure: Option<bool>,
}

fn history() -> History {
    History::from(vec![
        map(json!({"question": "Where?", "answer": "Here.", "sure": true})),
        map(json!({"question": "Which?", "answer": "This.", "sure": null})),
        map(json!({"question": "Why?"})),
        map(json!({"answer": "Because.", "other": 1})),
    ])
}

#[tokio::test]
async fn each_turn_is_replayed_in_the_adapters_own_format() {
    for (name, adapter) in all() {
        let answer =
            super::written(&adapter, &Talk::schema(), map(json!({"answer": "a", "sure": true})));
        let model = Scripted::text(&answer);
        let talk =
            Predict::<Talk>::new().with_lm(model.lm()).with_adapter(adapter).with_demos(vec![
                Demo::new(map(json!({"question": "Q?", "answer": "A.", "sure": true}))),
            ]);
        let input = TalkInput { history: history(), question: "When?".into() };
        assert_eq!(talk.call(input).await.unwrap().answer, "a", "{name}");
        let request = &model.requests()[0];
        let roles: Vec<_> = request.messages.iter().map(|message| message.role).collect();
        use Role::{Assistant, System, User};
        let demo = [User, Assistant];
        let turns = [User, Assistant, User, Assistant, User, Assistant];
        let expected = [&[System], &demo[..], &turns[..], &[User]].concat();
        assert_eq!(roles, expected, "{name}");
        let text = |at: usize| request.messages[at].text();
        assert!(!text(0).contains("`history`"), "{name}: {}", text(0));
        assert!(
            !text(1).contains("leaves some fields out"),
            "a demo needs no history: {}",
            text(1)
        );
        assert!(text(3).contains("Where?") && text(4).contains("Here."), "{name}");
        assert!(text(6).contains("This.") && text(8).contains("Because."), "{name}");
        assert!(!text(7).contains("Because."), "{name}");
        // The closing words are those of the question: a provider's cache knows the turn again.
        let last = question(request);
        let reminder = last.split("\n\n").last().unwrap();
        assert!(text(3).ends_with(reminder), "{name}: {}", text(3));
    }
}

#[tokio::test]
async fn turns_are_added_from_the_structs_of_the_task() {
    let model = Scripted::text(&sections(&[("answer", "a")]));
    let talk = Predict::<Talk>::new().with_lm(model.lm());
    let mut history = History::new();
    for question in ["One?", "Two?", "Three?"] {
        let input = TalkInput { history: history.clone(), question: question.into() };
        let out = talk.call(input.clone()).await.unwrap();
        history.add(&input, out.output()).unwrap();
    }
    assert_eq!(history.turns[1], map(json!({"question": "Two?", "answer": "a", "sure": null})));
    assert_eq!(model.requests()[2].messages.len(), 1 + 2 * 2 + 1);
    let json = serde_json::to_value(&history).unwrap();
    assert_eq!(json["messages"].as_array().unwrap().len(), 3);
    assert_eq!(serde_json::from_value::<History>(json).unwrap(), history);
    assert!(history.add(&1, &2).unwrap_err().to_string().contains("map of fields"));
}

#[test]
fn free_answers_replay_turns_too() {
    let talk = Predict::<Talk>::new().with_adapter(TwoStepAdapter::new(Lm::embedded()));
    let input = TalkInput { history: history(), question: "When?".into() };
    let text = talk.explain(input).unwrap();
    assert!(text.contains("──── assistant ────\nanswer: Here.\nsure: True\n"), "{text}");
}
