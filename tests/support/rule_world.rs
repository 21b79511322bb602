//! A simulated model that plays task and proposer, and whose answers follow from its prompt.
//!
//! The task: the color of a code `DIGIT-NUMBER` is that of its digit. The model knows a digit's color
//! only from a rule in its instruction (`codes that begin with 3 are green`) or from a demonstration.
//! As a proposer it reads rows with expected answers and adds up to two rules to the present
//! instruction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dspy::lm::{LanguageModel, Lm, LmError, Request, Response, Role};

pub(crate) const COLORS: [&str; 10] =
    ["red", "green", "blue", "gray", "pink", "black", "white", "brown", "gold", "lime"];

/// Calls by kind, and what the model does beside answering.
#[derive(Clone, Default)]
pub(crate) struct RuleWorld {
    pub(crate) task_calls: Arc<AtomicUsize>,
    pub(crate) proposer_calls: Arc<AtomicUsize>,
    pub(crate) under_way: Arc<AtomicUsize>,
    pub(crate) most_under_way: Arc<AtomicUsize>,
    /// How long an answer takes.
    pub(crate) latency: Option<Duration>,
    /// Every so many proposals, one cannot be read.
    pub(crate) broken_proposals: usize,
}

impl RuleWorld {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn lm(&self) -> Lm {
        Lm::from_model(self.clone())
    }

    pub(crate) fn calls(&self) -> usize {
        self.task_calls.load(Ordering::SeqCst) + self.proposer_calls.load(Ordering::SeqCst)
    }

    fn answer(&self, request: &Request) -> String {
        let system = request.messages[0].text().to_string();
        if system.contains("[[ ## color ## ]]") {
            self.task_calls.fetch_add(1, Ordering::SeqCst);
            return task(request, &system);
        }
        let number = self.proposer_calls.fetch_add(1, Ordering::SeqCst) + 1;
        if self.broken_proposals > 0 && number.is_multiple_of(self.broken_proposals) {
            return String::new();
        }
        proposal(request, &system)
    }
}

/// The rules in a text: digit and color.
fn rules(text: &str) -> BTreeMap<char, String> {
    let mut rules = BTreeMap::new();
    for part in text.split("codes that begin with ").skip(1) {
        let mut words = part.split_whitespace();
        if let (Some(digit), Some("are"), Some(color)) = (words.next(), words.next(), words.next())
        {
            let color = color.trim_end_matches(['.', ',', ';']).to_owned();
            rules.insert(digit.chars().next().unwrap(), color);
        }
    }
    rules
}

/// The lines after a marker, up to the next one.
fn section(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("[[ ## {name} ## ]]"))?;
    Some(rest.split("\n[[ ##").next().unwrap_or_default().trim().to_owned())
}

fn task(request: &Request, system: &str) -> String {
    let last = request.messages.last().unwrap().text().to_string();
    let code = section(&last, "code").unwrap_or_default();
    let digit = code.chars().next().unwrap_or('?');
    let mut known = rules(system);
    for pair in request.messages.windows(2) {
        if pair[0].role == Role::User && pair[1].role == Role::Assistant {
            let (asked, shown) = (pair[0].text().to_string(), pair[1].text().to_string());
            if let (Some(code), Some(color)) = (section(&asked, "code"), section(&shown, "color")) {
                known.insert(code.chars().next().unwrap_or('?'), color);
            }
        }
    }
    // What it does not know it says red to; warm, it guesses.
    let guess = match request.settings.temperature {
        Some(warm) if warm > 0.0 => {
            let number: usize = code.bytes().map(usize::from).sum();
            COLORS[(number * 7 + request.rollout as usize * 13) % 10]
        }
        _ => "red",
    };
    let color = known.get(&digit).cloned().unwrap_or_else(|| guess.to_owned());
    format!("[[ ## color ## ]]\n{color}\n\n[[ ## completed ## ]]")
}

fn proposal(request: &Request, system: &str) -> String {
    let asked = request.messages.last().unwrap().text().to_string();
    let outputs =
        ["observations", "summary", "discussion", "module_advice", "proposed_instruction"];
    let wanted = outputs.iter().filter(|name| {
        system.contains(&format!("[[ ## {name} ## ]]"))
            && !asked.contains(&format!("[[ ## {name} ## ]]\n"))
    });
    let current = section(&asked, "current_instruction").unwrap_or_default();
    let mut known = rules(&current);
    let mut added = Vec::new();
    let mut code = None;
    for line in asked.lines() {
        if let Some((_, value)) = line.split_once("`code`: ") {
            code = value.chars().next();
        }
        if let (Some(digit), Some((_, color))) = (code, line.split_once("expected `color`: "))
            && !known.contains_key(&digit)
            && added.len() < 2
        {
            known.insert(digit, color.to_owned());
            added.push(format!("codes that begin with {digit} are {color}"));
        }
    }
    let text = match added.is_empty() {
        true => format!("{current} Think."),
        false => format!("{current} Note: {}.", added.join(", ")),
    };
    let mut answer = String::new();
    for name in wanted {
        let value = match *name {
            "module_advice" => serde_json::json!({"self": added.join(", ")}).to_string(),
            "observations" | "summary" | "discussion" => "Codes have colors.".to_owned(),
            _ => text.clone(),
        };
        answer.push_str(&format!("[[ ## {name} ## ]]\n{value}\n\n"));
    }
    answer.push_str("[[ ## completed ## ]]");
    answer
}

/// Counts what is under way, also when a call is dropped.
struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl LanguageModel for RuleWorld {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(now, Ordering::SeqCst);
        let _under_way = UnderWay(Arc::clone(&self.under_way));
        let answer = self.answer(request);
        if let Some(latency) = self.latency {
            tokio::time::sleep(latency).await;
        }
        let mut response = Response::text(answer);
        response.usage.calls = 1;
        response.usage.prompt_tokens = 20;
        response.usage.completion_tokens = 5;
        Ok(response)
    }

    fn name(&self) -> &str {
        "rule-world"
    }
}
