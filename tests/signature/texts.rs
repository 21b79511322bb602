//! `pattern` and `format`: limits of texts.

use std::borrow::Cow;

use dspy::prelude::*;
use serde_json::{Value, json};

use super::support::{Scripted, sections};

/// A text type of one's own.
#[data]
struct Code(String);

impl dspy::schema::Textual for Code {}

#[derive(Signature)]
struct Texts {
    #[input(format = "date")]
    day: String,
    #[output(pattern = r"^[A-Z]{2}-\d+$", max_length = 10)]
    ticket: String,
    #[output(pattern = "(?i)^yes|no$")]
    maybe: Option<String>,
    #[output(pattern = "[a-z]", format = "uuid")]
    id: Box<str>,
    #[output(format = "ipv6")]
    address: Cow<'static, str>,
    #[output(pattern = "[aeiou]")]
    vowel: char,
    #[output(pattern = "^x", format = "hostname")]
    code: Code,
    #[output(format = "date-time")]
    anything: Value,
}

fn keyword(field: &str, keyword: &str) -> Value {
    let schema = Texts::schema();
    schema.field(field).unwrap().schema().get(keyword).cloned().unwrap_or(Value::Null)
}

#[test]
fn they_become_keywords_of_the_schema() {
    assert_eq!(keyword("day", "format"), "date");
    assert_eq!(keyword("ticket", "pattern"), r"^[A-Z]{2}-\d+$");
    assert_eq!(keyword("ticket", "maxLength"), 10);
    assert_eq!(keyword("maybe", "pattern"), "(?i)^yes|no$");
    assert_eq!(keyword("maybe", "type"), json!(["string", "null"]));
    assert_eq!(
        (keyword("id", "pattern"), keyword("id", "format")),
        (json!("[a-z]"), json!("uuid"))
    );
    assert_eq!(keyword("address", "format"), "ipv6");
    assert_eq!(keyword("vowel", "pattern"), "[aeiou]");
    assert_eq!(keyword("code", "format"), "hostname");
    assert_eq!(keyword("anything", "format"), "date-time");
    let whole = dspy::schema::of::<TextsOutput>();
    assert_eq!(whole["properties"]["code"]["pattern"], "^x");
    assert_eq!(whole["properties"]["anything"]["format"], "date-time");
}

#[test]
fn a_prompt_names_them() {
    let predict = Predict::<Texts>::new();
    let prompt = predict.explain("2024-02-29").unwrap();
    for said in [
        "`day` (date)\n   Constraints: a date, such as 2024-01-31",
        r"matching the pattern ^[A-Z]{2}-\d+$",
        "matching the pattern (?i)^yes|no$",
        "matching the pattern [a-z], a UUID, such as",
    ] {
        assert!(prompt.contains(said), "{said}:\n{prompt}");
    }
    // Numbers have formats, too, which say how Rust stores them.
    #[derive(Signature)]
    struct Numbers {
        #[input]
        text: String,
        #[output]
        count: Option<u32>,
    }
    let prompt = Predict::<Numbers>::new().explain("x").unwrap();
    assert!(!prompt.contains("in the format"), "{prompt}");
}

/// Read the ticket's number and the day.
#[derive(Signature)]
struct Read {
    #[input]
    text: String,
    #[output(pattern = r"^[A-Z]{2}-\d+$")]
    ticket: String,
    #[output(format = "date")]
    day: String,
}

#[tokio::test]
async fn an_answer_is_held_to_them() {
    let answer = |ticket, day| sections(&[("ticket", ticket), ("day", day)]);
    let ask = |answer: String| {
        let model = Scripted::text(&answer);
        Predict::<Read>::new().with_follow_ups(0).with_lm(model.lm())
    };
    let read = ask(answer("**AB-12**", "2024-02-29.")).call("x").await.unwrap();
    assert_eq!((read.ticket.as_str(), read.day.as_str()), ("AB-12", "2024-02-29"));
    let error = ask(answer("ab-12", "2024-02-29")).call("x").await.unwrap_err().to_string();
    assert!(error.contains("`ticket`: expected a text that matches the pattern"), "{error}");
    let error = ask(answer("AB-12", "2023-02-29")).call("x").await.unwrap_err().to_string();
    assert!(error.contains("output field `day`: expected a date"), "{error}");
}
