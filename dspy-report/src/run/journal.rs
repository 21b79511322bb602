//! A run as its journal tells it, also where it did not come to its end.

use dspy_core::lm::Spent;
use dspy_core::optimize::{Moment, StopReason};
use serde_json::{Value, json};

use super::Run;

impl Run {
    /// Whether a file that begins so is a journal.
    pub(crate) fn is_journal(first_line: &str) -> bool {
        let head: Option<Value> = serde_json::from_str(first_line).ok();
        head.is_some_and(|head| head.pointer("/header/journal").is_some())
    }

    /// From a journal's lines. A last line that was cut off is left out.
    pub(crate) fn of_journal(text: &str) -> Self {
        let mut run = Self::default();
        let mut spent = Spent::default();
        for line in text.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            if let Some(facts) = line.pointer("/header/facts") {
                let text = |name: &str| {
                    facts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
                };
                run.optimizer = text("optimizer");
                run.data = text("train rows");
                run.given.model = text("model");
                run.seed = facts.get("seed").and_then(Value::as_u64).unwrap_or_default();
            }
            let answer = line.pointer("/call/spent").cloned();
            if let Some(more) = answer.and_then(|spent| serde_json::from_value::<Spent>(spent).ok())
            {
                spent = spent + more;
            }
            if let Some(decision) = line.get("decision") {
                run.note(decision, spent);
            }
        }
        run.spent = Some(spent);
        run.warnings.push(
            "This is read from the journal of a run: how the search went, without its candidates. \
             The report that the run returns at its end says more."
                .to_owned(),
        );
        run
    }

    fn note(&mut self, decision: &Value, spent: Spent) {
        let what = decision.get("what").unwrap_or(&Value::Null);
        let text = |name: &str| what.get(name).and_then(Value::as_str).unwrap_or_default();
        match decision.get("kind").and_then(Value::as_str) {
            Some("step") => {
                let hash: String = text("leader").chars().take(8).collect();
                let moment = json!({
                    "step": text("name"),
                    "leader": hash,
                    "score": what.get("score"),
                    "items": what.get("items"),
                    "calls": spent.calls,
                    "tokens": spent.tokens,
                    "usd": spent.usd,
                });
                self.trajectory.extend(serde_json::from_value::<Moment>(moment).ok());
            }
            Some("verdict") => {
                self.stopped = Some(StopReason::Finished);
            }
            _ => {}
        }
    }
}
