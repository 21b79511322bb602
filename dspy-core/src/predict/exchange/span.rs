//! The `tracing` span of a predictor's call.

use std::pin::Pin;
use std::sync::Arc;

use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span, info_span};

use super::{Accept, Exchange, Summary};
use crate::error::Result;
use crate::lm::Request;
use crate::lm::telemetry::{self, count};
use crate::run::{failed, listening};

impl Exchange<'_> {
    /// The exchange, boxed apart; inside a span, if somebody listens.
    pub(in super::super) fn boxed<'a>(
        &'a self,
        request: Arc<Request>,
        accept: &'a mut dyn Accept,
    ) -> Pin<Box<dyn Future<Output = Result<Summary>> + Send + 'a>> {
        if listening() {
            let span = self.span();
            if !span.is_disabled() {
                return Box::pin(self.traced(span, request, accept));
            }
        }
        Box::pin(self.run(request, accept))
    }

    async fn traced(
        &self,
        span: Span,
        request: Arc<Request>,
        accept: &mut dyn Accept,
    ) -> Result<Summary> {
        let result = self.run(request, accept).instrument(span.clone()).await;
        match &result {
            Ok(summary) => {
                if self.lm.traces_content()
                    && let Ok(fields) = serde_json::to_string(&summary.fields)
                {
                    span.record(telemetry::OUTPUTS, fields);
                }
                span.record(telemetry::CALLS, count(summary.usage.calls));
                span.record("dspy.warnings", count(summary.warnings.len()));
            }
            Err(error) => failed(&span, error.kind()),
        }
        result
    }

    fn span(&self) -> Span {
        self.slot.scope().span_inside(|| {
            let path = self.slot.path();
            let span = info_span!(
                "predict",
                "otel.name" = Empty,
                { telemetry::PATH } = path,
                { telemetry::ROLLOUT } = Empty,
                { telemetry::INPUTS } = Empty,
                { telemetry::OUTPUTS } = Empty,
                { telemetry::CALLS } = Empty,
                "dspy.warnings" = Empty,
                { telemetry::ERROR_TYPE } = Empty,
                "otel.status_code" = Empty,
            );
            if span.is_disabled() {
                return span;
            }
            span.record("otel.name", display(format_args!("predict {path}")));
            let rollout = Some(count(self.slot.run().rollout())).filter(|number| *number != 0);
            span.record(telemetry::ROLLOUT, rollout);
            if self.lm.traces_content()
                && let Ok(fields) = serde_json::to_string(self.call.inputs)
            {
                span.record(telemetry::INPUTS, fields);
            }
            span
        })
    }
}
