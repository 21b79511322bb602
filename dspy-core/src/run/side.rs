//! Calls of other models that reading an answer takes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::memo::MemoKey;
use super::paid_call::PaidCall;
use super::slot::Slot;
use crate::lm::{Lm, LmError, Request, Response, Usage};

/// A call of another model that an adapter made to read an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SideCall {
    /// The model's name.
    pub model: String,
    /// What it was sent.
    pub request: Arc<Request>,
    /// What it answered.
    pub response: Response,
}

/// Makes side calls within one call of a predictor: counts and records them, and takes what was
/// paid for from the run's memo.
pub(crate) struct SideCalls<'a> {
    slot: &'a Slot,
    // Boxed, since most calls make none and should take no room for them.
    made: Mutex<Option<Box<Made>>>,
}

/// What was made so far.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) calls: Vec<SideCall>,
    pub(crate) usage: Usage,
    pub(crate) replayed: bool,
}

impl<'a> SideCalls<'a> {
    pub(crate) fn new(slot: &'a Slot) -> Self {
        Self { slot, made: Mutex::default() }
    }

    pub(crate) async fn ask(&self, lm: &Lm, mut request: Request) -> Result<Response, LmError> {
        request.account = self.slot.run().account().cloned();
        let (slot, request) = (self.slot, Arc::new(request));
        let call = match slot.attempt() {
            Some(attempt) => attempt.ask(slot.kept_path(), &request),
            None => PaidCall::new(slot.kept_path(), &request),
        };
        let turn = call.turn().await;
        let (is_new, response) = match call.response() {
            Some(known) => (false, Arc::clone(known)),
            None => {
                let memo = slot.run().memo();
                let paid = memo.and_then(|memo| memo.take(&MemoKey::new(slot.path(), &request)?));
                let is_new = paid.is_none();
                let response = match paid {
                    Some(paid) => Arc::new(paid),
                    None => lm.answer(&request).await?,
                };
                call.keep(Arc::clone(&response));
                (is_new, response)
            }
        };
        drop(turn);
        let (replayed, response) = (!is_new, (*response).clone());
        let is_new = is_new && !response.cached;
        if is_new {
            self.slot.scope().spend(response.usage);
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.get_or_insert_default();
        made.replayed |= replayed;
        if is_new {
            made.usage += response.usage;
        }
        made.calls.push(SideCall {
            model: lm.name().to_owned(),
            request,
            response: response.clone(),
        });
        Ok(response)
    }

    /// What was made since the last time.
    pub(crate) fn take(&self) -> Made {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.map(|made| *made).unwrap_or_default()
    }
}

impl fmt::Debug for SideCalls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SideCalls").finish_non_exhaustive()
    }
}
