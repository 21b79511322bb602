//! `tracing` spans of calls, with the attribute names of OpenTelemetry's conventions for generative
//! AI.
//!
//! What the spans are, and which stands in which, is in `docs/telemetry.md`. Nothing is made of any of
//! them where nobody listens.
//!
//! Each call of an [`Lm`](super::Lm) is one span named `chat` at level `INFO`, from the request to
//! the end of the answer; whatever the call does in between is inside it. Messages are recorded only
//! after [`Lm::with_traced_content`](super::Lm::with_traced_content), keys and headers never. That
//! switch is also the one for what programs, predictors and tools are given and give: they follow the
//! model in force.
//!
//! The names below are those of the conventions, which are still in development; they change here
//! with a new version of this crate alone. A bridge such as `tracing-opentelemetry` carries the
//! spans on.

mod content;

use std::time::Duration;

use tracing::field::{Empty, debug, display};
use tracing::{Span, info_span};

use super::error::LmError;
use super::request::Request;
use super::response::{FinishReason, Response};

/// What is done: `chat`, `execute_tool`, `invoke_agent`, `invoke_workflow` or `retrieval`.
pub const OPERATION_NAME: &str = "gen_ai.operation.name";
/// The provider: the model's name up to the first `/`.
pub const PROVIDER_NAME: &str = "gen_ai.provider.name";
/// The model that is asked.
pub const REQUEST_MODEL: &str = "gen_ai.request.model";
/// The most tokens that may be written.
pub const REQUEST_MAX_TOKENS: &str = "gen_ai.request.max_tokens";
/// The temperature.
pub const REQUEST_TEMPERATURE: &str = "gen_ai.request.temperature";
/// The probability mass kept.
pub const REQUEST_TOP_P: &str = "gen_ai.request.top_p";
/// The number of tokens kept per step.
pub const REQUEST_TOP_K: &str = "gen_ai.request.top_k";
/// The seed.
pub const REQUEST_SEED: &str = "gen_ai.request.seed";
/// The penalty on tokens by how often they occurred.
pub const REQUEST_FREQUENCY_PENALTY: &str = "gen_ai.request.frequency_penalty";
/// The penalty on tokens that occurred at all.
pub const REQUEST_PRESENCE_PENALTY: &str = "gen_ai.request.presence_penalty";
/// Texts that end the answer.
pub const REQUEST_STOP_SEQUENCES: &str = "gen_ai.request.stop_sequences";
/// How many completions are asked for, if not one.
pub const REQUEST_CHOICE_COUNT: &str = "gen_ai.request.choice.count";
/// Whether the answer is streamed.
pub const REQUEST_STREAM: &str = "gen_ai.request.stream";
/// `json` where the answer must be JSON, else `text`.
pub const OUTPUT_TYPE: &str = "gen_ai.output.type";
/// The provider's id of the answer.
pub const RESPONSE_ID: &str = "gen_ai.response.id";
/// The model that answered.
pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// Why each completion ended.
pub const RESPONSE_FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// Seconds until the first piece of a stream.
pub const RESPONSE_TIME_TO_FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
/// Tokens read.
pub const USAGE_INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// Tokens written.
pub const USAGE_OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Of the tokens read, those the provider had cached.
pub const USAGE_CACHE_READ_INPUT_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// Of the tokens read, those written into the provider's cache.
pub const USAGE_CACHE_CREATION_INPUT_TOKENS: &str = "gen_ai.usage.cache_creation.input_tokens";
/// Of the tokens written, those of reasoning.
pub const USAGE_REASONING_OUTPUT_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// The messages sent, as JSON; only where content is traced.
pub const INPUT_MESSAGES: &str = "gen_ai.input.messages";
/// The completions, as JSON; only where content is traced.
pub const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
/// What kind of error ended the call, such as `rate_limit`.
pub const ERROR_TYPE: &str = "error.type";
/// Whether the answer came from a cache. Ours: the conventions have no name for it.
pub const CACHED: &str = "dspy.cached";
/// What the call cost in US dollars, where it is known. Ours as well.
pub const USD: &str = "dspy.usd";

