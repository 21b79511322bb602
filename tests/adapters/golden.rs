//! The exact messages of every adapter. `BLESS=1` writes the files anew.

use dspy::adapter::{Adapter, JsonAdapter, TwoStepAdapter, XmlAdapter};
use dspy::lm::Lm;
use dspy::prelude::*;
use dspy::signature::Demo;
use serde_json::json;

use super::{Triage, map, ticket};

fn check(name: &str, adapter: impl Adapter) {
    let demo = Demo::new(map(json!({
        "ticket": "A <ticket> & a typo.", "tags": [], "priority": "Low", "confidence": 0.5,
        "note": "later, if x < 1"
    })));
    let incomplete = Demo::new(map(json!({"ticket": "Help!", "priority": "High"})));
    let predict = Predict::<Triage>::new().with_adapter(adapter).with_demos(vec![demo, incomplete]);
    let explained = predict.explain(ticket()).unwrap();
    let path = format!("{}/tests/golden/triage.{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &explained).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(explained, expected, "\n{explained}");
}

#[test]
fn json() {
    check("json", JsonAdapter::new());
}

#[test]
fn compact() {
    check("compact", JsonAdapter::compact());
}

#[test]
fn xml() {
    check("xml", XmlAdapter);
}

#[test]
fn two_step() {
    check("two_step", TwoStepAdapter::new(Lm::embedded()));
}
