//! Lists and objects of outputs as elements in XML.

use std::collections::BTreeMap;

use dspy::SignatureSchema;
use dspy::adapter::XmlAdapter;
use dspy::lm::Lm;
use dspy::prelude::*;
use dspy::signature::{Demo, Field};
use serde_json::{Value, json};

use super::{map, read, written};

#[dspy::data]
struct Person {
    /// In full.
    name: String,
    #[schemars(length(max = 3))]
    tags: Vec<String>,
    home: Option<Home>,
}

#[dspy::data]
struct Home {
    street: String,
    number: i64,
    extra: Option<String>,
}

/// Describe the person.
#[derive(Signature, Clone)]
struct Describe {
    #[input]
    text: String,
    #[output]
    person: Person,
    #[output]
    tags: Vec<String>,
    #[output]
    scores: BTreeMap<String, f64>,
}

fn one<T: dspy::signature::Data>() -> SignatureSchema {
    let input = Field::of::<String>("text");
    SignatureSchema::new("One", [input], [Field::of::<T>("value")])
}

fn shown<T: dspy::signature::Data>(value: Value) -> String {
    written(&XmlAdapter, &one::<T>(), map(json!({ "value": value })))
}

async fn given<T: dspy::signature::Data>(text: &str) -> Value {
    let answer =
        read(&XmlAdapter, &one::<T>(), text).await.unwrap_or_else(|e| panic!("{text}: {e}"));
    answer.fields["value"].clone()
}

#[test]
fn values_stand_as_in_dspy() {
    for (shown, expected) in [
        (
            shown::<Vec<String>>(json!(["a", " b & <c> "])),
            "<item>a</item><item> b &amp; &lt;c> </item>",
        ),
        (shown::<Vec<Vec<bool>>>(json!([[true], []])), "<item><item>True</item></item><item />"),
        (
            shown::<BTreeMap<String, i64>>(json!({"north": -3, "R&D": 0, "\"x\"": 7, "a-b": 1})),
            "<north>-3</north><entry key=\"R&amp;D\">0</entry><entry key='\"x\"'>7</entry><a-b>1</a-b>",
        ),
        (
            shown::<Home>(json!({"street": "", "number": 1, "extra": null})),
            "<street></street><number>1</number><extra />",
        ),
        (shown::<Option<Vec<i64>>>(json!([1])), "<item>1</item>"),
        (shown::<BTreeMap<String, i64>>(json!({})), ""),
    ] {
        assert_eq!(shown, format!("<value>{expected}</value>"));
    }
    assert_eq!(shown::<Vec<String>>(json!([])), "<value />");
    assert_eq!(shown::<Option<Vec<i64>>>(Value::Null), "<value>\nNone\n</value>");
    // What elements could not tell apart.
    assert_eq!(shown::<(String, u8)>(json!(["1", 1])), "<value>\n[\"1\", 1]\n</value>");
    assert_eq!(shown::<Vec<Value>>(json!(["1", 1])), "<value>\n[\"1\", 1]\n</value>");
    // A key of the user's that is a mark of the format.
    let key = json!({"text": 1, "Value": 2});
    let keys = "<entry key=\"text\">1</entry><entry key=\"Value\">2</entry>";
    assert_eq!(shown::<BTreeMap<String, i64>>(key), format!("<value>{keys}</value>"));
}

