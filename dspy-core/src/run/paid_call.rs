//! What was asked of a model once, and what became of the answer.

use std::panic::Location;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncGuard};

use super::memo::MemoKey;
use super::sent_back::SentBack;
use super::slot::SlotPath;
use crate::lm::{Request, Response};
use crate::signature::{BrokenRule, Fields};

/// One request of a predictor and its answer, which is paid for once however often the `forward`
/// around it runs.
#[derive(Debug)]
pub(crate) struct PaidCall {
    path: SlotPath,
    request: Arc<Request>,
    key: OnceLock<Option<MemoKey>>,
    /// Held by whoever asks first; others wait, and take over if that one is dropped.
    turn: AsyncMutex<()>,
    response: OnceLock<Arc<Response>>,
    answered: OnceLock<Answered>,
    judged: Mutex<Judged>,
}

/// The outputs that an answer was read as.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The number of the call that asked.
    pub(crate) call: u64,
    pub(crate) outputs: Fields,
    /// What the predictor was shown of earlier answers.
    pub(crate) shown: SentBack,
    /// How often assertions may send the call back.
    pub(crate) retries: u32,
}

#[derive(Debug, Default)]
struct Judged {
    sent_back: Option<SentBack>,
    /// The rules of `forward` that the answer breaks for good.
    broken: Vec<(BrokenRule, &'static Location<'static>)>,
}

impl PaidCall {
    pub(crate) fn new(path: &SlotPath, request: &Arc<Request>) -> Arc<Self> {
        Arc::new(Self {
            path: path.clone(),
            request: Arc::clone(request),
            key: OnceLock::new(),
            turn: AsyncMutex::default(),
            response: OnceLock::new(),
            answered: OnceLock::new(),
            judged: Mutex::default(),
        })
    }

    pub(crate) fn path(&self) -> &SlotPath {
        &self.path
    }

    /// What makes it the same as another; made when first needed, which it mostly is not.
    pub(super) fn key(&self) -> Option<&MemoKey> {
        self.key.get_or_init(|| MemoKey::new(self.path.as_str(), &self.request)).as_ref()
    }

    /// Waits while somebody else is asking. Who holds the turn and finds no
    /// [`response`](Self::response) asks, and [keeps](Self::keep) what is answered.
    pub(crate) async fn turn(&self) -> AsyncGuard<'_, ()> {
        match self.turn.try_lock() {
            Ok(turn) => turn,
            // Boxed, since hardly any call waits.
            Err(_) => Box::pin(self.turn.lock()).await,
        }
    }

    pub(crate) fn response(&self) -> Option<&Arc<Response>> {
        self.response.get()
    }

    /// Keeps the answer. The first one counts.
    pub(crate) fn keep(&self, response: Arc<Response>) {
        let _ = self.response.set(response);
    }

    /// Takes over what was read from the answer. A second reading of it gives the same.
    pub(crate) fn answer(&self, answered: Answered) {
        let _ = self.answered.set(answered);
    }

    pub(crate) fn answered(&self) -> Option<&Answered> {
        self.answered.get()
    }

    /// What the predictor is to be shown in place of this answer, if an assertion sent it back.
    pub(crate) fn sent_back(&self) -> Option<SentBack> {
        self.judged().sent_back.clone()
    }

    /// Sends the answer back. Where that was done already, the predictor is told of both faults.
    pub(crate) fn send_back(&self, rule: BrokenRule, at: &'static Location<'static>) {
        let Some(answered) = self.answered() else { return };
        let mut judged = self.judged();
        match &mut judged.sent_back {
            Some(sent_back) => sent_back.also(rule, at),
            none => {
                let past = answered.outputs.clone();
                *none = Some(answered.shown.and(vec![(rule, Some(at))], past));
            }
        }
    }

    /// Notes a rule that the answer breaks for good; once, however often it is judged.
    pub(crate) fn note_broken(&self, rule: &BrokenRule, at: &'static Location<'static>) {
        let mut judged = self.judged();
        if !judged.broken.iter().any(|(_, other)| *other == at) {
            judged.broken.push((rule.clone(), at));
        }
    }

    pub(super) fn broken(&self) -> Vec<BrokenRule> {
        self.judged().broken.iter().map(|(rule, _)| rule.clone()).collect()
    }

    fn judged(&self) -> std::sync::MutexGuard<'_, Judged> {
        self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
