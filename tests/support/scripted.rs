//! A language model whose answers a test decides, and which remembers what it was asked.

use std::sync::{Arc, Mutex};

use dspy::lm::{LanguageModel, Lm, LmError, Request, Response};

type Script = dyn Fn(&Request, usize) -> Result<Response, LmError> + Send + Sync;

/// Answers by a closure that sees the request and how many came before it.
#[derive(Clone)]
pub(crate) struct Scripted {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Request>>>,
}

#[allow(dead_code, reason = "no test uses all of it")]
impl Scripted {
    pub(crate) fn new(
        script: impl Fn(&Request, usize) -> Result<Response, LmError> + Send + Sync + 'static,
    ) -> Self {
        Self { script: Arc::new(script), seen: Arc::default() }
    }

    /// Always this text.
    pub(crate) fn text(text: &str) -> Self {
        let text = text.to_owned();
        Self::new(move |_, _| Ok(Response::text(text.as_str())))
    }

    /// These texts, one after the other; the last one again and again.
    pub(crate) fn texts(texts: &[&str]) -> Self {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Self::new(move |_, index| Ok(Response::text(texts[index.min(texts.len() - 1)].as_str())))
    }

    pub(crate) fn lm(&self) -> Lm {
        Lm::from_model(self.clone())
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl LanguageModel for Scripted {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let index = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        // Lets concurrent calls interleave.
        tokio::task::yield_now().await;
        let mut response = (self.script)(request, index)?;
        response.usage.calls = 1;
        response.usage.prompt_tokens = 10;
        response.usage.completion_tokens = 5;
        Ok(response)
    }

    fn name(&self) -> &str {
        "scripted"
    }
}

/// The text of the last message of a request.
#[allow(dead_code, reason = "no test uses all of it")]
pub(crate) fn question(request: &Request) -> String {
    request.messages.last().unwrap().text()
}

/// An answer of these sections.
#[allow(dead_code, reason = "no test uses all of it")]
pub(crate) fn sections(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        text.push_str(&format!("[[ ## {name} ## ]]\n{value}\n\n"));
    }
    text + "[[ ## completed ## ]]"
}
