//! Values as prompts show them.

use dspy::SignatureSchema;
use dspy::adapter::{Adapter, AdapterCall, ChatAdapter, XmlAdapter, render_field, render_value};
use dspy::lm::{Lm, Media, Part};
use dspy::prelude::*;
use dspy::signature::{Demo, Field};
use serde_json::json;

use super::{Triage, map};

#[test]
fn values_are_rendered_as_dspy_renders_them() {
    for (value, text) in [
        (json!("as it is\n"), "as it is\n"),
        (json!(true), "True"),
        (json!(null), "None"),
        (json!(0.5), "0.5"),
        (json!(["a", true, null, 1]), "[\"a\", true, null, 1]"),
        (json!({"a": {"b": [1.0, "ü"]}}), "{\"a\": {\"b\": [1.0, \"ü\"]}}"),
        (json!("2026-01-02T03:04:05"), "2026-01-02T03:04:05"),
    ] {
        assert_eq!(render_value(&value), text);
    }
    let text = Field::of::<String>("context");
    for (value, shown) in [
        (json!([]), "N/A"),
        (json!(["one"]), "«one»"),
        (json!(["one", "two\nlines"]), "[1] «one»\n[2] «««\n    two\n    lines\n»»»"),
        (json!("text"), "text"),
    ] {
        assert_eq!(render_field(&text, &value), shown);
    }
    let list = Field::of::<Vec<String>>("tags");
    assert_eq!(render_field(&list, &json!(["one"])), "[\"one\"]");
}

#[test]
fn null_is_a_value_of_a_demonstration_and_makes_it_incomplete() {
    let complete =
        json!({"ticket": "a", "tags": [], "priority": "Low", "confidence": 1, "note": "n"});
    let with_null =
        json!({"ticket": "b", "tags": null, "priority": "Low", "confidence": 1, "note": null});
    let only_nulls = json!({"ticket": null, "priority": null});
    let one_side = json!({"ticket": "d"});
    let demos = [complete, with_null, only_nulls, one_side].map(|demo| Demo::new(map(demo)));
    let prelude = ChatAdapter.prelude(&Triage::schema(), &demos).unwrap();
    let texts: Vec<String> = prelude.messages[1..].iter().map(|message| message.text()).collect();
    let [with_null, answer, only_nulls, nulls, complete, _] = &texts[..] else {
        panic!("three demonstrations: {texts:?}");
    };
    assert!(with_null.ends_with("[[ ## ticket ## ]]\nb\n\n[[ ## tags ## ]]\nNone"), "{with_null}");
    assert!(answer.ends_with("[[ ## note ## ]]\nNone\n\n[[ ## completed ## ]]\n"), "{answer}");
    assert!(only_nulls.starts_with("This demonstration leaves some fields out."));
    assert!(nulls.starts_with("[[ ## priority ## ]]\nNone\n\n"), "{nulls}");
    assert!(nulls.contains("[[ ## confidence ## ]]\nNot supplied"), "{nulls}");
    assert!(complete.starts_with("[[ ## ticket ## ]]\na"), "{complete}");
    assert!(prelude.warnings[0].contains("demonstration 3"), "{:?}", prelude.warnings);
}

#[test]
fn media_stand_as_parts_where_their_value_would_be() {
    let image = Field::with_schema("picture", json!({"type": "object", "x-dspy": "image"}));
    let inputs = [Field::of::<String>("before"), image, Field::of::<String>("after")];
    let schema = SignatureSchema::new("Look", inputs, [Field::of::<String>("seen")]);
    let media = serde_json::to_value(Media::url("https://example.com/a.png")).unwrap();
    let values = map(json!({"before": "b", "picture": media, "after": "a"}));
    let lm = Lm::embedded();
    let parts = |adapter: &dyn Fn(&AdapterCall<'_>) -> Vec<Part>, prelude| {
        adapter(&AdapterCall::new(&schema, prelude, &values, &lm))
    };
    let prelude = ChatAdapter.prelude(&schema, &[]).unwrap();
    let of_chat = |call: &AdapterCall<'_>| {
        ChatAdapter.prepare(call).unwrap().messages.last().unwrap().parts.clone()
    };
    let [Part::Text { text: before }, Part::Image { .. }, Part::Text { text: after }] =
        &parts(&of_chat, &prelude)[..]
    else {
        panic!("text, picture, text");
    };
    assert_eq!(&**before, "[[ ## before ## ]]\nb\n\n[[ ## picture ## ]]\n");
    assert!(after.starts_with("[[ ## after ## ]]\na\n\n"), "{after}");
    let prelude = XmlAdapter.prelude(&schema, &[]).unwrap();
    let of_xml = |call: &AdapterCall<'_>| {
        XmlAdapter.prepare(call).unwrap().messages.last().unwrap().parts.clone()
    };
    let [Part::Text { text: before }, Part::Image { .. }, Part::Text { text: after }] =
        &parts(&of_xml, &prelude)[..]
    else {
        panic!("text, picture, text");
    };
    assert_eq!(&**before, "<before>\nb\n</before>\n\n<picture>\n");
    assert!(after.starts_with("</picture>\n\n<after>\na\n</after>"), "{after}");
}
