//! From an answer that cannot be read to a better one, or to an error that says everything.

use dspy::adapter::{AnswerErrorKind, JsonAdapter, XmlAdapter};
use dspy::lm::{Completion, FinishReason, LmError, Response, Role};
use dspy::prelude::*;
use serde_json::json;

use super::scripted::{Scripted, question, sections};
use super::{Triage, all, map, ticket, written};

#[tokio::test]
async fn a_follow_up_lists_everything_that_is_wrong() {
    for (name, adapter) in all() {
        let schema = Triage::schema();
        let bad = written(
            &adapter,
            &schema,
            map(json!({"priority": "Urgent", "confidence": 7, "note": "n"})),
        );
        let good = written(
            &adapter,
            &schema,
            map(json!({"priority": "High", "confidence": 0.5, "note": "n"})),
        );
        let model = Scripted::texts(&[&bad, &good]);
        let predict = Predict::<Triage>::new().with_lm(model.lm()).with_adapter(adapter);
        let prediction = predict.call(ticket()).record().await.unwrap();
        assert_eq!(prediction.priority, super::Priority::High);
        let second = &model.requests()[1];
        let told = question(second);
        for part in ["`priority`", "Urgent", "High", "`confidence`", "7"] {
            assert!(told.contains(part), "{name}: {part} is not in\n{told}");
        }
        let shown = &second.messages[second.messages.len() - 2];
        assert_eq!((shown.role, shown.text()), (Role::Assistant, bad.clone()), "{name}");
        assert_eq!(prediction.usage().calls, 2, "{name}");
        assert_eq!(prediction.trace().calls()[0].follow_ups(), 1, "{name}");
        assert!(prediction.warnings()[0].contains("asked again"), "{name}");

        let stubborn = Scripted::text(&bad);
        let error = predict.with_lm(stubborn.lm()).call(ticket()).await.unwrap_err();
        let answer = error.as_answer().unwrap();
        assert_eq!(answer.problems().count(), 2, "{name}: {answer}");
        assert_eq!(answer.partial, map(json!({"note": "n"})), "{name}");
        assert_eq!(answer.raw, bad, "{name}");
        let excerpts: Vec<String> = answer
            .problems()
            .map(|problem| match problem {
                AnswerErrorKind::Value { schema, .. } => schema.clone(),
                other => panic!("{other}"),
            })
            .collect();
        assert!(
            excerpts[0].contains("Low") && excerpts[0].contains("High"),
            "{name}: {excerpts:?}"
        );
    }
}

#[tokio::test]
async fn missing_fields_are_told_with_those_that_do_not_fit() {
    let model = Scripted::text("[[ ## priority ## ]]\nUrgent");
    let predict = Predict::<Triage>::new().with_lm(model.lm()).with_follow_ups(0);
    let error = predict.call(ticket()).await.unwrap_err();
    let problems: Vec<String> =
        error.as_answer().unwrap().problems().map(ToString::to_string).collect();
    assert!(
        problems[0].contains("`confidence`") && problems[1].contains("`priority`"),
        "{problems:?}"
    );
    let text = error.to_string();
    assert!(problems.iter().all(|problem| text.contains(problem)), "{text}");
}

#[tokio::test]
async fn another_adapter_reads_the_same_text_before_anything_is_paid() {
    let model = Scripted::text("<priority>High</priority><confidence>0.5</confidence>");
    let chat = Predict::<Triage>::new().with_lm(model.lm());
    let prediction = chat.clone().with_fallback_adapter(XmlAdapter).call(ticket()).await.unwrap();
    assert_eq!((prediction.confidence, model.calls()), (0.5, 1));
    assert!(
        prediction.warnings().iter().any(|w| w.contains("XmlAdapter")),
        "{:?}",
        prediction.warnings()
    );
    // Where neither can read it, the error is the first one's.
    let lost = chat.with_fallback_adapter(JsonAdapter::new()).with_follow_ups(0);
    let error = lost.call(ticket()).await.unwrap_err();
    assert!(error.to_string().contains("`priority`"), "{error}");
}

#[tokio::test]
async fn a_cut_off_answer_is_neither_asked_for_again_nor_read_otherwise() {
    for (name, adapter) in all() {
        let model = Scripted::new(|_, _| {
            let mut completion = Completion::text("High");
            completion.finish = FinishReason::Length;
            let mut response = Response::default();
            response.completions.push(completion);
            Ok(response)
        });
        let predict = Predict::<Triage>::new()
            .with_lm(model.lm())
            .with_adapter(adapter)
            .with_fallback_adapter(XmlAdapter);
        let error = predict.call(ticket()).await.unwrap_err();
        assert!(error.to_string().contains("max_tokens"), "{name}: {error}");
        assert_eq!(model.calls(), 1, "{name}");
    }
}

#[tokio::test]
async fn good_completions_survive_bad_ones_in_every_format() {
    for (name, adapter) in all() {
        let schema = Triage::schema();
        let text = |confidence: serde_json::Value| {
            written(
                &adapter,
                &schema,
                map(json!({"priority": "Low", "confidence": confidence, "note": "n"})),
            )
        };
        let texts = [text(json!("junk")), text(json!(0.1)), text(json!(0.3))];
        let model = Scripted::new(move |_, _| {
            let mut response = Response::default();
            response.completions.extend(texts.iter().map(|text| Completion::text(text.as_str())));
            Ok(response)
        });
        let settings = dspy::lm::Settings::default().with_n(3);
        let predict = Predict::<Triage>::new()
            .with_lm(model.lm())
            .with_adapter(adapter.clone())
            .with_settings(&settings);
        let prediction = predict.call(ticket()).await.unwrap();
        assert_eq!(prediction.confidence, 0.1, "{name}");
        assert_eq!(prediction.others().len(), 1, "{name}");
        assert_eq!(model.calls(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_demonstration_without_an_answer_is_not_shown_and_not_hidden() {
    let model = Scripted::text(&sections(&[("priority", "Low"), ("confidence", "1")]));
    let useless = dspy::signature::Demo::new(map(json!({"ticket": "t"})));
    let predict = Predict::<Triage>::new().with_lm(model.lm()).with_demos(vec![useless]);
    let prediction = predict.call(ticket()).await.unwrap();
    assert_eq!(model.requests()[0].messages.len(), 2);
    assert!(prediction.warnings()[0].contains("demonstration 0"), "{:?}", prediction.warnings());
}

#[tokio::test]
async fn a_models_own_failure_is_no_answer() {
    let model =
        Scripted::new(|_, _| Err(LmError::Other { message: "no luck".into(), retryable: true }));
    let predict = Predict::<Triage>::new().with_lm(model.lm()).with_adapter(XmlAdapter);
    let error = predict.call(ticket()).await.unwrap_err();
    assert!(error.is_retryable() && error.as_answer().is_none());
}