#[tokio::test]
async fn elements_and_json_are_read_for_lists_and_objects() {
    let home = json!({"street": "High St", "number": 7, "extra": null});
    for text in [
        "<street>High St</street><number>7</number><extra />",
        "\n  <street>High St</street>\n  <number>\n 7 </number>\n",
        "<Street>High St</Street><NUMBER>7</NUMBER><extra>None</extra>",
        "<number kind=\"x\">7</number><entry key=\"street\">High St</entry>",
        "{\"street\": \"High St\", \"number\": 7}",
        "```json\n{\"street\": \"High St\", \"number\": 7}\n```",
    ] {
        let mut given = given::<Home>(&format!("<value>{text}</value>")).await;
        given.as_object_mut().unwrap().entry("extra").or_insert(Value::Null);
        assert_eq!(given, home, "{text}");
    }
    for text in [
        "<value><item>a</item><item>b</item></value>",
        "<value>\n  <item>\n    a\n  </item>\n  <item>b</item>\n</value>",
        "<value><tag>a</tag><tag>b</tag></value>",
        "<value><!-- two --><item>a</item><item>b</item></value>",
        "<value>[\"a\", \"b\"]</value>",
        "<value>a</value>\n<value>b</value>",
        "<value><item>a</item><item>b</item></value><value><item>c</item></value>",
    ] {
        assert_eq!(given::<Vec<String>>(text).await, json!(["a", "b"]), "{text}");
    }
    for (text, expected) in [("<value/>", json!([])), ("<value></value>", json!([]))] {
        assert_eq!(given::<Vec<String>>(text).await, expected, "{text}");
    }
    let people = "<value><item><name>A</name><tags>x</tags><tags>y</tags></item>\
                  <item><name>B</name><tags /></item></value>";
    let expected = json!([{"name": "A", "tags": ["x", "y"]}, {"name": "B", "tags": []}]);
    assert_eq!(given::<Vec<Person>>(people).await, expected);
    let scores = "<value><a>1.5</a><entry key=\"b &amp; c\">2</entry></value>";
    assert_eq!(given::<BTreeMap<String, f64>>(scores).await, json!({"a": 1.5, "b & c": 2}));
    let mixed = "<value><item>1</item><item>a</item></value>";
    assert_eq!(given::<Vec<Value>>(mixed).await, json!([1, "a"]));
    // A text stays a text, whatever stands in it.
    assert_eq!(given::<String>("<value><b>x</b></value>").await, "<b>x</b>");
    assert_eq!(
        given::<Vec<String>>("<value><item><b>x</b></item></value>").await,
        json!(["<b>x</b>"])
    );
}

#[test]
fn the_layout_shows_the_elements_with_what_they_mean() {
    let prompt = Predict::<Describe>::new().with_adapter(XmlAdapter).explain("x").unwrap();
    let person = "<person><name>text<!-- In full. --></name>\
                  <tags><!-- at most 3 items --><item>text</item></tags>\
                  <home><!-- may be empty --><street>text</street><number>integer</number>\
                  <extra>optional text</extra></home></person>";
    assert!(
        prompt.contains(&format!("\n\n{person}\n\n<tags><item>text</item></tags>\n\n")),
        "{prompt}"
    );
    assert!(prompt.contains("<scores><entry key=\"text\">number</entry></scores>"), "{prompt}");
    assert!(!prompt.contains("# note"), "{prompt}");
}

#[tokio::test]
async fn the_embedded_model_learns_from_elements() {
    let answer = json!({
        "person": {"name": "Ada", "tags": ["maths"], "home": null}, "tags": ["a & b"],
        "scores": {"wit": 0.5},
    });
    let mut demo = map(answer.clone());
    demo.insert("text".to_owned(), "who is Ada Lovelace".into());
    let describe = Predict::<Describe>::new()
        .with_lm(Lm::embedded())
        .with_adapter(XmlAdapter)
        .with_demos(vec![Demo::new(demo)])
        .with_follow_ups(0);
    let out = describe.call("who is Ada Lovelace").await.unwrap();
    assert_eq!(out.person.name, "Ada");
    assert!(out.person.home.is_none());
    assert!(out.warnings().is_empty(), "{:?}", out.warnings());
}

#[tokio::test]
async fn hostile_elements_take_time_in_proportion() {
    for piece in [
        "<item>",
        "</item>",
        "<item></item>",
        "<item><item></item>",
        "<item><name>",
        "<!--",
        "<item/>",
        "<value><item>",
        "<value></value>",
        "<value>x</value>",
    ] {
        let hostile = piece.repeat(50_000 / piece.len());
        for text in [hostile.clone(), format!("<value>{hostile}</value>")] {
            let started = std::time::Instant::now();
            let _ = read(&XmlAdapter, &one::<Vec<Person>>(), &text).await;
            let _ = read(&XmlAdapter, &one::<Home>(), &text).await;
            assert!(started.elapsed().as_secs() < 10, "{piece}: {:?}", started.elapsed());
        }
    }
}
