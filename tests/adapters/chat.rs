//! Sections as models really write them.

use dspy::SignatureSchema;
use dspy::adapter::{AnswerErrorKind, ChatAdapter};
use dspy::lm::{Completion, FinishReason};
use dspy::prelude::*;
use dspy::signature::Field;
use serde_json::json;
use std::time::Instant;

use super::{Echo, Ponder, Triage, map, read, read_completion};

#[tokio::test]
async fn headers_are_known_however_they_are_dressed() {
    let schema = Triage::schema();
    for text in [
        "[[ ## priority ## ]]\nHigh\n\n[[ ## confidence ## ]]\n0.5\n\n[[ ## completed ## ]]\n",
        "[[##Priority##]]\nHigh\n[[ ## CONFIDENCE ## ]]\n0.5",
        "[[ ## priority ## ]]High[[ ## confidence ## ]]0.5[[ ## completed ## ]]",
        "**[[ ## priority ## ]]**\nHigh\n\n**[[ ## confidence ## ]]** 0.5",
        "### [[ ## priority ## ]]\nHigh\n### [[ ## confidence ## ]]\n0.5",
        "- `[[ ## priority ## ]]`: High\n- `[[ ## confidence ## ]]`: 0.5",
        "> [[ ## priority ## ]]\nHigh\n> [[ ## confidence ## ]]\n0.5",
        "Certainly. Here you go: [[ ## priority ## ]] High [[ ## confidence ## ]] 0.5",
        "[[ ## confidence ## ]]\n0.5\n[[ ## priority ## ]]\nHigh",
        "[[ ## confidence ## ]]\r\n0.5\r\n[[ ## priority ## ]]\r\nHigh\r\n",
        "[[ ## thoughts ## ]]\nHm.\n[[ ## priority ## ]]\nHigh\n[[ ## confidence ## ]]\n0.5",
    ] {
        let answer =
            read(&ChatAdapter, &schema, text).await.unwrap_or_else(|e| panic!("{text}\n{e}"));
        assert_eq!(answer.fields["priority"], "High", "{text}");
        assert_eq!(answer.fields["confidence"], json!(0.5), "{text}");
        assert_eq!(answer.fields["note"], json!(null), "{text}");
    }
}

#[tokio::test]
async fn unknown_sections_are_left_out_and_named() {
    let text = "[[ ## answer ## ]]\nyes\n[[ ## mood ## ]]\ngood\n[[ ## reasoning ## ]]\nbecause";
    let answer = read(&ChatAdapter, &Ponder::schema(), text).await.unwrap();
    assert_eq!(answer.fields, map(json!({"reasoning": "because", "answer": "yes"})));
    assert!(answer.warnings.iter().any(|w| w.contains("`mood`")), "{:?}", answer.warnings);
}

#[tokio::test]
async fn the_first_of_two_sections_counts_and_the_other_is_told() {
    let schema = Ponder::schema();
    let text = "[[ ## reasoning ## ]]\nr\n[[ ## answer ## ]]\n5\n\n[[ ## answer ## ]]\n6";
    let answer = read(&ChatAdapter, &schema, text).await.unwrap();
    assert_eq!(answer.fields["answer"], "5");
    assert!(answer.warnings[0].contains("`5`") && answer.warnings[0].contains("`6`"));
    // What a model goes on to invent after its answer counts for nothing.
    let text = "[[ ## answer ## ]]\n5\n[[ ## completed ## ]]\n[[ ## text ## ]]\nNext\n\
                [[ ## reasoning ## ]]\nr\n[[ ## answer ## ]]\n6\n[[ ## completed ## ]]";
    let error = read(&ChatAdapter, &schema, text).await.unwrap_err();
    assert!(error.to_string().contains("`reasoning`"), "{error}");
    assert_eq!(error.partial, map(json!({"answer": "5"})));
}

#[tokio::test]
async fn speaking_of_a_header_is_no_header() {
    let text = "[[ ## reasoning ## ]]\nI will fill [[ ## answer ## ]] and `[[ ## answer ## ]]`.\n\n\
                [[ ## answer ## ]]\nyes";
    let answer = read(&ChatAdapter, &Ponder::schema(), text).await.unwrap();
    let said = "I will fill [[ ## answer ## ]] and `[[ ## answer ## ]]`.";
    assert_eq!(answer.fields, map(json!({"reasoning": said, "answer": "yes"})));
}

