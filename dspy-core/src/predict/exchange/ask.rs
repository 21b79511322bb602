//! Asking the model once, or taking what is paid for.

use std::sync::Arc;

use super::{Exchange, Progress};
use crate::error::{Error, Result};
use crate::lm::{Request, Response};
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
        progress.told = None;
        // Outside of any `forward` nothing asks twice, so nothing is kept.
        let paid = match self.slot.attempt() {
            None => None,
            Some(attempt) => Some(loop {
                let paid = attempt.ask(self.slot.kept_path(), request);
                let Some(shown) = paid.sent_back() else { break paid };
                *request = Box::pin(self.shown(first, &shown)).await?;
                progress.summary.shown = shown;
            }),
        };
        let turn = match &paid {
            None => None,
            Some(paid) => Some(paid.turn().await),
        };
        let response = match paid.as_ref().and_then(|paid| paid.response()) {
            Some(known) => {
                progress.replayed = true;
                Arc::clone(known)
            }
            None => {
                let response = self.send(request, progress).await?;
                if let Some(paid) = &paid {
                    paid.keep(Arc::clone(&response));
                }
                response
            }
        };
        drop(turn);
        Ok((paid, response))
    }

    async fn send(&self, request: &Arc<Request>, progress: &mut Progress) -> Result<Arc<Response>> {
        let run = self.slot.run();
        if let Some(memo) = run.memo() {
            let key = MemoKey::new(self.slot.path(), request);
            if let Some(paid) = key.and_then(|key| memo.take(&key)) {
                progress.replayed = true;
                progress.is_new = true;
                progress.told = run.wants_events().then(Box::default);
                return Ok(Arc::new(paid));
            }
        }
        let response = if run.wants_events() {
            // Apart, since most calls are not listened to and should take no room for it.
            let (response, told) = Box::pin(self.stream(request)).await?;
            progress.told = Some(Box::new(told));
            Arc::new(response)
        } else {
            self.lm.answer(request).await.map_err(|error| Error::Lm {
                path: self.slot.path().to_owned(),
                error: Box::new(error),
            })?
        };
        progress.is_new = true;
        if !response.cached {
            self.slot.scope().spend(response.usage);
            progress.summary.usage += response.usage;
        }
        Ok(response)
    }
}
