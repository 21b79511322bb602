//! The embedded model: answers in process from the evidence in a prompt.

mod answer;
mod bounds;
mod chance;
mod evidence;
mod examples;
mod extract;
mod features;
mod field;
mod form;
mod hints;
mod kind;
mod list;
mod nested;
mod notation;
mod number;
mod pick;
mod plain;
mod prompt;
mod propose;
mod reason;
mod schema;
mod sections;
mod span;
mod words;

use std::sync::Arc;

use serde_json::json;

use self::answer::Answer;
use self::chance::Chance;
use self::evidence::Evidence;
use self::prompt::Prompt;
use super::error::LmError;
use super::message::Part;
use super::model::{Capabilities, LanguageModel};
use super::request::{Request, ResponseFormat, Settings, ToolChoice};
use super::response::{Completion, FinishReason, Response, Usage};

const NAME: &str = "embedded";

/// Characters that count as one token.
const TOKEN: usize = 4;

/// A stand-in for a language model that answers in process, from the prompt alone.
///
/// It is **not** a language model: it has no weights, no network, and no knowledge of the world or
/// of any language beyond a list of English function words and word endings. It reads the same
/// messages that any provider would get, looks in them for the fields that are asked for, for
/// demonstrations, for options and their descriptions, and for sentences of the instruction that
/// tie words to one option, and answers by that evidence. What the messages do not hold it does
/// not know; with nothing to go by it guesses, and a `reasoning` field says so.
///
/// It exists so that examples, tutorials and tests run everywhere, free and repeatable, and so
/// that a change to a prompt has a real effect that an optimizer can find:
///
/// - A field with a closed set of answers is classified like a few-shot text classifier would.
/// - Numbers, lists and objects come from similar demonstrations and from the inputs.
/// - Text is cited from the inputs.
/// - A field named like an instruction, rule or advice gets one, written from the labelled examples
///   in the inputs as sentences that this model can use in turn.
///
/// Equal requests get equal answers. A temperature above 0 adds noise that depends on the
/// messages, the rollout, the seed and the sample's index alone. A token is taken to be four
/// characters. Sampling settings without a meaning here, such as `top_p` or log-probabilities,
/// required tool calls, and media in messages are errors, as they are with any model that
/// lacks them.
///
/// ```
/// use dspy::lm::{Lm, Message, Request};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let system = "\
/// Your input fields are:
/// 1. `review` (text): A customer's words.
/// Your output fields are:
/// 1. `mood` (text): How the customer feels.
///
/// [[ ## review ## ]]
/// {review}
///
/// [[ ## mood ## ]]
/// {mood}        # note: one of, exactly as written: happy; angry
///
/// [[ ## completed ## ]]
/// The task:
///         Words such as `love` and `great` point to `happy`.
///         Words such as `broken` and `refund` point to `angry`.";
/// let question = "[[ ## review ## ]]\nIt arrived broken and I want my money back.";
/// let request = Request::new([Message::system(system), Message::user(question)]);
/// let response = Lm::embedded().generate(&request).await?;
/// let answer = response.completions[0].joined_text();
/// assert!(answer.starts_with("[[ ## mood ## ]]\nangry"));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Embedded {
    /// The model. It has no state and nothing to set.
    pub fn new() -> Self {
        Self
    }
}

impl LanguageModel for Embedded {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        refuse_unsupported(request)?;
        let settings = &request.settings;
        let chance = Chance::new(request);
        let prompt = Prompt::read(request);
        let evidence = prompt.as_ref().map(|prompt| (prompt, Evidence::new(prompt)));
        let mut response = Response::default();
        for sample in 0..settings.n.unwrap_or(1) {
            let text = match &evidence {
                Some((prompt, evidence)) => {
                    Answer { prompt, evidence, chance: chance.of_sample(sample) }.write()
                }
                None if request.response_format == ResponseFormat::Text => plain::reply(request),
                None => json!({ "answer": plain::reply(request) }).to_string(),
            };
            let completion = cut(text, settings);
            response.usage.completion_tokens += tokens(&completion.joined_text());
            response.completions.push(completion);
        }
        let prompt_tokens = request.messages.iter().map(|message| tokens(&message.text())).sum();
        response.usage = Usage { calls: 1, prompt_tokens, ..response.usage };
        response.model = Some(NAME.to_owned());
        Ok(response)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { json_object: true, n: true, ..Capabilities::default() }
    }

    fn name(&self) -> &str {
        NAME
    }
}

fn tokens(text: &str) -> u64 {
    text.chars().count().div_ceil(TOKEN) as u64
}

/// The completion that ends at the first stop text or at the token limit, whichever comes first.
fn cut(mut text: String, settings: &Settings) -> Completion {
    let stops = settings.stop.iter().filter(|stop| !stop.is_empty());
    if let Some(end) = stops.filter_map(|stop| text.find(stop.as_str())).min() {
        text.truncate(end);
    }
    let most = settings.max_tokens.and_then(|max| usize::try_from(max).ok()?.checked_mul(TOKEN));
    let limit = most.and_then(|most| text.char_indices().nth(most)).map(|(end, _)| end);
    let mut completion = Completion::default();
    if let Some(end) = limit {
        text.truncate(end);
        completion.finish = FinishReason::Length;
    }
    completion.parts.push(Part::Text { text: Arc::from(text) });
    completion
}

/// Refuses what would otherwise have to be ignored.
fn refuse_unsupported(request: &Request) -> Result<(), LmError> {
    let Settings {
        top_p,
        top_k,
        presence_penalty,
        frequency_penalty,
        logprobs,
        reasoning_effort,
        extra,
        ..
    } = &request.settings;
    let is_media =
        |part: &Part| matches!(part, Part::Image { .. } | Part::Audio { .. } | Part::File { .. });
    let media = request.messages.iter().any(|message| message.parts.iter().any(is_media));
    let must_call = matches!(request.tool_choice, ToolChoice::Required | ToolChoice::Tool(_));
    let extra = extra.keys().next().map(|key| format!("the setting `{key}`"));
    let checks = [
        (top_p.is_some(), "`top_p`"),
        (top_k.is_some(), "`top_k`"),
        (presence_penalty.is_some(), "`presence_penalty`"),
        (frequency_penalty.is_some(), "`frequency_penalty`"),
        (logprobs.is_some(), "`logprobs`"),
        (reasoning_effort.is_some(), "`reasoning_effort`"),
        (must_call, "tool calls"),
        (media, "images, sound or files"),
    ];
    let lacking = checks.iter().find(|(asked, _)| *asked).map(|(_, what)| (*what).to_owned());
    match lacking.or(extra) {
        None => Ok(()),
        Some(feature) => Err(LmError::Unsupported {
            model: NAME.to_owned(),
            feature,
            fix: "leave it out, or use a language model that supports it".to_owned(),
        }),
    }
}
