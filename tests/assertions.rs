//! Assertions: an answer that breaks one goes back to its predictor, and nothing is paid twice.

#[path = "assertions/concurrent.rs"]
mod concurrent;
#[path = "assertions/forward.rs"]
mod forward;
#[path = "assertions/nested.rs"]
mod nested;
#[path = "assertions/seen.rs"]
mod seen;
#[path = "assertions/signature_rules.rs"]
mod signature_rules;
#[path = "assertions/simulated.rs"]
mod simulated;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dspy::lm::{Request, Response, Scripted};
use dspy::prelude::*;

/// Write about the topic.
#[derive(Signature, Clone)]
struct Write {
    #[input]
    topic: String,
    #[output]
    text: String,
}

fn answer(text: &str) -> String {
    format!("[[ ## text ## ]]\n{text}\n\n[[ ## completed ## ]]")
}

/// What a section of the question holds; nothing where it has none.
fn section(request: &Request, name: &str) -> String {
    let question = request.messages.last().map(|message| message.text()).unwrap_or_default();
    let head = format!("[[ ## {name} ## ]]\n");
    let Some((_, rest)) = question.split_once(&head) else { return String::new() };
    rest.split("\n\n").next().unwrap_or_default().to_owned()
}

/// What the model was asked: the topic, and in a retry `topic < past: feedback`.
fn asked(request: &Request) -> String {
    let topic = section(request, "topic");
    match section(request, "past_text").as_str() {
        "" => topic,
        past => format!("{topic} < {past}: {}", section(request, "feedback")),
    }
}

/// Writes what the table says of each question, and remembers the questions.
#[derive(Clone)]
struct Table {
    model: Scripted,
    questions: Arc<Mutex<Vec<String>>>,
}

impl Table {
    fn new(answers: &[(&str, &str)]) -> Self {
        let answers: HashMap<String, String> =
            answers.iter().map(|(question, text)| ((*question).into(), (*text).into())).collect();
        let questions: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&questions);
        let model = Scripted::with(move |request, _| {
            let question = asked(request);
            let text = answers.get(&question).unwrap_or_else(|| panic!("asked {question:?}"));
            seen.lock().unwrap().push(question);
            Response::text(answer(text))
        });
        Self { model, questions }
    }

    fn given_to<M: Module>(&self, mut program: M) -> M {
        program.set_lm(&self.model.lm());
        program
    }

    /// All that was asked so far, in order of asking.
    fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap().clone()
    }

    fn sorted_questions(&self) -> Vec<String> {
        let mut questions = self.questions();
        questions.sort();
        questions
    }
}
