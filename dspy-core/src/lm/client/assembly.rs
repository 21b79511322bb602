//! [`Assembly`]: a streamed answer put together from its pieces.

use std::collections::VecDeque;
use std::mem;

use serde_json::{Map, Value};

use super::super::message::{Part, ToolCall};
use super::super::model::StreamEvent;
use super::super::response::{Completion, FinishReason, Response, TokenLogprob, Usage};
use super::finish;
use super::tool_calls::{arguments, made_up_id};

/// More completions than anybody asks for: a number beyond it is a server's mistake.
const MOST_COMPLETIONS: usize = 256;

/// The answer so far, and the events that nobody has fetched yet.
#[derive(Debug, Default)]
pub struct Assembly {
    drafts: Vec<Draft>,
    events: VecDeque<StreamEvent>,
    usage: Option<Usage>,
    model: Option<String>,
    id: Option<String>,
    rest: Map<String, Value>,
    hash: blake3::Hasher,
    ended: bool,
}

/// One completion so far.
#[derive(Debug, Default)]
struct Draft {
    parts: Vec<Part>,
    text: String,
    thought: String,
    opaque: Option<Value>,
    /// Tool calls that are still being written, by the server's number or id.
    open: Vec<OpenCall>,
    finish: Option<(FinishReason, Option<String>)>,
    logprobs: Option<Vec<TokenLogprob>>,
    refused: bool,
}

#[derive(Debug)]
struct OpenCall {
    key: CallKey,
    id: String,
    name: String,
    arguments: String,
    opaque: Option<Value>,
}

/// What says that two pieces belong to one tool call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lm) enum CallKey {
    /// The server's number of the call.
    Number(u64),
    /// The call that was begun last.
    Last,
}

impl Assembly {
    /// Notes the bytes of a piece, which tell this answer from every other.
    pub(in crate::lm) fn note(&mut self, data: &str) {
        self.hash.update(data.as_bytes());
    }

    /// More text of completion `index`.
    pub(in crate::lm) fn text(&mut self, index: usize, delta: &str) {
        if delta.is_empty() {
            return;
        }
        if let Some(draft) = self.draft(index) {
            draft.close_thought();
            draft.text.push_str(delta);
            self.events.push_back(StreamEvent::Text { index, delta: delta.to_owned() });
        }
    }

    /// More readable reasoning of completion `index`.
    pub(in crate::lm) fn reasoning(&mut self, index: usize, delta: &str) {
        if delta.is_empty() {
            return;
        }
        if let Some(draft) = self.draft(index) {
            draft.close_text();
            draft.thought.push_str(delta);
            self.events.push_back(StreamEvent::Reasoning { index, delta: delta.to_owned() });
        }
    }

    /// The provider's own item for the reasoning that is being written; it ends that part.
    pub(in crate::lm) fn opaque_reasoning(&mut self, index: usize, item: Value) {
        if let Some(draft) = self.draft(index) {
            draft.close_text();
            draft.opaque = Some(item);
            draft.close_thought();
        }
    }

    /// What is being written is a part of its own; what follows is another.
    pub(in crate::lm) fn close_part(&mut self, index: usize) {
        if let Some(draft) = self.draft(index) {
            draft.close();
        }
    }

    /// A whole part that is neither text nor a tool call.
    pub(in crate::lm) fn part(&mut self, index: usize, part: Part) {
        if let Some(draft) = self.draft(index) {
            draft.close();
            draft.parts.push(part);
        }
    }

    /// More of a tool call: a new one where `key` is unknown. Empty texts add nothing.
    pub(in crate::lm) fn tool_call(
        &mut self,
        index: usize,
        key: CallKey,
        id: &str,
        name: &str,
        arguments: &str,
    ) {
        let Some(draft) = self.draft(index) else { return };
        // One number for all its calls is a server's slip; their ids tell them apart.
        let same_id = |call: &OpenCall| id.is_empty() || call.id.is_empty() || call.id == id;
        let known = match &key {
            CallKey::Number(_) => {
                draft.open.iter_mut().rev().find(|call| call.key == key && same_id(call))
            }
            // Without a number a new id, or a second name without any id, begins a new call.
            CallKey::Last => draft.open.last_mut().filter(|call| {
                same_id(call) && (!id.is_empty() || name.is_empty() || call.name.is_empty())
            }),
        };
        match known {
            Some(call) => {
                if call.id.is_empty() {
                    call.id.push_str(id);
                }
                // Some servers repeat the name with each piece, none sends it in halves.
                if call.name.is_empty() {
                    call.name.push_str(name);
                }
                call.arguments.push_str(arguments);
            }
            None => draft.open.push(OpenCall {
                key,
                id: id.to_owned(),
                name: name.to_owned(),
                arguments: arguments.to_owned(),
                opaque: None,
            }),
        }
    }

    /// A tool call that came in one piece, at its place among the parts; an empty id is made up.
    pub(in crate::lm) fn whole_tool_call(&mut self, index: usize, mut call: ToolCall) {
        let seed = call.id.is_empty().then(|| self.hash.finalize());
        let Some(draft) = self.draft(index) else { return };
        draft.close();
        if let Some(seed) = seed {
            let before = draft.parts.iter().filter(|part| matches!(part, Part::ToolCall(_)));
            call.id = made_up_id(index, before.count(), &seed);
        }
        draft.parts.push(Part::ToolCall(call.clone()));
        self.events.push_back(StreamEvent::ToolCall { index, call });
    }

