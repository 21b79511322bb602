//! Tags as models really write them.

use dspy::adapter::{AnswerErrorKind, XmlAdapter};
use dspy::lm::{Completion, FinishReason};
use dspy::prelude::*;
use serde_json::json;

use super::{Echo, Ponder, Triage, map, read, read_completion};

#[tokio::test]
async fn tags_are_known_however_they_are_written() {
    let schema = Triage::schema();
    for text in [
        "<priority>\nHigh\n</priority>\n\n<confidence>\n0.5\n</confidence>",
        "<Priority>High</Priority><CONFIDENCE>0.5</CONFIDENCE>",
        "Sure:\n```xml\n<answer>\n<priority>High</priority>\n<confidence>0.5</confidence>\n</answer>\n```",
        "<confidence type=\"number\">0.5</confidence>\n<priority kind='x'>High</priority>",
        "<priority>High</priority>\n<confidence>0.5",
        "< priority >High</ priority ><confidence >0.5</confidence >",
        "<priority>High<confidence>0.5</confidence>",
        "{\"priority\": \"High\", \"confidence\": 0.5}",
    ] {
        let answer =
            read(&XmlAdapter, &schema, text).await.unwrap_or_else(|e| panic!("{text}\n{e}"));
        assert_eq!(answer.fields["priority"], "High", "{text}");
        assert_eq!(answer.fields["confidence"], json!(0.5), "{text}");
    }
}

#[tokio::test]
async fn stray_marks_are_text_and_entities_are_read_where_all_have_one() {
    for (written, read_as) in [
        ("if a < b && c > d", "if a < b && c > d"),
        ("if a &lt; b &amp;&amp; c &gt; d", "if a < b && c > d"),
        // Something unescaped shows that the rest is meant as written, too.
        ("write &lt; for <", "write &lt; for <"),
        ("AT&T uses &amp;", "AT&T uses &amp;"),
        ("a &#60; b &#x26; c", "a < b & c"),
        ("<b>bold</b> and <answer5>", "<b>bold</b> and <answer5>"),
        ("<![CDATA[a &lt; <b>]]>", "a &lt; <b>"),
        ("tags like <copy > nest</copy> well", "tags like <copy > nest</copy> well"),
    ] {
        let text = format!("<copy>\n{written}\n</copy>");
        let answer = read(&XmlAdapter, &Echo::schema(), &text).await.unwrap();
        assert_eq!(answer.fields["copy"], read_as, "{written}");
    }
}

#[tokio::test]
async fn the_first_element_counts_and_a_tag_inside_a_value_opens_none() {
    let schema = Ponder::schema();
    let text = "<reasoning>I use <answer> tags.</reasoning><answer>5</answer><answer>6</answer>";
    let answer = read(&XmlAdapter, &schema, text).await.unwrap();
    assert_eq!(answer.fields, map(json!({"reasoning": "I use <answer> tags.", "answer": "5"})));
    assert!(answer.warnings[0].contains("`6`"), "{:?}", answer.warnings);
    let text = "<reasoning>{reasoning}</reasoning><answer>{answer}</answer>\n\
                <reasoning>so</reasoning><answer>yes</answer>";
    let answer = read(&XmlAdapter, &schema, text).await.unwrap();
    assert_eq!(answer.fields, map(json!({"reasoning": "so", "answer": "yes"})));
    let answer = read(&XmlAdapter, &schema, "so</think><answer>yes</answer>").await.unwrap();
    assert_eq!(answer.fields, map(json!({"reasoning": "so", "answer": "yes"})));
}

#[tokio::test]
async fn empty_elements_are_empty_texts() {
    for text in ["<copy/>", "<copy />", "<copy></copy>"] {
        let answer = read(&XmlAdapter, &Echo::schema(), text).await.unwrap();
        assert_eq!(answer.fields["copy"], "", "{text}");
    }
}

#[tokio::test]
async fn a_missing_end_tag_at_the_token_limit_is_a_cut() {
    let text = "<reasoning>so</reasoning><answer>ye";
    let mut completion = Completion::text(text);
    completion.finish = FinishReason::Length;
    let error = read_completion(&XmlAdapter, &Ponder::schema(), &completion).await.unwrap_err();
    assert!(matches!(error.kind, AnswerErrorKind::CutOff), "{error}");
    assert_eq!(error.partial, map(json!({"reasoning": "so"})));
    let answer = read(&XmlAdapter, &Ponder::schema(), text).await.unwrap();
    assert!(answer.warnings[0].contains("end tag of `answer`"), "{:?}", answer.warnings);
}

#[tokio::test]
async fn hostile_tags_take_time_in_proportion() {
    for piece in
        ["<copy>", "</copy>", "<copy></copy>", "<copy><copy></copy>", "<", "<copy a=", "&lt;"]
    {
        let hostile = piece.repeat(1_000_000 / piece.len());
        let started = std::time::Instant::now();
        let _ = read(&XmlAdapter, &Echo::schema(), &hostile).await;
        assert!(started.elapsed().as_secs() < 5, "{piece}: {:?}", started.elapsed());
    }
}
