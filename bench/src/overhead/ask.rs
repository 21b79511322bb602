//! The clients: programs on `Lm::new` as users get it, and a bare loop.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dspy::lm::{LanguageModel, Lm, LmError, Request, Response};
use dspy::prelude::*;
use serde::Deserialize;
use serde_json::json;

/// Which client makes the calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClientKind {
    Dspy,
    DspyNested,
    Reqwest,
}

impl ClientKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dspy => "dspy",
            Self::DspyNested => "dspy-nested",
            Self::Reqwest => "reqwest",
        }
    }
}

/// One call and the answer's text.
pub(super) trait Ask: Clone + Send + 'static {
    fn ask(&self) -> impl Future<Output = io::Result<String>> + Send;
}

const QUESTION: &str = "What is the capital of France?";

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

/// A full `Predict`, with the prompt, the parsing, retries, time limits and history that users get.
#[derive(Clone)]
pub(super) struct Dspy {
    predict: Predict<Qa>,
}

impl Dspy {
    pub(super) fn new(base: &str) -> io::Result<Self> {
        let lm = Lm::new(&format!("openai/bench@{base}")).map_err(io::Error::other)?;
        let mut predict = Predict::new();
        predict.set_lm(&lm);
        Ok(Self { predict })
    }
}

impl Ask for Dspy {
    async fn ask(&self) -> io::Result<String> {
        let prediction = self.predict.call(QUESTION).await.map_err(io::Error::other)?;
        Ok(prediction.into_output().answer)
    }
}

/// A chain of thought inside two modules: what programs add to a call.
#[derive(Clone, Default)]
pub(super) struct Nested {
    part: Inner,
}

#[derive(Clone, Default)]
struct Inner {
    think: ChainOfThought<Qa>,
}

#[module(input = InnerQuestion)]
impl Inner {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.think.call(question).await?.into_output().into_output().answer)
    }
}

#[module(input = OuterQuestion)]
impl Nested {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        self.part.call(question).await.map(Prediction::into_output)
    }
}

impl Nested {
    pub(super) fn new(base: &str) -> io::Result<Self> {
        let lm = Lm::new(&format!("openai/bench@{base}")).map_err(io::Error::other)?;
        let mut nested = Self::default();
        nested.set_lm(&lm);
        Ok(nested)
    }
}

impl Ask for Nested {
    async fn ask(&self) -> io::Result<String> {
        self.call(QUESTION).await.map(Prediction::into_output).map_err(io::Error::other)
    }
}

/// Posts a constant body, the one that [`Dspy`] sends, and decodes the reply with types.
#[derive(Clone)]
pub(super) struct Bare {
    client: reqwest::Client,
    url: String,
    body: &'static str,
}

#[derive(Deserialize)]
struct Reply {
    choices: Vec<Choice>,
    usage: Usage,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

/// Keeps the request that it is asked.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Option<Request>>>);

impl LanguageModel for Capture {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        if let Ok(mut slot) = self.0.lock() {
            *slot = Some(request.clone());
        }
        Ok(Response::text("[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"))
    }

    fn name(&self) -> &str {
        "capture"
    }
}

impl Bare {
    pub(super) async fn new(base: &str) -> io::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .tls_backend_preconfigured(no_tls()?)
            .build()
            .map_err(io::Error::other)?;
        let sent = Capture::default();
        let mut predict = Predict::<Qa>::new();
        predict.set_lm(&Lm::from_model(sent.clone()));
        predict.call(QUESTION).await.map_err(io::Error::other)?;
        let request = sent.0.lock().map_err(|_| io::Error::other("a call panicked"))?.take();
        let messages: Vec<_> = request
            .into_iter()
            .flat_map(|request| request.messages)
            .map(|message| json!({"role": message.role, "content": message.text()}))
            .collect();
        let body = json!({"model": "bench", "messages": messages}).to_string();
        Ok(Self {
            client,
            url: format!("{}/chat/completions", base.trim_end_matches('/')),
            body: body.leak(),
        })
    }
}

impl Ask for Bare {
    async fn ask(&self) -> io::Result<String> {
        let request = self.client.post(&self.url).header("content-type", "application/json");
        let reply = request.body(self.body).send().await.map_err(io::Error::other)?;
        let bytes = reply.error_for_status().map_err(io::Error::other)?.bytes().await;
        let reply: Reply = serde_json::from_slice(&bytes.map_err(io::Error::other)?)?;
        if reply.usage.prompt_tokens + reply.usage.completion_tokens == 0 {
            return Err(io::Error::other("the reply counts no tokens"));
        }
        match reply.choices.into_iter().next() {
            Some(choice) => Ok(choice.message.content),
            None => Err(io::Error::other("the reply holds no choice")),
        }
    }
}

/// Without certificates: everything here is plain http, and loading them would count as start-up.
fn no_tls() -> io::Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}
