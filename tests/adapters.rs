//! The adapters: what each sends, what it reads, and what nothing inside a value can do.

#[path = "adapters/chat.rs"]
mod chat;
#[path = "adapters/choice.rs"]
mod choice;
#[path = "adapters/elements.rs"]
mod elements;
#[path = "adapters/embedded.rs"]
mod embedded;
#[path = "adapters/failures.rs"]
mod failures;
#[path = "adapters/golden.rs"]
mod golden;
#[path = "adapters/history.rs"]
mod history;
#[path = "adapters/injection.rs"]
mod injection;
#[path = "adapters/json.rs"]
mod json;
#[path = "adapters/native.rs"]
mod native;
#[path = "adapters/properties.rs"]
mod properties;
#[path = "support/scripted.rs"]
mod scripted;
#[path = "adapters/streaming.rs"]
mod streaming;
#[path = "adapters/two_step.rs"]
mod two_step;
#[path = "adapters/values.rs"]
mod values;
#[path = "adapters/xml.rs"]
mod xml;

use dspy::SignatureSchema;
use dspy::adapter::{
    Adapter, AdapterCall, Answer, AnswerError, ChatAdapter, DynAdapter, JsonAdapter, XmlAdapter,
};
use dspy::lm::{Capabilities, Completion, LanguageModel, Lm, LmError, Request, Response};
use dspy::prelude::*;
use dspy::signature::{Demo, Fields};
use scripted::Scripted;

/// Judge the ticket.
#[derive(Signature, Clone)]
struct Triage {
    /// What the customer wrote.
    #[input]
    ticket: String,
    #[input]
    tags: Vec<String>,
    #[output]
    priority: Priority,
    /// How sure you are.
    #[output(ge = 0.0, le = 1.0)]
    confidence: f64,
    #[output]
    note: Option<String>,
}

#[dspy::data]
enum Priority {
    /// It can wait.
    Low,
    /// Now.
    High,
}

fn ticket() -> TriageInput {
    TriageInput { ticket: "It burns.".into(), tags: vec!["fire".into(), "a \"b\"".into()] }
}

fn map(value: serde_json::Value) -> Fields {
    value.as_object().unwrap().clone()
}

/// Copy the text.
#[derive(Signature, Clone)]
struct Echo {
    #[input]
    text: String,
    #[output]
    copy: String,
}

/// Think about the text, then say it again.
#[derive(Signature, Clone)]
struct Ponder {
    #[input]
    text: String,
    #[output]
    reasoning: String,
    #[output]
    answer: String,
}

/// The adapters that read their own format, by name.
fn all() -> Vec<(&'static str, DynAdapter)> {
    vec![
        ("chat", DynAdapter::new(ChatAdapter)),
        ("json", DynAdapter::new(JsonAdapter::new())),
        ("compact", DynAdapter::new(JsonAdapter::compact())),
        ("xml", DynAdapter::new(XmlAdapter)),
    ]
}

/// A model of these capabilities with scripted answers.
struct Capable {
    model: Scripted,
    capabilities: Capabilities,
}

impl LanguageModel for Capable {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.model.generate(request).await
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn name(&self) -> &str {
        "capable"
    }
}

fn capable(model: &Scripted, set: impl FnOnce(&mut Capabilities)) -> Lm {
    let mut capabilities = Capabilities::default();
    set(&mut capabilities);
    Lm::from_model(Capable { model: model.clone(), capabilities })
}

/// What an adapter reads from a text.
async fn read(
    adapter: &impl Adapter,
    schema: &SignatureSchema,
    text: &str,
) -> Result<Answer, Box<AnswerError>> {
    read_completion(adapter, schema, &Completion::text(text)).await
}

async fn read_completion(
    adapter: &impl Adapter,
    schema: &SignatureSchema,
    completion: &Completion,
) -> Result<Answer, Box<AnswerError>> {
    let prelude = adapter.prelude(schema, &[]).unwrap();
    let inputs = Fields::new();
    let lm = Lm::embedded();
    let call = AdapterCall::new(schema, &prelude, &inputs, &lm);
    adapter.parse(&call, completion).await
}

/// An adapter's own spelling of an answer.
fn written(adapter: &impl Adapter, schema: &SignatureSchema, fields: Fields) -> String {
    let mut all = fields;
    for field in schema.inputs() {
        all.entry(field.name()).or_insert_with(|| "x".into());
    }
    let prelude = adapter.prelude(schema, &[Demo::new(all)]).unwrap();
    prelude.messages.last().unwrap().text()
}
