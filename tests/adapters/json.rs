//! JSON answers, and what a provider is asked to enforce.

use dspy::SignatureSchema;
use dspy::adapter::{Adapter, AdapterCall, AnswerErrorKind, JsonAdapter};
use dspy::lm::{Completion, FinishReason, ResponseFormat};
use dspy::prelude::*;
use dspy::signature::{Field, Fields};
use serde_json::{Value, json};

use super::scripted::Scripted;
use super::{Echo, Ponder, Triage, capable, map, read, read_completion, ticket};

#[tokio::test]
async fn objects_are_read_as_models_write_them() {
    let schema = Triage::schema();
    for text in [
        r#"{"priority": "High", "confidence": 0.5, "note": null}"#,
        "```json\n{\"priority\": \"High\", \"confidence\": 0.5}\n```",
        "Here you are: {'priority': 'high', 'confidence': '0.5',}",
        r#"{"Priority": "High", "CONFIDENCE": 0.5, "extra": [1]}"#,
        r#"{"result": {"priority": "High", "confidence": 0.5, "note": null}}"#,
        r#"<think>{"x": 1}</think>{"priority": "High", "confidence": 0.5}"#,
    ] {
        let answer = read(&JsonAdapter::new(), &schema, text)
            .await
            .unwrap_or_else(|e| panic!("{text}\n{e}"));
        let wanted = json!({"priority": "High", "confidence": 0.5, "note": null});
        assert_eq!(Value::Object(answer.fields), wanted, "{text}");
    }
}

#[tokio::test]
async fn only_a_bare_value_is_taken_for_the_only_output() {
    let schema = Echo::schema();
    let answer = read(&JsonAdapter::new(), &schema, "Just this.").await.unwrap();
    assert_eq!(answer.fields["copy"], "Just this.");
    assert!(answer.warnings[0].contains("no JSON object"));
    assert!(read(&JsonAdapter::new(), &schema, "{\"other\": [}").await.is_err());
}

#[tokio::test]
async fn an_unknown_key_is_told() {
    let text = r#"{"reasoning": "r", "answer": "a", "mood": "good"}"#;
    let answer = read(&JsonAdapter::new(), &Ponder::schema(), text).await.unwrap();
    let (of, repair) = &answer.repairs[0];
    assert_eq!((of.as_str(), repair.kind), ("", dspy::parse::RepairKind::ExtraKey));
    assert!(repair.to_string().contains("mood"), "{repair}");
}

#[tokio::test]
async fn a_cut_off_object_is_an_error_with_what_was_whole() {
    let mut completion = Completion::text(r#"{"reasoning": "so", "answer": "ye"#);
    completion.finish = FinishReason::Length;
    let adapter = JsonAdapter::new();
    let error = read_completion(&adapter, &Ponder::schema(), &completion).await.unwrap_err();
    assert!(matches!(error.kind, AnswerErrorKind::CutOff), "{error}");
    assert_eq!(error.partial, map(json!({"reasoning": "so"})));
    // The object was whole; only what followed was cut.
    let mut completion = Completion::text("{\"reasoning\": \"so\", \"answer\": \"yes\"}\nThis");
    completion.finish = FinishReason::Length;
    read_completion(&adapter, &Ponder::schema(), &completion).await.unwrap();
}

#[tokio::test]
async fn the_request_asks_for_the_most_that_the_model_can_do() {
    let model = Scripted::text(r#"{"priority": "High", "confidence": 1, "note": "n"}"#);
    let ask = |json_schema: bool, json_object: bool, adapter: JsonAdapter| {
        let lm = capable(&model, |can| {
            can.json_schema = json_schema;
            can.json_object = json_object;
        });
        let predict = Predict::<Triage>::new().with_lm(lm).with_adapter(adapter);
        let model = model.clone();
        async move {
            predict.call(ticket()).await.unwrap();
            model.requests().last().unwrap().response_format.clone()
        }
    };
    let plain = JsonAdapter::new();
    assert_eq!(ask(false, false, plain).await, ResponseFormat::Text);
    assert_eq!(ask(false, true, plain).await, ResponseFormat::JsonObject);
    assert_eq!(ask(true, true, plain.prompt_only()).await, ResponseFormat::Text);
    let ResponseFormat::JsonSchema { name, schema, strict } = ask(true, true, plain).await else {
        panic!("a schema was not asked for");
    };
    assert_eq!((name.as_str(), strict), ("Triage", true));
    assert_eq!(schema["additionalProperties"], false);
    let order: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(order, ["priority", "confidence", "note"]);
}

#[dspy::data]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

mod other {
    #[dspy::data]
    pub(super) struct Leaf {
        pub(super) size: u8,
    }
    #[dspy::data]
    pub(super) struct Wrap {
        pub(super) leaf: Leaf,
    }
}

#[dspy::data]
struct Leaf {
    colour: String,
}

#[dspy::data]
struct Wrap2 {
    leaf: Leaf,
}

/// Every reference of the schema leads somewhere.
fn check_references(root: &Value, schema: &Value) {
    match schema {
        Value::Object(object) => {
            if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(!pointer.is_empty(), "a reference to the root in {root:#}");
                assert!(root.pointer(pointer).is_some(), "{target} in {root:#}");
            }
            object.values().for_each(|value| check_references(root, value));
        }
        Value::Array(items) => items.iter().for_each(|item| check_references(root, item)),
        _ => {}
    }
}

#[tokio::test]
async fn definitions_of_all_fields_stand_together() {
    let outputs = [
        Field::of::<String>("reasoning"),
        Field::of::<Tree>("tree").with_desc("A tree."),
        Field::of::<Option<Tree>>("other_tree"),
        Field::of::<other::Wrap>("wrap"),
        Field::of::<Wrap2>("wrap2"),
        Field::of::<u8>("stars").with_default(json!(3)),
    ];
    let schema = SignatureSchema::new("A b/ü", [Field::of::<String>("text")], outputs);
    let adapter = JsonAdapter::new();
    let prelude = adapter.prelude(&schema, &[]).unwrap();
    let inputs = Fields::new();
    let lm = capable(&Scripted::text(""), |can| can.json_schema = true);
    let call = AdapterCall::new(&schema, &prelude, &inputs, &lm);
    let request = adapter.prepare(&call).unwrap();
    let ResponseFormat::JsonSchema { name, schema: object, .. } = request.response_format else {
        panic!("a schema was not asked for");
    };
    assert_eq!(name, "A_b__");
    check_references(&object, &object);
    // In OpenAI's strict mode every key is required; one that may be left out is null instead.
    let all = ["reasoning", "tree", "other_tree", "wrap", "wrap2", "stars"];
    assert_eq!(object["required"], json!(all));
    assert_eq!(object["additionalProperties"], false);
    assert!(object.to_string().contains("A tree."), "{object:#}");
    // Two types of one name stay apart.
    let tree = json!({"name": "a", "children": [{"name": "b", "children": []}]});
    let value = json!({
        "reasoning": "r", "tree": tree, "other_tree": null, "wrap": {"leaf": {"size": 1}},
        "wrap2": {"leaf": {"colour": "red"}}, "stars": 1
    });
    assert!(dspy::parse::fit(value.clone(), &object).unwrap().repairs.is_empty());
    let mut swapped = value.clone();
    swapped["wrap"] = value["wrap2"].clone();
    assert!(dspy::parse::fit(swapped, &object).is_err());
}
