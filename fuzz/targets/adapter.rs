//! Whatever a model answers: each adapter gives all fields with values that fit, or an error.

#![no_main]

use dspy::adapter::{Adapter, AdapterCall, ChatAdapter, JsonAdapter, XmlAdapter};
use dspy::lm::{Completion, Lm};
use dspy::{Field, SignatureSchema};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, json};

fuzz_target!(|data: &[u8]| {
    let [choice, cut, text @ ..] = data else { return };
    let text = String::from_utf8_lossy(text);
    let schema = SignatureSchema::new(
        "Triage",
        [Field::of::<String>("mail")],
        [
            Field::of::<String>("reasoning"),
            Field::with_schema("urgency", json!({"type": "string", "enum": ["low", "high"]})),
            Field::of::<f64>("confidence"),
            Field::of::<Vec<String>>("topics"),
            Field::of::<Option<i64>>("count"),
        ],
    );
    match choice % 3 {
        0 => read(&ChatAdapter, &schema, &text, *cut),
        1 => read(&JsonAdapter::new(), &schema, &text, *cut),
        _ => read(&XmlAdapter, &schema, &text, *cut),
    }
});

/// Reads `text` as a whole and as a stream of two pieces.
fn read(adapter: &impl Adapter, schema: &SignatureSchema, text: &str, cut: u8) {
    let (inputs, lm) = (Map::new(), Lm::embedded());
    let prelude = adapter.prelude(schema, &[]).expect("a task without demonstrations");
    let call = AdapterCall::new(schema, &prelude, &inputs, &lm);
    let completion = Completion::text(text);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let answer = std::pin::pin!(adapter.parse(&call, &completion)).poll(&mut context);
    if let std::task::Poll::Ready(Ok(answer)) = answer {
        for field in schema.outputs() {
            let value = answer.fields.get(field.name()).expect("every output has a value");
            field.check(value).expect("a value that fits");
        }
    }
    let mut stream = adapter.field_stream(&call);
    let cut = text.char_indices().nth(usize::from(cut)).map_or(text.len(), |(at, _)| at);
    let (head, tail) = text.split_at(cut);
    let _ = (stream.push(head), stream.push(tail), stream.finish());
}
