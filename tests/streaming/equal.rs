//! A stream tells what the call without one gives, however the answer is cut.

use std::collections::BTreeMap;

use dspy::adapter::{Adapter, ChatAdapter, DynAdapter, JsonAdapter, TwoStepAdapter, XmlAdapter};
use dspy::lm::{EventStream, LanguageModel, Lm, LmError, Request, Response, Scripted, StreamEvent};
use dspy::parse::parse;
use dspy::prelude::*;
use dspy::signature::{Demo, Fields};
use futures_util::stream;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{collected, sections, texts};

/// Judge the ticket.
#[derive(Signature, Clone)]
struct Triage {
    #[input]
    ticket: String,
    #[output]
    summary: String,
    #[output]
    tags: Vec<String>,
    #[output]
    priority: Priority,
    #[output]
    owner: Option<Person>,
    #[output]
    reply: String,
}

#[dspy::data]
enum Priority {
    Low,
    High,
}

#[dspy::data]
struct Person {
    name: String,
    age: u8,
}

/// Gives one text, streamed in pieces of these lengths, over and over.
struct Cut {
    text: String,
    lengths: Vec<usize>,
}

impl LanguageModel for Cut {
    async fn generate(&self, _: &Request) -> Result<Response, LmError> {
        let mut response = Response::text(self.text.as_str());
        (response.usage.calls, response.usage.completion_tokens) = (1, 7);
        Ok(response)
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let response = self.generate(request).await?;
        let mut lengths = self.lengths.iter().cycle();
        let (mut rest, mut events) = (self.text.as_str(), Vec::new());
        while !rest.is_empty() {
            let length = *lengths.next().unwrap();
            let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
            let (piece, after) = rest.split_at(end);
            events.push(Ok(StreamEvent::Text { index: 0, delta: piece.to_owned() }));
            rest = after;
        }
        events.push(Ok(StreamEvent::Done(response)));
        Ok(Box::pin(stream::iter(events)))
    }

    fn name(&self) -> &str {
        "cut"
    }
}

/// The answer of these fields in an adapter's own form.
fn written(adapter: &DynAdapter, fields: Fields) -> String {
    let mut all = fields;
    all.insert("ticket".to_owned(), "x".into());
    let prelude = adapter.prelude(&Triage::schema(), &[Demo::new(all)]).unwrap();
    prelude.messages.last().unwrap().text()
}

const PARTS: [&str; 16] = [
    "plain text",
    " ",
    "\n\n",
    "ü🦀",
    "\"quoted\"",
    "\\",
    "[[ ## ",
    "[[ ## reply ## ]]",
    "[[ ## completed ## ]]",
    "**bold**",
    "<reply>",
    "</summary>",
    "&lt;",
    "{\"reply\": 1}",
    "```",
    "- item",
];

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![4 => prop::sample::select(PARTS.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"];
    prop::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

fn fields() -> impl Strategy<Value = Fields> {
    let person =
        ("[A-Z][a-z]{2,6}", 0_u8..99).prop_map(|(name, age)| json!({"name": name, "age": age}));
    let owner = prop::option::of(person).prop_map(|person| person.unwrap_or(Value::Null));
    let priority = prop::sample::select(vec!["Low", "High"]);
    (text(), prop::collection::vec(text(), 0..3), priority, owner, text()).prop_map(
        |(summary, tags, priority, owner, reply)| {
            let fields = json!({
                "summary": summary, "tags": tags, "priority": priority, "owner": owner,
                "reply": reply,
            });
            fields.as_object().unwrap().clone()
        },
    )
}

fn adapters(reader: &Lm) -> Vec<(&'static str, DynAdapter)> {
    vec![
        ("chat", DynAdapter::new(ChatAdapter)),
        ("json", DynAdapter::new(JsonAdapter::new())),
        ("compact", DynAdapter::new(JsonAdapter::compact())),
        ("xml", DynAdapter::new(XmlAdapter)),
        ("two steps", DynAdapter::new(TwoStepAdapter::new(reader.clone()))),
    ]
}

/// Both calls give the same, and the deltas that count are the outputs.
async fn check(name: &str, adapter: &DynAdapter, text: &str, lengths: Vec<usize>) {
    let model = Cut { text: text.to_owned(), lengths };
    let program =
        Predict::<Triage>::new().with_lm(Lm::from_model(model)).with_adapter(adapter.clone());
    let whole = program.call("It burns.").await;
    let (events, streamed) = collected(program.stream("It burns.")).await;
    let (whole, streamed) = match (whole, streamed) {
        (Ok(whole), Ok(streamed)) => (whole, streamed),
        (Err(whole), Err(streamed)) => {
            assert_eq!(whole.to_string(), streamed.to_string(), "{name}: {text:?}");
            return;
        }
        (whole, streamed) => panic!("{name}: {text:?}: {whole:?} and {streamed:?}"),
    };
    let outputs = serde_json::to_value(whole.output()).unwrap();
    assert_eq!(outputs, serde_json::to_value(streamed.output()).unwrap(), "{name}: {text:?}");
    assert_eq!(whole.usage(), streamed.usage(), "{name}");
    assert_eq!(whole.warnings(), streamed.warnings(), "{name}");
    let told: BTreeMap<String, String> =
        texts(&events).into_iter().map(|((_, field), text)| (field, text)).collect();
    for field in Triage::schema().outputs() {
        let (value, told) = (&outputs[field.name()], told.get(field.name()));
        let told = told.map(String::as_str).unwrap_or_default();
        match value {
            Value::String(value) if field.is_text() => {
                assert_eq!(told.trim(), value.trim(), "{name}: {} in {text:?}", field.name());
            }
            value => {
                let read = parse(told, field.schema()).map(|read| read.value);
                assert_eq!(read.ok().as_ref(), Some(value), "{name}: {told:?} in {text:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_stream_tells_what_the_call_gives(
        fields in fields(),
        lengths in prop::collection::vec(1_usize..12, 1..6),
        damage in prop::option::weighted(0.3, (0.0..1.0_f64, prop::sample::select(PARTS.to_vec()))),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let priority = fields["priority"].as_str().unwrap().to_owned();
            let (summary, reply) = (fields["summary"].to_string(), fields["reply"].to_string());
            let read = sections(&[
                ("summary", &summary),
                ("tags", &fields["tags"].to_string()),
                ("priority", &priority),
                ("owner", &fields["owner"].to_string()),
                ("reply", &reply),
            ]);
            let reader = Scripted::with(move |_, _| read.clone()).lm();
            for (name, adapter) in adapters(&reader) {
                let mut text = match name {
                    "two steps" => format!("I would say {priority}."),
                    _ => written(&adapter, fields.clone()),
                };
                if let Some((place, part)) = damage {
                    let chars = text.chars().count() as f64;
                    let at = (place * chars) as usize;
                    let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
                    text.insert_str(at, part);
                }
                check(name, &adapter, &text, lengths.clone()).await;
            }
        });
    }
}