#[tokio::test]
async fn the_layout_repeated_is_no_answer() {
    let text = "[[ ## reasoning ## ]]\n{reasoning}\n[[ ## answer ## ]]\n{answer}\n\
                [[ ## completed ## ]]\n[[ ## reasoning ## ]]\nso\n[[ ## answer ## ]]\nyes";
    let answer = read(&ChatAdapter, &Ponder::schema(), text).await.unwrap();
    assert_eq!(answer.fields, map(json!({"reasoning": "so", "answer": "yes"})));
}

#[tokio::test]
async fn thoughts_stand_in_for_a_reasoning_left_out() {
    let schema = Ponder::schema();
    for text in [
        "<think>so</think>\n[[ ## answer ## ]]\nyes",
        "so</think>[[ ## answer ## ]]\nyes",
        "so\n\n[[ ## answer ## ]]\nyes",
    ] {
        let answer = read(&ChatAdapter, &schema, text).await.unwrap();
        assert_eq!(answer.fields, map(json!({"reasoning": "so", "answer": "yes"})), "{text}");
        assert!(!answer.warnings.is_empty(), "{text}");
    }
    // A text field of any other name is not made of small talk.
    let text = "Sure, here it is:\n[[ ## confidence ## ]]\n0.5";
    assert!(read(&ChatAdapter, &Triage::schema(), text).await.is_err());
}

#[tokio::test]
async fn an_object_or_a_bare_answer_is_read_without_headers() {
    let answer = read(
        &ChatAdapter,
        &Ponder::schema(),
        "```json\n{\"Answer\": 5, \"reasoning\": \"r\"}\n```",
    )
    .await
    .unwrap();
    assert_eq!(answer.fields, map(json!({"reasoning": "r", "answer": "5"})));
    let answer = read(&ChatAdapter, &Echo::schema(), "\n Just this. \n").await.unwrap();
    assert_eq!(answer.fields["copy"], "Just this.");
    assert!(answer.warnings[0].contains("no section headers"));
}

#[tokio::test]
async fn aliases_name_their_field() {
    let outputs = [Field::of::<String>("answer").with_alias("reply"), Field::of::<u8>("stars")];
    let schema = SignatureSchema::new("Qa", [Field::of::<String>("question")], outputs);
    for text in
        ["[[ ## Reply ## ]]\nyes\n[[ ## stars ## ]]\n3", "{\"reply\": \"yes\", \"stars\": 3}"]
    {
        let answer = read(&ChatAdapter, &schema, text).await.unwrap();
        assert_eq!(answer.fields, map(json!({"answer": "yes", "stars": 3})), "{text}");
    }
}

#[tokio::test]
async fn a_cut_off_answer_keeps_what_was_whole() {
    let mut completion = Completion::text("[[ ## reasoning ## ]]\nso\n\n[[ ## answer ## ]]\nye");
    completion.finish = FinishReason::Length;
    let error = read_completion(&ChatAdapter, &Ponder::schema(), &completion).await.unwrap_err();
    assert!(matches!(error.kind, AnswerErrorKind::CutOff), "{error}");
    assert_eq!(error.partial, map(json!({"reasoning": "so"})));
}

#[tokio::test]
async fn many_headers_take_time_in_proportion() {
    let schema = Ponder::schema();
    let plain =
        format!("[[ ## reasoning ## ]]\n{}\n[[ ## answer ## ]]\nx", "word ".repeat(200_000));
    let started = Instant::now();
    read(&ChatAdapter, &schema, &plain).await.unwrap();
    let usual = started.elapsed();
    for piece in [
        "[[ ## answer ## ]]\n",
        "[[ ## other ## ]] x\n",
        "text [[ ## answer ## ]] ",
        "[[ ## ",
        "[[[[",
        "\\[[ ## answer ## ]]",
        "****",
    ] {
        let hostile = piece.repeat(1_000_000 / piece.len());
        let started = Instant::now();
        let _ = read(&ChatAdapter, &schema, &hostile).await;
        let took = started.elapsed();
        assert!(
            took < usual * 40 + std::time::Duration::from_secs(2),
            "{piece}: {took:?}, {usual:?}"
        );
    }
}
