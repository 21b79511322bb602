//! The `tracing` span of a tool's call.

use serde_json::Value;
use tracing::field::{Empty, display};
use tracing::{Span, info_span};

use super::ToolError;
use crate::lm::telemetry;
use crate::run::{failed, listening};

/// The span of a call that begins, if somebody listens.
pub(crate) fn begun(name: &str, id: &str, arguments: &Value, content: bool) -> Option<Span> {
    if !listening() {
        return None;
    }
    let span = info_span!(
        "tool",
        "otel.name" = Empty,
        { telemetry::OPERATION_NAME } = "execute_tool",
        { telemetry::TOOL_NAME } = name,
        { telemetry::TOOL_TYPE } = "function",
        { telemetry::TOOL_CALL_ID } = Empty,
        { telemetry::TOOL_CALL_ARGUMENTS } = Empty,
        { telemetry::TOOL_CALL_RESULT } = Empty,
        { telemetry::ERROR_TYPE } = Empty,
        "otel.status_code" = Empty,
    );
    if span.is_disabled() {
        return None;
    }
    span.record("otel.name", display(format_args!("execute_tool {name}")));
    span.record(telemetry::TOOL_CALL_ID, Some(id).filter(|id| !id.is_empty()));
    if content {
        span.record(telemetry::TOOL_CALL_ARGUMENTS, display(arguments));
    }
    Some(span)
}

/// The call has ended.
pub(crate) fn ended(span: &Span, result: &Result<Value, ToolError>, content: bool) {
    match result {
        Ok(value) if content => {
            span.record(telemetry::TOOL_CALL_RESULT, display(value));
        }
        Ok(_) => {}
        Err(error) => failed(span, error.kind()),
    }
}