/// The name of a program, as its type is called.
pub const WORKFLOW_NAME: &str = "gen_ai.workflow.name";
/// The name of an agent, as its type is called.
pub const AGENT_NAME: &str = "gen_ai.agent.name";
/// The name of a tool.
pub const TOOL_NAME: &str = "gen_ai.tool.name";
/// What a tool is: always `function`.
pub const TOOL_TYPE: &str = "gen_ai.tool.type";
/// The model's own id of its call of a tool.
pub const TOOL_CALL_ID: &str = "gen_ai.tool.call.id";
/// What a tool was given, as JSON; only where content is traced.
pub const TOOL_CALL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
/// What a tool gave, as JSON; only where content is traced.
pub const TOOL_CALL_RESULT: &str = "gen_ai.tool.call.result";
/// Where was searched.
pub const DATA_SOURCE_ID: &str = "gen_ai.data_source.id";
/// The metric.
pub const EVALUATION_NAME: &str = "gen_ai.evaluation.name";
/// What the metric gave.
pub const EVALUATION_SCORE_VALUE: &str = "gen_ai.evaluation.score.value";
/// What the metric said; only where content is traced.
pub const EVALUATION_EXPLANATION: &str = "gen_ai.evaluation.explanation";
/// The path of a module or predictor in its program. Ours, as all that follow.
pub const PATH: &str = "dspy.path";
/// The type of a module.
pub const MODULE: &str = "dspy.module";
/// What a program or predictor was given, as JSON; only where content is traced.
pub const INPUTS: &str = "dspy.inputs";
/// What a program or predictor gave, as JSON; only where content is traced.
pub const OUTPUTS: &str = "dspy.outputs";
/// The rollout number of a run, where it is not 0.
pub const ROLLOUT: &str = "dspy.rollout";
/// How many calls of models were made inside.
pub const CALLS: &str = "dspy.calls";
/// How many rows there are.
pub const ROWS: &str = "dspy.rows";
/// The place of a row in its data set, from 0.
pub const ITEM_INDEX: &str = "dspy.item.index";
/// The id of a row.
pub const ITEM_ID: &str = "dspy.item.id";
/// A score: of an item, an evaluation, or the leader of a search.
pub const SCORE: &str = "dspy.score";
/// The optimizer.
pub const OPTIMIZER: &str = "dspy.optimizer";
/// What a step of a search was.
pub const TRIAL: &str = "dspy.trial";
/// The name of a candidate: the one that is run, or the one that leads.
pub const CANDIDATE: &str = "dspy.candidate";
/// Which rows a run is on: `train`, `validation` or `holdout`.
pub const PART: &str = "dspy.part";

/// The span of a call that begins.
pub(super) fn chat(model: &str, request: &Request, streamed: bool, content: bool) -> Span {
    let span = info_span!(
        "chat",
        "otel.name" = Empty,
        "otel.kind" = "client",
        { OPERATION_NAME } = "chat",
        { PROVIDER_NAME } = Empty,
        { REQUEST_MODEL } = Empty,
        { REQUEST_MAX_TOKENS } = Empty,
        { REQUEST_TEMPERATURE } = Empty,
        { REQUEST_TOP_P } = Empty,
        { REQUEST_TOP_K } = Empty,
        { REQUEST_SEED } = Empty,
        { REQUEST_FREQUENCY_PENALTY } = Empty,
        { REQUEST_PRESENCE_PENALTY } = Empty,
        { REQUEST_STOP_SEQUENCES } = Empty,
        { REQUEST_CHOICE_COUNT } = Empty,
        { REQUEST_STREAM } = streamed,
        { OUTPUT_TYPE } = Empty,
        { RESPONSE_ID } = Empty,
        { RESPONSE_MODEL } = Empty,
        { RESPONSE_FINISH_REASONS } = Empty,
        { RESPONSE_TIME_TO_FIRST_CHUNK } = Empty,
        { USAGE_INPUT_TOKENS } = Empty,
        { USAGE_OUTPUT_TOKENS } = Empty,
        { USAGE_CACHE_READ_INPUT_TOKENS } = Empty,
        { USAGE_CACHE_CREATION_INPUT_TOKENS } = Empty,
        { USAGE_REASONING_OUTPUT_TOKENS } = Empty,
        { INPUT_MESSAGES } = Empty,
        { OUTPUT_MESSAGES } = Empty,
        { ERROR_TYPE } = Empty,
        "otel.status_code" = Empty,
        { CACHED } = Empty,
        { USD } = Empty,
    );
    if !span.is_disabled() {
        asked(&span, model, request, content);
    }
    span
}

