//! Asking the model once, or taking what is paid for.

use std::sync::Arc;

use futures_util::StreamExt;

use super::{Exchange, Progress};
use crate::adapter::{Adapter, FieldDelta};
use crate::error::{Error, Result};
use crate::lm::{LmError, Request, Response, StreamEvent};
use crate::run::{MemoKey, PaidCall};

impl Exchange<'_> {
    /// Asks, unless it is paid for. Where an assertion sent the paid answer back, `request` becomes
    /// the one that shows it. Gives what keeps the answer for other attempts, if there may be any.
    pub(super) async fn ask(
        &self,
        request: &mut Arc<Request>,
        first: &Request,
        progress: &mut Progress,
    ) -> Result<(Option<Arc<PaidCall>>, Arc<Response>)> {
        progress.untold = false;
        // Outside of any `forward` nothing asks twice, so nothing is kept.
        let Some(attempt) = self.slot.attempt() else {
            return Ok((None, self.send(request, progress).await?));
        };
        let paid = loop {
            let paid = attempt.ask(self.slot.place(), request);
            match paid.sent_back() {
                Some(shown) => {
                    *request = self.shown(first, &shown)?;
                    progress.summary.shown = shown;
                }
                None => break paid,
            }
        };
        let mut is_asked = false;
        let asked: &Arc<Request> = request;
        let response = paid
            .response()
            .get_or_try_init(|| {
                is_asked = true;
                self.send(asked, progress)
            })
            .await?;
        let response = Arc::clone(response);
        if !is_asked {
            progress.replayed = true;
        }
        Ok((Some(paid), response))
    }

    async fn send(&self, request: &Arc<Request>, progress: &mut Progress) -> Result<Arc<Response>> {
        let run = self.slot.run();
        if let Some(memo) = run.memo() {
            let key = MemoKey::new(self.slot.path(), request);
            if let Some(paid) = key.and_then(|key| memo.take(&key)) {
                progress.replayed = true;
                progress.is_new = true;
                return Ok(Arc::new(paid));
            }
        }
        let answered = if run.wants_events() {
            // Boxed, so that calls that nobody watches take no room for it.
            Box::pin(self.stream(request)).await.map(|(response, told)| {
                progress.untold = !told;
                Arc::new(response)
            })
        } else {
            self.lm.answer(request).await
        };
        let response = answered.map_err(|error| Error::Lm {
            path: self.slot.path().to_owned(),
            error: Box::new(error),
        })?;
        progress.is_new = true;
        if !response.cached {
            self.slot.scope().spend(response.usage);
            progress.summary.usage += response.usage;
        }
        Ok(response)
    }

    /// The response, and whether anything of its fields was told on the way.
    async fn stream(&self, request: &Request) -> std::result::Result<(Response, bool), LmError> {
        let mut events = self.lm.stream(request).await?;
        let mut fields = self.adapter.field_stream(&self.call);
        let mut told = false;
        let mut emit = |deltas: Vec<FieldDelta>| {
            told |= !deltas.is_empty();
            for delta in deltas {
                self.emit_delta(delta);
            }
        };
        while let Some(event) = events.next().await {
            match event? {
                StreamEvent::Text { index: 0, delta } => emit(fields.push(&delta)),
                StreamEvent::Reasoning { index: 0, delta } => {
                    if let Some(name) = self.rationale {
                        self.emit_delta(FieldDelta { field: name.to_owned(), delta });
                    }
                }
                StreamEvent::Done(response) => {
                    emit(fields.finish());
                    return Ok((response, told));
                }
                _ => {}
            }
        }
        Err(LmError::Decode {
            host: self.lm.name().to_owned(),
            message: "the stream ended before the answer was complete".to_owned(),
        })
    }
}
