//! Messages as Chat Completions wants them.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::super::super::client::ModelName;
use super::super::super::error::LmError;
use super::super::super::message::{Message, Part, Role, ToolCall, ToolResult};
use super::super::ChatCompletions;
use super::super::quirks::{Ids, Quirks, Thoughts};
use super::content::{Content, joined};

/// Anthropic takes so many cache marks in one request.
const MOST_MARKS: usize = 4;

/// All messages as they are sent.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Messages<'a> {
    Plain(Texts<'a>),
    Turns(Vec<Turn<'a>>),
}

impl<'a> Messages<'a> {
    pub(super) fn of(
        chat: &ChatCompletions,
        messages: &'a [Arc<Message>],
    ) -> Result<Self, LmError> {
        // Most conversations are texts, which are sent as they stand.
        if messages.iter().all(|message| is_plain(chat, message)) {
            return Ok(Self::Plain(Texts { messages, system: chat.quirks.system }));
        }
        turns(chat, messages).map(Self::Turns)
    }
}

/// Messages of one text each.
pub(super) struct Texts<'a> {
    messages: &'a [Arc<Message>],
    system: &'static str,
}

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.messages.iter().map(|message| Said {
            role: match message.role {
                Role::System => self.system,
                Role::Assistant => "assistant",
                Role::User | Role::Tool => "user",
            },
            content: Content::Text(joined(message.parts.iter())).written(message),
        }))
    }
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'static str,
    content: Content<'a>,
}

/// Whether a message is one text and nothing else.
fn is_plain(chat: &ChatCompletions, message: &Message) -> bool {
    matches!(message.parts.as_slice(), [Part::Text { .. }])
        && message.role != Role::Tool
        && !(message.cache && chat.quirks.cache_marks)
}

/// One message as it is sent.
#[derive(Serialize)]
pub(super) struct Turn<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasoning_details: Vec<&'a Value>,
    #[serde(skip_serializing_if = "str::is_empty")]
    reasoning_content: Cow<'a, str>,
    content: Content<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
}

#[derive(Serialize)]
struct Call<'a> {
    id: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: Arguments<'a>,
}

/// Arguments are sent as a text that holds JSON.
struct Arguments<'a>(&'a Value);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            // What the model wrote was no JSON; it is shown its own words.
            Value::String(text) => serializer.serialize_str(text),
            value => serializer.collect_str(value),
        }
    }
}

impl<'a> Turn<'a> {
    fn new(role: &'static str, content: Content<'a>) -> Self {
        Self {
            role,
            tool_call_id: None,
            reasoning_details: Vec::new(),
            reasoning_content: Cow::Borrowed(""),
            content,
            tool_calls: Vec::new(),
        }
    }
}

fn turns<'a>(
    chat: &ChatCompletions,
    messages: &'a [Arc<Message>],
) -> Result<Vec<Turn<'a>>, LmError> {
    let mut out = Vec::with_capacity(messages.len());
    let mut marks = 0;
    for message in messages.iter().rev() {
        let place = out.len();
        match message.role {
            Role::System => out.push(system(chat, message)?),
            Role::User | Role::Tool => user_or_tool(chat, message, &mut out)?,
            Role::Assistant => out.push(assistant(chat, message)?),
        }
        // The last marks cover the most.
        if message.cache && chat.quirks.cache_marks && marks < MOST_MARKS {
            marks += 1;
            if let Some(turn) = out.last_mut() {
                turn.content = std::mem::replace(&mut turn.content, Content::Nothing(())).marked();
            }
        } else if let Some([turn]) = out.get_mut(place..) {
            let content = std::mem::replace(&mut turn.content, Content::Nothing(()));
            turn.content = content.written(message);
        }
        // The whole list is turned round at the end, the turns of one message are not.
        if let Some(turns) = out.get_mut(place..) {
            turns.reverse();
        }
    }
    out.reverse();
    Ok(out)
}

fn system<'a>(chat: &ChatCompletions, message: &'a Message) -> Result<Turn<'a>, LmError> {
    if let Some(part) = message.parts.iter().find(|part| !matches!(part, Part::Text { .. })) {
        return Err(misplaced(&chat.model, part, "a system message"));
    }
    Ok(Turn::new(chat.quirks.system, Content::Text(joined(message.parts.iter()))))
}