fn asked(span: &Span, model: &str, request: &Request, content: bool) {
    let (provider, name) = model.split_once('/').unwrap_or((model, model));
    span.record("otel.name", display(format_args!("chat {name}")));
    span.record(PROVIDER_NAME, provider);
    span.record(REQUEST_MODEL, name);
    let settings = &request.settings;
    // A value that is `None` records nothing.
    span.record(REQUEST_MAX_TOKENS, settings.max_tokens.map(count));
    span.record(REQUEST_TEMPERATURE, settings.temperature);
    span.record(REQUEST_TOP_P, settings.top_p);
    span.record(REQUEST_TOP_K, settings.top_k.map(count));
    span.record(REQUEST_SEED, settings.seed.map(count));
    span.record(REQUEST_FREQUENCY_PENALTY, settings.frequency_penalty);
    span.record(REQUEST_PRESENCE_PENALTY, settings.presence_penalty);
    span.record(REQUEST_CHOICE_COUNT, settings.n.filter(|n| *n != 1).map(count));
    if !settings.stop.is_empty() {
        span.record(REQUEST_STOP_SEQUENCES, debug(&settings.stop));
    }
    span.record(OUTPUT_TYPE, content::output_type(&request.response_format));
    if content {
        span.record(INPUT_MESSAGES, display(content::input(&request.messages)));
    }
}

/// The first piece of a stream has come.
pub(super) fn first_piece(span: &Span, after: Duration) {
    span.record(RESPONSE_TIME_TO_FIRST_CHUNK, after.as_secs_f64());
}

/// The call has ended.
pub(super) fn answered(span: &Span, result: Result<&Response, &LmError>, content: bool) {
    if span.is_disabled() {
        return;
    }
    let response = match result {
        Ok(response) => response,
        Err(error) => {
            span.record(ERROR_TYPE, error.kind());
            span.record("otel.status_code", "ERROR");
            return;
        }
    };
    let finish: Vec<&str> =
        response.completions.iter().map(|completion| finish(&completion.finish)).collect();
    span.record(RESPONSE_ID, response.request_id.as_deref());
    span.record(RESPONSE_MODEL, response.model.as_deref());
    span.record(RESPONSE_FINISH_REASONS, debug(&finish));
    span.record(CACHED, response.cached);
    let usage = &response.usage;
    span.record(USAGE_INPUT_TOKENS, count(usage.prompt_tokens));
    span.record(USAGE_OUTPUT_TOKENS, count(usage.completion_tokens));
    let some = |tokens: u64| Some(count(tokens)).filter(|tokens| *tokens > 0);
    span.record(USAGE_CACHE_READ_INPUT_TOKENS, some(usage.cached_tokens));
    span.record(USAGE_CACHE_CREATION_INPUT_TOKENS, some(usage.cache_write_tokens));
    span.record(USAGE_REASONING_OUTPUT_TOKENS, some(usage.reasoning_tokens));
    span.record(USD, Some(usage.usd).filter(|usd| *usd > 0.0));
    if content {
        span.record(OUTPUT_MESSAGES, display(content::output(&response.completions)));
    }
}

/// A number as OpenTelemetry has them, which knows no unsigned ones: bridges make texts of those.
pub(crate) fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A reason in the conventions' word.
fn finish(reason: &FinishReason) -> &str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length | FinishReason::ContextWindow => "length",
        FinishReason::ToolCalls => "tool_call",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Error => "error",
        FinishReason::Other(word) => word,
    }
}
