//! [`GeminiPieces`]: an answer of the Gemini API, whole or in fragments, read leniently: every field
//! may be missing, every word unknown.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::client::{Assembly, Fault, Pieces, arguments, error_in};
use super::super::message::{Media, Part, ToolCall};
use super::super::response::TokenLogprob;
use super::usage;

/// The signature of a part, in the API and in the `opaque` data of a tool call or a thought.
pub(super) const SIGNATURE: &str = "thoughtSignature";
/// In `opaque` data: the id that the API gave to a tool call.
pub(super) const CALL_ID: &str = "id";
/// In the `opaque` data of empty reasoning: the signature of the text that follows.
pub(super) const TEXT_SIGNATURE: &str = "textSignature";
/// In the `opaque` data of empty reasoning: a part that has no other place.
pub(super) const PART: &str = "geminiPart";

/// Reads the fragments of one answer.
#[derive(Debug, Default)]
pub struct GeminiPieces {
    /// What has no other place, by candidate.
    rest: BTreeMap<u64, Map<String, Value>>,
}

impl Pieces for GeminiPieces {
    fn take(&mut self, _event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        // Some proxies end every stream as OpenAI does.
        if matches!(data.trim(), "" | "[DONE]") {
            return Ok(());
        }
        let fragment = serde_json::from_str(data).map_err(|error| {
            Fault::Unreadable(format!("a piece of the stream is no JSON ({error})"))
        })?;
        self.fragment(&fragment, to)
    }

    /// The API has no closing piece.
    fn whole_without_end(&self, so_far: &Assembly) -> bool {
        so_far.all_finished()
    }
}

impl GeminiPieces {
    /// Reads one fragment, or a whole answer: they look the same.
    pub(super) fn fragment(&mut self, body: &Value, to: &mut Assembly) -> Result<(), Fault> {
        if let Some(error) = error_in(body) {
            return Err(Fault::Reported(error.clone()));
        }
        let Value::Object(fields) = body else {
            return Err(Fault::Unreadable("expected a JSON object".to_owned()));
        };
        to.model(text(body, "modelVersion"));
        to.id(text(body, "responseId"));
        let candidates = body.get("candidates").and_then(Value::as_array);
        for (place, candidate) in candidates.into_iter().flatten().enumerate() {
            self.candidate(place, candidate, to);
        }
        let block = body.pointer("/promptFeedback/blockReason").and_then(Value::as_str);
        if let Some(word) = block.filter(|_| candidates.is_none_or(Vec::is_empty)) {
            to.blocked(0, word);
        }
        if let Some(metadata) = body.get("usageMetadata").filter(|usage| usage.is_object()) {
            to.usage(usage::normalized(metadata));
        }
        for (name, value) in fields {
            let known = ["candidates", "usageMetadata", "modelVersion", "responseId"];
            if !known.contains(&name.as_str()) {
                to.rest(name, value.clone());
            }
        }
        if !self.rest.is_empty() {
            to.rest("candidates", self.rest.values().cloned().collect());
        }
        Ok(())
    }

    fn candidate(&mut self, place: usize, candidate: &Value, to: &mut Assembly) {
        let number = candidate.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        to.begin(index);
        let parts = candidate.pointer("/content/parts").and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            take_part(index, part, to);
        }
        if let Some(tokens) = candidate.get("logprobsResult").and_then(logprobs) {
            to.logprobs(index, tokens);
        }
        let word = text(candidate, "finishReason");
        if !word.is_empty() {
            to.finish(index, Some(word));
        }
        for (name, value) in candidate.as_object().into_iter().flatten() {
            let known = ["content", "finishReason", "index", "logprobsResult", "tokenCount"];
            if !known.contains(&name.as_str()) && !value.is_null() {
                let rest = self.rest.entry(number).or_default();
                rest.insert("index".to_owned(), number.into());
                rest.insert(name.clone(), value.clone());
            }
        }
    }
}

fn take_part(index: usize, part: &Value, to: &mut Assembly) {
    let signature = part.get(SIGNATURE).filter(|signature| !signature.is_null());
    if let Some(call) = part.get("functionCall").filter(|call| call.is_object()) {
        to.whole_tool_call(index, tool_call(call, signature));
        return;
    }
    let thought = part.get("thought").and_then(Value::as_bool).unwrap_or(false);
    match (part.get("text").and_then(Value::as_str), signature) {
        (Some(text), None) if thought => to.reasoning(index, text),
        (Some(text), None) => to.text(index, text),
        (Some(text), Some(signature)) if thought => {
            to.whole_part(index, opaque(text, SIGNATURE, signature));
        }
        // A signature goes back on the very part it came with, so these are not joined.
        (Some(text), Some(signature)) if !text.is_empty() => {
            to.whole_part(index, opaque("", TEXT_SIGNATURE, signature));
            to.whole_part(index, Part::text(text));
        }
        (None, None) if part.get("inlineData").is_some_and(Value::is_object) => {
            to.whole_part(index, media(part.get("inlineData").unwrap_or(&Value::Null)));
        }
        _ if part.as_object().is_some_and(|fields| !fields.is_empty()) => {
            to.whole_part(index, opaque("", PART, part));
        }
        _ => {}
    }
}

fn opaque(text: &str, name: &str, value: &Value) -> Part {
    Part::Reasoning { text: text.to_owned(), opaque: Some(json!({name: value})) }
}

fn tool_call(call: &Value, signature: Option<&Value>) -> ToolCall {
    let id = text(call, "id");
    let mut own = Map::new();
    if !id.is_empty() {
        own.insert(CALL_ID.to_owned(), id.into());
    }
    if let Some(signature) = signature {
        own.insert(SIGNATURE.to_owned(), signature.clone());
    }
    let opaque = (!own.is_empty()).then_some(Value::Object(own));
    ToolCall { opaque, ..ToolCall::new(id, text(call, "name"), arguments(call.get("args"))) }
}

/// Something that the model drew or spoke.
fn media(inline: &Value) -> Part {
    let mime = text(inline, "mimeType");
    let media = Media::base64(text(inline, "data"), mime);
    match mime.split('/').next() {
        Some("image") => Part::Image { media },
        Some("audio") => Part::Audio { media },
        _ => Part::File { media },
    }
}

/// The chosen tokens, and beside each the likeliest in its place.
fn logprobs(result: &Value) -> Option<Vec<TokenLogprob>> {
    let chosen = result.get("chosenCandidates")?.as_array()?;
    let tops = result.get("topCandidates").and_then(Value::as_array);
    let tokens = chosen.iter().enumerate().filter_map(|(place, candidate)| {
        let (token, logprob) = pair(candidate)?;
        let top = tops.and_then(|tops| tops.get(place)?.get("candidates")?.as_array());
        let mut top: Vec<_> = top.into_iter().flatten().filter_map(pair).collect();
        top.sort_by(|one, other| other.1.total_cmp(&one.1));
        Some(TokenLogprob { token, logprob, top })
    });
    Some(tokens.collect())
}

fn pair(candidate: &Value) -> Option<(String, f64)> {
    let logprob = candidate.get("logProbability")?.as_f64()?;
    Some((candidate.get("token")?.as_str()?.to_owned(), logprob))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