/// Each tool result is a message of its own; whatever else there is follows as one user message.
fn user_or_tool<'a>(
    chat: &ChatCompletions,
    message: &'a Message,
    out: &mut Vec<Turn<'a>>,
) -> Result<(), LmError> {
    // The usual message, without a list of its parts.
    if let (Role::User, [Part::Text { text }]) = (message.role, message.parts.as_slice()) {
        out.push(Turn::new("user", Content::Text(Cow::Borrowed(text))));
        return Ok(());
    }
    let mut said = Vec::new();
    let mut answered = false;
    for part in &message.parts {
        match part {
            Part::ToolResult(result) => {
                out.push(tool_result(&chat.quirks, result));
                answered = true;
            }
            part if message.role == Role::Tool => {
                return Err(misplaced(&chat.model, part, "a tool's message"));
            }
            part => said.push(part),
        }
    }
    if message.role == Role::User && !(said.is_empty() && answered) {
        out.push(Turn::new("user", Content::of_user(chat, &said)?));
    }
    Ok(())
}

fn assistant<'a>(chat: &ChatCompletions, message: &'a Message) -> Result<Turn<'a>, LmError> {
    let mut turn = Turn::new("assistant", Content::Nothing(()));
    for part in &message.parts {
        match part {
            Part::Text { .. } => {}
            Part::ToolCall(call) => turn.tool_calls.push(tool_call(&chat.quirks, call)),
            // Only what the service wants back; the rest has no place here.
            Part::Reasoning { text, opaque } => match chat.quirks.thoughts {
                Thoughts::Nothing => {}
                Thoughts::Text if turn.reasoning_content.is_empty() => {
                    turn.reasoning_content = Cow::Borrowed(text);
                }
                Thoughts::Text => turn.reasoning_content.to_mut().push_str(text),
                Thoughts::Details => {
                    let details = opaque.as_ref().and_then(|item| item.get("reasoning_details"));
                    let items = details.and_then(Value::as_array).into_iter().flatten();
                    turn.reasoning_details.extend(items);
                }
            },
            part => return Err(misplaced(&chat.model, part, "an assistant message")),
        }
    }
    let text = joined(message.parts.iter());
    if !text.is_empty() || turn.tool_calls.is_empty() {
        turn.content = Content::Text(text);
    }
    Ok(turn)
}

fn tool_call<'a>(quirks: &Quirks, call: &'a ToolCall) -> Call<'a> {
    Call {
        id: id(quirks, &call.id),
        kind: "function",
        function: Function { name: &call.name, arguments: Arguments(&call.arguments) },
    }
}

/// This API has no field for a tool that failed, so the text has to say it.
fn tool_result<'a>(quirks: &Quirks, result: &'a ToolResult) -> Turn<'a> {
    let says_so =
        || result.content.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error"));
    let content = if result.is_error && !says_so() {
        Cow::Owned(format!("error: {}", result.content))
    } else {
        Cow::Borrowed(&*result.content)
    };
    Turn {
        tool_call_id: Some(id(quirks, &result.call_id)),
        ..Turn::new("tool", Content::Text(content))
    }
}

/// The id as the service takes it; one id always becomes the same, so that calls and results meet.
fn id<'a>(quirks: &Quirks, id: &'a str) -> Cow<'a, str> {
    let fits = id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if quirks.ids == Ids::Any || fits {
        return Cow::Borrowed(id);
    }
    Cow::Owned(blake3::hash(id.as_bytes()).to_hex().chars().take(9).collect())
}

pub(super) fn misplaced(model: &ModelName, part: &Part, place: &str) -> LmError {
    let what = match part {
        Part::Text { .. } => "text",
        Part::Image { .. } => "an image",
        Part::Audio { .. } => "audio",
        Part::File { .. } => "a file",
        Part::ToolCall(_) => "a tool call",
        Part::ToolResult(_) => "a tool result",
        Part::Reasoning { .. } => "reasoning",
    };
    let fix = match part {
        Part::ToolResult(_) => "put it into a tool's message",
        Part::ToolCall(_) | Part::Reasoning { .. } => "put it into an assistant message",
        _ => "put it into a user message",
    };
    model.unsupported(format!("{what} in {place}"), fix)
}
