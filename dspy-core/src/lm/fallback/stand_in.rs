//! [`StandIn`]: the model that answered in place of the first, and why.

use serde_json::{Map, Value, json};

use super::super::error::LmError;
use super::super::model::StreamEvent;
use super::super::response::Response;
use super::super::watch::Watch;
use super::Failure;

pub(super) struct StandIn {
    model: String,
    /// What became of the models before it.
    failures: Value,
}

impl StandIn {
    pub(super) fn new(model: &str, failures: &[Failure]) -> Self {
        let failures = failures
            .iter()
            .map(|failure| json!({"model": failure.model, "error": failure.error.to_string()}))
            .collect();
        Self { model: model.to_owned(), failures }
    }
}

/// Writes into an answer whose it is.
pub(super) fn note(response: &mut Response, stand_in: StandIn) {
    let mut fields = match response.provider.take() {
        Some(Value::Object(fields)) => fields,
        Some(other) => Map::from_iter([("provider".to_owned(), other)]),
        None => Map::new(),
    };
    fields.insert("fallback".to_owned(), stand_in.failures);
    response.provider = Some(Value::Object(fields));
    // An inner fallback knows better who answered.
    response.stand_in.get_or_insert(stand_in.model);
}

impl Watch for StandIn {
    fn event(&mut self, event: &mut Result<StreamEvent, LmError>) {
        if let Ok(StreamEvent::Done(response)) = event {
            let failures = std::mem::take(&mut self.failures);
            note(response, StandIn { model: std::mem::take(&mut self.model), failures });
        }
    }
}
