//! Answers that an earlier run has paid for.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::record::Trace;
use crate::lm::{Request, Response};

/// What makes two calls the same: the predictor's path and the whole request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MemoKey([u8; 32]);

impl MemoKey {
    pub(crate) fn new(path: &str, request: &Request) -> Option<Self> {
        let request = serde_json::to_vec(request).ok()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(path.as_bytes());
        hasher.update(&[0]);
        hasher.update(&request);
        Some(Self(*hasher.finalize().as_bytes()))
    }
}

#[derive(Debug)]
pub(crate) struct Memo {
    left: Mutex<HashMap<MemoKey, VecDeque<Response>>>,
}

impl Memo {
    /// What the trace paid for, abandoned attempts included: who runs again needs their answers, too.
    pub(super) fn of(trace: &Trace) -> Self {
        let mut all: HashMap<_, VecDeque<_>> = HashMap::new();
        let mut calls: Vec<_> = trace.calls().iter().chain(trace.abandoned()).collect();
        calls.sort_by_key(|call| call.sequence);
        for call in calls.into_iter().filter(|call| !call.is_repeated()) {
            let own = call.requests.iter().zip(&call.responses);
            let beside = call.side_calls.iter().map(|side| (&side.request, &side.response));
            for (request, response) in own.chain(beside) {
                if let Some(key) = MemoKey::new(&call.path, request) {
                    all.entry(key).or_default().push_back(response.clone());
                }
            }
        }
        Self { left: Mutex::new(all) }
    }

    /// The next paid answer to this call.
    pub(crate) fn take(&self, key: &MemoKey) -> Option<Response> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key)?.pop_front()
    }
}
