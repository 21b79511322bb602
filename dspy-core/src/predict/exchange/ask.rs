//! Asking the model once, or taking what is paid for.

use std::sync::Arc;

use super::streamed::Told;
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
        let Some(attempt) = self.slot.attempt() else {
            return Ok((None, self.send(request, progress).await?));
        };
        let paid = loop {
            let paid = attempt.ask(self.slot.kept_path(), request);
            match paid.sent_back() {
                Some(shown) => {
                    *request = Box::pin(self.shown(first, &shown)).await?;
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
                progress.told = run.wants_events().then(Told::default);
                return Ok(Arc::new(paid));
            }
        }
        let response = if run.wants_events() {
            // Apart, since most calls are not listened to and should take no room for it.
            let (response, told) = Box::pin(self.stream(request)).await?;
            progress.told = Some(told);
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
