//! The calls of an item: exactly what was sent, and what came back.

use dspy_core::lm::{Message as Sent, Part, Request, Response, Role, Usage};
use dspy_core::run::CallRecord;
use serde::Serialize;

use super::item::Texts;

/// A call of a predictor.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Call {
    pub(crate) path: String,
    /// Whether an assertion sent its answer back, so that the result does not rest on it.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) abandoned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
    pub(crate) tokens: u64,
    pub(crate) usd: f64,
    pub(crate) seconds: f64,
    pub(crate) turns: Vec<Turn>,
}

/// A request and its answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Turn {
    /// Who was asked, as far as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) cached: bool,
    /// The sampling settings that were sent, as JSON.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) settings: String,
    /// How many messages are those of the turn before, in front of `sent`.
    pub(crate) repeated: usize,
    pub(crate) sent: Vec<Message>,
    pub(crate) answers: Vec<Message>,
}

/// A role, and the place of a text among all texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Message(pub(crate) &'static str, pub(crate) usize);

fn is_false(value: &bool) -> bool {
    !value
}

impl Call {
    pub(super) fn of(record: &CallRecord, abandoned: bool, texts: &mut Texts) -> Self {
        let mut turns: Vec<Turn> = Vec::new();
        let mut before: Vec<Message> = Vec::new();
        for (place, request) in record.requests.iter().enumerate() {
            let sent = sent(request, texts);
            let repeated = sent.iter().zip(&before).take_while(|(a, b)| a == b).count();
            let mut turn = Turn::of(request, record.responses.get(place), texts);
            turn.repeated = repeated;
            turn.sent = sent.get(repeated..).unwrap_or_default().to_vec();
            turns.push(turn);
            before = sent;
        }
        for side in &record.side_calls {
            let mut turn = Turn::of(&side.request, Some(&side.response), texts);
            turn.sent = sent(&side.request, texts);
            turn.model.get_or_insert_with(|| side.model.clone());
            turns.push(turn);
        }
        Self {
            path: record.path.clone(),
            abandoned,
            error: record.outputs.as_ref().err().cloned(),
            warnings: record.warnings.clone(),
            tokens: Usage::total_tokens(&record.usage),
            usd: record.usage.usd,
            seconds: record.elapsed.as_secs_f64(),
            turns,
        }
    }
}

impl Turn {
    fn of(request: &Request, response: Option<&Response>, texts: &mut Texts) -> Self {
        let mut settings = request.settings.clone();
        // They may hold secrets.
        settings.extra.clear();
        let settings = serde_json::to_value(&settings).ok();
        let settings =
            settings.filter(|settings| settings.as_object().is_some_and(|all| !all.is_empty()));
        let completions = response.into_iter().flat_map(|response| &response.completions);
        let mut answers = Vec::new();
        for completion in completions {
            answers.extend(messages("answer", &completion.parts, texts));
        }
        Self {
            model: response.and_then(|r| r.stand_in.clone().or_else(|| r.model.clone())),
            cached: response.is_some_and(|response| response.cached),
            settings: settings.map(|settings| settings.to_string()).unwrap_or_default(),
            repeated: 0,
            sent: Vec::new(),
            answers,
        }
    }
}

fn sent(request: &Request, texts: &mut Texts) -> Vec<Message> {
    let of = |message: &Sent, texts: &mut Texts| {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
            _ => "other",
        };
        messages(role, &message.parts, texts)
    };
    request.messages.iter().flat_map(|message| of(message, texts)).collect()
}

/// Text joined, and what is no text under a name of its own.
fn messages(role: &'static str, parts: &[Part], texts: &mut Texts) -> Vec<Message> {
    let mut found = Vec::new();
    let mut text = String::new();
    let pretty =
        |value: serde_json::Result<String>| value.unwrap_or_else(|error| error.to_string());
    for part in parts {
        let (name, other) = match part {
            Part::Text { text: more } => {
                text.push_str(more);
                continue;
            }
            Part::Image { media } => ("image", format!("{:?}", media.source)),
            Part::Audio { media } => ("audio", format!("{:?}", media.source)),
            Part::File { media } => ("file", format!("{:?}", media.source)),
            Part::ToolCall(call) => ("tool call", pretty(serde_json::to_string_pretty(call))),
            Part::ToolResult(result) => ("tool result", result.content.clone()),
            Part::Reasoning { text, .. } => ("reasoning", text.clone()),
            other => ("other", format!("{other:?}")),
        };
        if !text.is_empty() {
            found.push(Message(role, texts.place(std::mem::take(&mut text))));
        }
        found.push(Message(name, texts.place(other)));
    }
    if !text.is_empty() || found.is_empty() {
        found.push(Message(role, texts.place(text)));
    }
    found
}