    /// Text or reasoning that must stay a part of its own.
    pub(in crate::lm) fn whole_part(&mut self, index: usize, part: Part) {
        let event = match &part {
            Part::Text { text } => Some(StreamEvent::Text { index, delta: text.to_string() }),
            Part::Reasoning { text, .. } if !text.is_empty() => {
                Some(StreamEvent::Reasoning { index, delta: text.clone() })
            }
            _ => None,
        };
        self.part(index, part);
        self.events.extend(event);
    }

    /// The tool calls of completion `index` are whole.
    pub(in crate::lm) fn close_tool_calls(&mut self, index: usize) {
        let seed = self.hash.finalize();
        let Some(draft) = self.draft(index) else { return };
        draft.close();
        let calls: Vec<ToolCall> = mem::take(&mut draft.open)
            .into_iter()
            .enumerate()
            .map(|(place, call)| {
                let id = match call.id {
                    id if id.is_empty() => made_up_id(index, place, &seed),
                    id => id,
                };
                let arguments = arguments(Some(&Value::String(call.arguments)));
                ToolCall { opaque: call.opaque, ..ToolCall::new(id, call.name, arguments) }
            })
            .collect();
        draft.parts.extend(calls.iter().cloned().map(Part::ToolCall));
        let events = calls.into_iter().map(|call| StreamEvent::ToolCall { index, call });
        self.events.extend(events);
    }

    /// Completion `index` is done, for this reason in the provider's word.
    pub(in crate::lm) fn finish(&mut self, index: usize, word: Option<&str>) {
        if let Some(draft) = self.draft(index) {
            draft.finish = Some((finish::reason(word), word.map(str::to_owned)));
        }
    }

    /// There is a completion `index`, though nothing of it may follow.
    pub(in crate::lm) fn begin(&mut self, index: usize) {
        self.draft(index);
    }

    /// A filter ended completion `index`, for this reason in the provider's word.
    pub(in crate::lm) fn blocked(&mut self, index: usize, word: &str) {
        if let Some(draft) = self.draft(index) {
            draft.finish = Some((FinishReason::ContentFilter, Some(word.to_owned())));
        }
    }

    /// Completion `index` is a refusal.
    pub(in crate::lm) fn refused(&mut self, index: usize) {
        if let Some(draft) = self.draft(index) {
            draft.refused = true;
        }
    }

    /// More log-probabilities of completion `index`.
    pub(in crate::lm) fn logprobs(&mut self, index: usize, tokens: Vec<TokenLogprob>) {
        if let Some(draft) = self.draft(index) {
            draft.logprobs.get_or_insert_default().extend(tokens);
        }
    }

    /// The tokens of the whole answer so far; each word on it replaces the one before.
    pub(in crate::lm) fn usage(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    /// The model that answers, as the provider names it. The first word counts.
    pub(in crate::lm) fn model(&mut self, name: &str) {
        if self.model.is_none() && !name.is_empty() {
            self.model = Some(name.to_owned());
        }
    }

    /// The answer's id, where no header names one. The first word counts.
    pub(in crate::lm) fn id(&mut self, id: &str) {
        if self.id.is_none() && !id.is_empty() {
            self.id = Some(id.to_owned());
        }
    }

    /// A field that has no place in a [`Response`].
    pub(in crate::lm) fn rest(&mut self, name: &str, value: Value) {
        if !value.is_null() {
            self.rest.insert(name.to_owned(), value);
        }
    }

    /// The provider said that nothing follows.
    pub(in crate::lm) fn end(&mut self) {
        self.ended = true;
    }

    pub(in crate::lm) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether there is a completion, and each has said why it ended.
    pub(in crate::lm) fn all_finished(&self) -> bool {
        !self.drafts.is_empty() && self.drafts.iter().all(|draft| draft.finish.is_some())
    }

    pub(in crate::lm) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// The next event that nobody has fetched.
    pub(in crate::lm) fn event(&mut self) -> Option<StreamEvent> {
        self.events.pop_front()
    }

    /// An event beside those that the pieces make.
    pub(in crate::lm) fn push(&mut self, event: StreamEvent) {
        self.events.push_back(event);
    }

    /// The whole answer, and the last events. The assembly is empty afterwards.
    pub(in crate::lm) fn take_response(&mut self) -> Response {
        for index in 0..self.drafts.len() {
            self.close_tool_calls(index);
        }
        let completions = mem::take(&mut self.drafts).into_iter().map(Draft::into_completion);
        Response {
            completions: completions.collect(),
            usage: Usage { calls: 1, ..self.usage.unwrap_or_default() },
            model: self.model.take(),
            request_id: self.id.take(),
            provider: (!self.rest.is_empty()).then(|| Value::Object(mem::take(&mut self.rest))),
            ..Response::default()
        }
    }

    fn draft(&mut self, index: usize) -> Option<&mut Draft> {
        if index >= MOST_COMPLETIONS {
            return None;
        }
        if self.drafts.len() <= index {
            self.drafts.resize_with(index + 1, Draft::default);
        }
        self.drafts.get_mut(index)
    }
}

impl Draft {
    fn close_text(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::text(mem::take(&mut self.text)));
        }
    }

    fn close_thought(&mut self) {
        if !self.thought.is_empty() || self.opaque.is_some() {
            self.parts.push(Part::Reasoning {
                text: mem::take(&mut self.thought),
                opaque: self.opaque.take(),
            });
        }
    }

    fn close(&mut self) {
        self.close_text();
        self.close_thought();
    }

    fn into_completion(mut self) -> Completion {
        self.close();
        let (reason, raw) = self.finish.unwrap_or((FinishReason::Stop, None));
        let called = self.parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
        Completion {
            finish: finish::settled(reason, self.refused, called),
            raw_finish: raw,
            parts: self.parts,
            logprobs: self.logprobs,
        }
    }
}
